"""S3 multipart uploads through boto3, and what a large object costs the server."""

import base64
import hashlib
import os
import pathlib
import time
import zlib

import harness
import pytest
from boto3.s3.transfer import TransferConfig
from expect import refused

MB = 1 << 20


@pytest.fixture
def s3(client):
    return client('s3')


@pytest.fixture
def bucket(s3, account):
    s3.create_bucket(Bucket=f'm-{account}')
    return f'm-{account}'


@pytest.fixture
def old_s3(endpoint, account):
    """A client that sends no checksums by itself."""
    return harness.boto_client(endpoint, 's3', key=account, request_checksum_calculation='when_required')


def start(s3, bucket, key='k', **options):
    return {'Bucket': bucket, 'Key': key,
            'UploadId': s3.create_multipart_upload(Bucket=bucket, Key=key, **options)['UploadId']}


def parts_of(*parts):
    return {'Parts': [{'PartNumber': number, 'ETag': etag} for number, etag in parts]}


BODIES = [b'a' * (5 * MB), b'b' * (5 * MB), b'tail']


def etag_of(bodies):
    joined = b''.join(hashlib.md5(body).digest() for body in bodies)
    return f'"{hashlib.md5(joined).hexdigest()}-{len(bodies)}"'


def test_an_upload_in_parts(old_s3, bucket):
    s3 = old_s3
    upload = start(s3, bucket, ContentType='text/plain', Metadata={'m': '1'}, Tagging='a=1')
    etags = {}
    for number in (7, 2, 4):  # any order, with gaps
        body = BODIES[{2: 0, 4: 1, 7: 2}[number]]
        etags[number] = s3.upload_part(**upload, PartNumber=number, Body=body)['ETag']
        assert etags[number] == f'"{hashlib.md5(body).hexdigest()}"'
    s3.upload_part(**upload, PartNumber=9, Body=b'never used')
    listed = s3.list_parts(**upload)
    assert [(p['PartNumber'], p['Size']) for p in listed['Parts']] == [(2, 5 * MB), (4, 5 * MB), (7, 4), (9, 10)]
    assert (listed['IsTruncated'], listed['StorageClass']) == (False, 'STANDARD')
    page = s3.list_parts(**upload, MaxParts=2)
    assert (page['IsTruncated'], page['NextPartNumberMarker']) == (True, 4)
    assert [p['PartNumber'] for p in s3.list_parts(**upload, PartNumberMarker=4)['Parts']] == [7, 9]
    with refused('404', 404):
        s3.head_object(Bucket=bucket, Key='k')
    done = s3.complete_multipart_upload(**upload, MultipartUpload=parts_of(*sorted(etags.items())))
    assert (done['ETag'], done['Bucket'], done['Key']) == (etag_of(BODIES), bucket, 'k')
    assert done['Location'].endswith(f'/{bucket}/k')
    got = s3.get_object(Bucket=bucket, Key='k')
    assert got['Body'].read() == b''.join(BODIES)
    assert (got['ETag'], got['ContentType'], got['Metadata'], got['TagCount']) == (
        etag_of(BODIES), 'text/plain', {'m': '1'}, 1)
    assert s3.get_object(Bucket=bucket, Key='k', Range=f'bytes={5 * MB - 1}-{5 * MB}')['Body'].read() == b'ab'
    assert s3.get_object(Bucket=bucket, Key='k', Range='bytes=-5')['Body'].read() == b'btail'
    part = s3.get_object(Bucket=bucket, Key='k', PartNumber=3)
    assert (part['Body'].read(), part['PartsCount'], part['ContentRange']) == (
        b'tail', 3, f'bytes {10 * MB}-{10 * MB + 3}/{10 * MB + 4}')
    assert s3.head_object(Bucket=bucket, Key='k', PartNumber=1)['ContentLength'] == 5 * MB
    with refused('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable'):
        s3.get_object(Bucket=bucket, Key='k', PartNumber=4)
    with refused('NoSuchUpload', 404):
        s3.list_parts(**upload)


def test_a_part_may_be_sent_again(s3, bucket):
    upload = start(s3, bucket)
    old = s3.upload_part(**upload, PartNumber=1, Body=b'old')['ETag']
    new = s3.upload_part(**upload, PartNumber=1, Body=b'new')['ETag']
    with refused('InvalidPart', 400, 'One or more of the specified parts could not be found.'):
        s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, old)))
    s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, new)))
    got = s3.get_object(Bucket=bucket, Key='k')
    assert got['Body'].read() == b'new' and got['ETag'] == etag_of([b'new'])


def test_parts_that_do_not_fit(s3, bucket):
    upload = start(s3, bucket)
    one = s3.upload_part(**upload, PartNumber=1, Body=b'small')['ETag']
    two = s3.upload_part(**upload, PartNumber=2, Body=b'last')['ETag']
    complete = s3.complete_multipart_upload
    with refused('InvalidPartOrder', 400, 'The list of parts was not in ascending order.'):
        complete(**upload, MultipartUpload=parts_of((2, two), (1, one)))
    with refused('InvalidPart', 400):
        complete(**upload, MultipartUpload=parts_of((1, one), (3, two)))
    with refused('InvalidPart', 400):
        complete(**upload, MultipartUpload=parts_of((1, two)))
    with refused('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size') as raised:
        complete(**upload, MultipartUpload=parts_of((1, one), (2, two)))
    assert raised.value.response['Error']['ProposedSize'] == '5'
    with refused('MalformedXML', 400):
        complete(**upload, MultipartUpload={'Parts': []})
    for number in (0, 10001):
        with refused('InvalidArgument', 400, 'Part number must be an integer between 1 and 10000, inclusive'):
            s3.upload_part(**upload, PartNumber=number, Body=b'')
    with refused('NoSuchUpload', 404, 'The specified upload does not exist.'):
        s3.upload_part(**upload | {'UploadId': 'nothing'}, PartNumber=1, Body=b'')
    with refused('NoSuchUpload', 404):
        s3.upload_part(**upload | {'Key': 'other'}, PartNumber=1, Body=b'')


def test_aborting(s3, bucket):
    upload = start(s3, bucket)
    s3.upload_part(**upload, PartNumber=1, Body=b'x' * 100_000)
    assert s3.abort_multipart_upload(**upload)['ResponseMetadata']['HTTPStatusCode'] == 204
    for call in (lambda: s3.upload_part(**upload, PartNumber=1, Body=b''), lambda: s3.list_parts(**upload),
                 lambda: s3.abort_multipart_upload(**upload),
                 lambda: s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, 'x')))):
        with refused('NoSuchUpload', 404):
            call()


def test_completing_twice_is_no_error(s3, bucket):
    """A client whose connection broke asks again with the same parts, and must not be told that it failed."""
    upload = start(s3, bucket)
    etag = s3.upload_part(**upload, PartNumber=1, Body=b'x')['ETag']
    first = s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, etag)))
    again = s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, etag)))
    assert again['ETag'] == first['ETag']


def test_listing_uploads(s3, bucket):
    ids = {key: start(s3, bucket, key)['UploadId'] for key in ('a', 'b/1', 'b/2', 'c')}
    twice = start(s3, bucket, 'a')['UploadId']
    page = s3.list_multipart_uploads(Bucket=bucket)
    assert [(u['Key'], u['UploadId']) for u in page['Uploads']] == [
        ('a', ids['a']), ('a', twice), ('b/1', ids['b/1']), ('b/2', ids['b/2']), ('c', ids['c'])]
    page = s3.list_multipart_uploads(Bucket=bucket, Delimiter='/')
    assert [p['Prefix'] for p in page['CommonPrefixes']] == ['b/']
    assert [u['Key'] for u in s3.list_multipart_uploads(Bucket=bucket, Prefix='b/')['Uploads']] == ['b/1', 'b/2']
    seen = [u['UploadId'] for page in s3.get_paginator('list_multipart_uploads').paginate(
        Bucket=bucket, PaginationConfig={'PageSize': 1}) for u in page['Uploads']]
    assert seen == [ids['a'], twice, ids['b/1'], ids['b/2'], ids['c']]


def test_parts_from_other_objects(s3, bucket):
    s3.put_object(Bucket=bucket, Key='src', Body=BODIES[0] + b'0123456789')
    upload = start(s3, bucket)
    copy = {**upload, 'CopySource': {'Bucket': bucket, 'Key': 'src'}}
    one = s3.upload_part_copy(**copy, PartNumber=1, CopySourceRange=f'bytes=0-{5 * MB - 1}')['CopyPartResult']['ETag']
    two = s3.upload_part_copy(**copy, PartNumber=2, CopySourceRange=f'bytes={5 * MB + 2}-{5 * MB + 4}')
    for bad in ('bytes=0', 'bytes=3-1', 'bytes=-3', f'bytes=0-{6 * MB}', 'bytes=1-'):
        with refused('InvalidArgument', 400):
            s3.upload_part_copy(**copy, PartNumber=3, CopySourceRange=bad)
    with refused('NoSuchKey', 404):
        s3.upload_part_copy(**upload, CopySource=f'{bucket}/none', PartNumber=3)
    with refused('PreconditionFailed', 412):
        s3.upload_part_copy(**copy, PartNumber=3, CopySourceIfMatch='"x"')
    s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, one), (2, two['CopyPartResult']['ETag'])))
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == BODIES[0] + b'234'


def composite(kind, bodies):
    digest = {'CRC32': lambda b: zlib.crc32(b).to_bytes(4, 'big'), 'SHA1': lambda b: hashlib.sha1(b).digest(),
              'SHA256': lambda b: hashlib.sha256(b).digest()}[kind]
    return base64.b64encode(digest(b''.join(digest(b) for b in bodies))).decode() + f'-{len(bodies)}'


@pytest.mark.parametrize('algorithm', ['CRC32', 'SHA1', 'SHA256'])
def test_composite_checksums(s3, bucket, algorithm):
    made = s3.create_multipart_upload(Bucket=bucket, Key='k', ChecksumAlgorithm=algorithm)
    assert (made['ChecksumAlgorithm'], made['ChecksumType']) == (algorithm, 'COMPOSITE')
    upload = {'Bucket': bucket, 'Key': 'k', 'UploadId': made['UploadId']}
    name, parts = f'Checksum{algorithm}', []
    for number, body in enumerate(BODIES, 1):
        put = s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm)
        parts.append({'PartNumber': number, 'ETag': put['ETag'], name: put[name]})
    assert s3.list_parts(**upload)['Parts'][2][name] == parts[2][name]
    with refused('InvalidRequest', 400, 'The complete request must include the checksum for each part.'):
        s3.complete_multipart_upload(**upload, MultipartUpload={
            'Parts': [{k: v for k, v in part.items() if k != name} for part in parts]})
    with refused('InvalidPart', 400):
        s3.complete_multipart_upload(**upload, MultipartUpload={
            'Parts': [parts[0] | {name: parts[1][name]}, parts[1], parts[2]]})
    done = s3.complete_multipart_upload(**upload, MultipartUpload={'Parts': parts})
    assert (done[name], done['ChecksumType']) == (composite(algorithm, BODIES), 'COMPOSITE')
    head = s3.head_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')
    assert (head[name], head['ChecksumType']) == (composite(algorithm, BODIES), 'COMPOSITE')
    of = s3.get_object_attributes(Bucket=bucket, Key='k', ObjectAttributes=['ObjectParts', 'Checksum'])
    assert of['ObjectParts']['TotalPartsCount'] == 3
    assert [p[name] for p in of['ObjectParts']['Parts']] == [p[name] for p in parts]
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == b''.join(BODIES)


@pytest.mark.parametrize('algorithm', ['CRC32', 'CRC32C', 'CRC64NVME'])
def test_full_object_checksums(s3, old_s3, bucket, algorithm):
    """The checksum of the whole is made of the parts' own, and is what one PUT of the same bytes has."""
    name = f'Checksum{algorithm}'
    old_s3.put_object(Bucket=bucket, Key='whole', Body=b''.join(BODIES))
    whole = old_s3.copy_object(Bucket=bucket, Key='whole2', CopySource=f'{bucket}/whole', ChecksumAlgorithm=algorithm)
    whole = whole['CopyObjectResult'][name]
    upload = start(old_s3, bucket, ChecksumAlgorithm=algorithm, ChecksumType='FULL_OBJECT')
    parts = []
    for number, body in enumerate(BODIES, 1):
        put = s3.upload_part(**upload, PartNumber=number, Body=body, ChecksumAlgorithm=algorithm) \
            if algorithm == 'CRC32' else old_s3.upload_part(**upload, PartNumber=number, Body=body, **{
                name: part_checksum(old_s3, bucket, body, algorithm)})
        parts.append((number, put['ETag']))
    with refused('BadDigest', 400):
        old_s3.complete_multipart_upload(**upload, MultipartUpload=parts_of(*parts), ChecksumType='FULL_OBJECT', **{
            name: base64.b64encode(bytes(len(base64.b64decode(whole)))).decode()})
    done = old_s3.complete_multipart_upload(**upload, MultipartUpload=parts_of(*parts), ChecksumType='FULL_OBJECT',
                                            **{name: whole})
    assert (done[name], done['ChecksumType']) == (whole, 'FULL_OBJECT')


def part_checksum(s3, bucket, body, algorithm):
    s3.put_object(Bucket=bucket, Key='part', Body=body)
    return s3.copy_object(Bucket=bucket, Key='part2', CopySource=f'{bucket}/part',
                          ChecksumAlgorithm=algorithm)['CopyObjectResult'][f'Checksum{algorithm}']


def test_checksum_types_that_do_not_go_together(s3, bucket):
    for algorithm, kind in (('SHA256', 'FULL_OBJECT'), ('CRC64NVME', 'COMPOSITE')):
        with refused('InvalidRequest', 400, f'The {kind} checksum type cannot be used with the {algorithm.lower()} '
                     'checksum algorithm.'):
            s3.create_multipart_upload(Bucket=bucket, Key='k', ChecksumAlgorithm=algorithm, ChecksumType=kind)
    upload = start(s3, bucket, ChecksumAlgorithm='SHA256')
    with refused('InvalidRequest', 400, 'Checksum Type mismatch occurred, expected checksum Type: sha256'):
        s3.upload_part(**upload, PartNumber=1, Body=b'x', ChecksumAlgorithm='CRC32')


def test_conditional_completion(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Body=b'there')
    upload = start(s3, bucket)
    etag = s3.upload_part(**upload, PartNumber=1, Body=b'x')['ETag']
    with refused('PreconditionFailed', 412):
        s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, etag)), IfNoneMatch='*')
    assert s3.get_object(Bucket=bucket, Key='k')['Body'].read() == b'there'
    s3.complete_multipart_upload(**upload, MultipartUpload=parts_of((1, etag)),
                                 IfMatch=s3.head_object(Bucket=bucket, Key='k')['ETag'])


def test_transfer_manager(s3, bucket, tmp_path):
    """upload_file, copy and download_file of boto3: parts in parallel."""
    data = os.urandom(20 * MB + 13)
    (tmp_path / 'in').write_bytes(data)
    config = TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB, max_concurrency=4)
    s3.upload_file(str(tmp_path / 'in'), bucket, 'k', Config=config, ExtraArgs={'Metadata': {'m': '1'}})
    assert s3.head_object(Bucket=bucket, Key='k')['ETag'].endswith('-5"')
    s3.copy({'Bucket': bucket, 'Key': 'k'}, bucket, 'copy', Config=config)
    s3.download_file(bucket, 'copy', str(tmp_path / 'out'), Config=config)
    assert (tmp_path / 'out').read_bytes() == data
    s3.copy_object(Bucket=bucket, Key='copy2', CopySource=f'{bucket}/copy')
    whole = s3.head_object(Bucket=bucket, Key='copy2')
    assert whole['ETag'] == f'"{hashlib.md5(data).hexdigest()}"'
    s3.delete_object(Bucket=bucket, Key='copy')
    assert s3.get_object(Bucket=bucket, Key='copy2')['Body'].read() == data


def resident_mb(pid):
    status = pathlib.Path(f'/proc/{pid}/status').read_text()
    return int(status.split('VmRSS:')[1].split()[0]) // 1024


def files_of(server):
    return [p for p in (server.data / 'objects').rglob('*') if p.is_file()]


@pytest.mark.parametrize('big_mb', [int(os.environ.get('MILLRACE_BIG_OBJECT_MB', '256'))])
def test_a_large_object_costs_neither_memory_nor_a_copy(server, tmp_path, big_mb):
    s3 = server.client('s3', max_pool_connections=8)
    s3.create_bucket(Bucket='big')
    s3.put_object(Bucket='big', Key='warm', Body=b'x' * MB)
    source = tmp_path / 'big'
    with open(source, 'wb') as out:
        for i in range(big_mb):
            out.write(os.urandom(1024) * 1023 + b'%1024d' % i)
    before = resident_mb(server.process.pid)
    peak = before
    upload = start(s3, 'big', 'parts')
    etags = []
    with open(source, 'rb') as body:
        for number in range(1, big_mb // 64 + 1):
            etags.append((number, s3.upload_part(**upload, PartNumber=number, Body=body.read(64 * MB))['ETag']))
            peak = max(peak, resident_mb(server.process.pid))
    began = time.monotonic()
    s3.complete_multipart_upload(**upload, MultipartUpload=parts_of(*etags))
    assert time.monotonic() - began < 0.5  # nothing is copied
    with open(source, 'rb') as body:
        s3.put_object(Bucket='big', Key='whole', Body=body)
    peak = max(peak, resident_mb(server.process.pid))
    s3.copy_object(Bucket='big', Key='copy', CopySource='big/whole')
    for key in ('parts', 'copy'):
        with open(source, 'rb') as expected:
            body = s3.get_object(Bucket='big', Key=key)['Body']
            while chunk := body.read(4 * MB):
                assert chunk == expected.read(4 * MB)
        peak = max(peak, resident_mb(server.process.pid))
    assert peak - before < 48, (before, peak)
    for key in ('parts', 'copy', 'whole', 'warm'):
        s3.delete_object(Bucket='big', Key=key)
    harness.wait_until('files of deleted objects go', lambda: not files_of(server), timeout_s=10)


def test_kill_between_parts_and_completion(server):
    s3 = server.client('s3')
    s3.create_bucket(Bucket='crash')
    upload = start(s3, 'crash')
    etags = [(n, s3.upload_part(**upload, PartNumber=n, Body=BODIES[n - 1])['ETag']) for n in (1, 2, 3)]
    server.kill()
    server.restart()
    s3 = server.client('s3')
    s3.complete_multipart_upload(**upload, MultipartUpload=parts_of(*etags))
    server.kill()
    server.restart()
    s3 = server.client('s3')
    assert s3.get_object(Bucket='crash', Key='k')['Body'].read() == b''.join(BODIES)
    s3.put_object(Bucket='crash', Key='k', Body=b'')
    harness.wait_until('files of replaced parts go', lambda: not files_of(server), timeout_s=10)
