"""S3 objects through boto3: attributes, ranges, conditions, checksums, copies, deletes, presigned requests."""

import base64
import datetime
import hashlib
import zlib

import harness
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from expect import refused

LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture
def s3(client):
    return client('s3')


@pytest.fixture
def bucket(s3, account):
    s3.create_bucket(Bucket=f'o-{account}')
    return f'o-{account}'


def test_every_header_comes_back(s3, bucket):
    sent = {'ContentType': 'text/html; charset=utf-8', 'CacheControl': 'max-age=60', 'ContentLanguage': 'de',
            'ContentDisposition': 'attachment; filename="a.html"', 'ContentEncoding': 'gzip',
            'WebsiteRedirectLocation': '/other', 'Metadata': {'user': 'ada', 'empty': '', 'mixed-Case': 'Value'}}
    put = s3.put_object(Bucket=bucket, Key='k', Body=b'hello', Expires=LONG_AGO, Tagging='a=1&b=two%20words', **sent)
    assert put['ETag'] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    for got in (s3.get_object(Bucket=bucket, Key='k'), s3.head_object(Bucket=bucket, Key='k')):
        assert {name: got[name] for name in sent} == sent | {
            'Metadata': {'user': 'ada', 'empty': '', 'mixed-case': 'Value'}}
        assert got['ETag'] == put['ETag'] and got['ContentLength'] == 5 and got['AcceptRanges'] == 'bytes'
        assert got['ExpiresString'] == 'Wed, 01 Jan 2020 00:00:00 GMT'
        assert got['ServerSideEncryption'] == 'AES256'
    assert got['LastModified'].tzinfo is not None
    assert s3.get_object(Bucket=bucket, Key='k')['TagCount'] == 2
    assert s3.get_object_tagging(Bucket=bucket, Key='k')['TagSet'] == [
        {'Key': 'a', 'Value': '1'}, {'Key': 'b', 'Value': 'two words'}]
    bare = s3.put_object(Bucket=bucket, Key='bare')
    assert bare['ETag'] == '"d41d8cd98f00b204e9800998ecf8427e"'
    assert s3.head_object(Bucket=bucket, Key='bare')['ContentType'] == 'binary/octet-stream'


def test_response_overrides(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Body=b'x', ContentType='text/plain')
    got = s3.get_object(Bucket=bucket, Key='k', ResponseContentType='image/png', ResponseCacheControl='no-store',
                        ResponseContentDisposition='attachment; filename="ü.txt"')
    assert (got['ContentType'], got['CacheControl']) == ('image/png', 'no-store')


def test_metadata_limit(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Metadata={'a': 'x' * 2047})
    with refused('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size'):
        s3.put_object(Bucket=bucket, Key='k', Metadata={'a': 'x' * 2048})


@pytest.mark.parametrize('header, status, content_range, body', [
    ('bytes=0-0', 206, 'bytes 0-0/10', b'0'),
    ('bytes=2-4', 206, 'bytes 2-4/10', b'234'),
    ('bytes=7-', 206, 'bytes 7-9/10', b'789'),
    ('bytes=-3', 206, 'bytes 7-9/10', b'789'),
    ('bytes=-300', 206, 'bytes 0-9/10', b'0123456789'),
    ('bytes=5-500', 206, 'bytes 5-9/10', b'56789'),
    ('bytes=0-1,3-4', 200, None, b'0123456789'),
    ('bytes=4-2', 200, None, b'0123456789'),
    ('items=0-1', 200, None, b'0123456789'),
])
def test_ranges(s3, bucket, header, status, content_range, body):
    s3.put_object(Bucket=bucket, Key='k', Body=b'0123456789')
    got = s3.get_object(Bucket=bucket, Key='k', Range=header)
    assert got['ResponseMetadata']['HTTPStatusCode'] == status
    assert got.get('ContentRange') == content_range
    assert got['Body'].read() == body
    assert got['ContentLength'] == len(body)


def test_ranges_that_cannot_be(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Body=b'0123456789')
    s3.put_object(Bucket=bucket, Key='empty', Body=b'')
    for key, header in (('k', 'bytes=10-'), ('k', 'bytes=10-20'), ('k', 'bytes=-0'), ('empty', 'bytes=0-')):
        with refused('InvalidRange', 416, 'The requested range is not satisfiable') as raised:
            s3.get_object(Bucket=bucket, Key=key, Range=header)
        assert raised.value.response['Error']['RangeRequested'] == header
    with refused('416', 416):
        s3.head_object(Bucket=bucket, Key='k', Range='bytes=10-')
    head = s3.head_object(Bucket=bucket, Key='k', Range='bytes=1-2')
    assert (head['ContentLength'], head['ContentRange']) == (2, 'bytes 1-2/10')


def test_missing_objects(s3, bucket, endpoint):
    with refused('NoSuchKey', 404, 'The specified key does not exist.') as raised:
        s3.get_object(Bucket=bucket, Key='none')
    assert raised.value.response['Error']['Key'] == 'none'
    with refused('404', 404, 'Not Found'):
        s3.head_object(Bucket=bucket, Key='none')
    with refused('NoSuchKey', 404):
        s3.get_object_tagging(Bucket=bucket, Key='none')
    assert s3.delete_object(Bucket=bucket, Key='none')['ResponseMetadata']['HTTPStatusCode'] == 204
    url = s3.generate_presigned_url('head_object', Params={'Bucket': bucket, 'Key': 'none'})
    answer = requests.head(url, timeout=10)
    assert (answer.status_code, answer.content) == (404, b'')
    assert answer.headers['x-amz-request-id']
    with refused('NoSuchVersion', 404) as raised:
        s3.get_object(Bucket=bucket, Key='none', VersionId='abc')


def test_read_conditions(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key='k', Body=b'1')['ETag']
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    for read in (s3.get_object, s3.head_object):
        def ok(**conditions):
            assert read(Bucket=bucket, Key='k', **conditions)['ResponseMetadata']['HTTPStatusCode'] == 200
        ok(IfMatch=etag)
        ok(IfMatch=etag.strip('"'))
        ok(IfMatch='*')
        ok(IfNoneMatch='"other"')
        ok(IfModifiedSince=LONG_AGO)
        ok(IfUnmodifiedSince=later)
        ok(IfMatch=etag, IfUnmodifiedSince=LONG_AGO)
        ok(IfNoneMatch='"other"', IfModifiedSince=later - datetime.timedelta(hours=1, seconds=-5))
        for conditions in ({'IfNoneMatch': etag}, {'IfNoneMatch': etag, 'IfModifiedSince': LONG_AGO},
                           {'IfNoneMatch': '*'}):
            with refused('304', 304, 'Not Modified') as raised:
                read(Bucket=bucket, Key='k', **conditions)
            headers = raised.value.response['ResponseMetadata']['HTTPHeaders']
            assert headers['etag'] == etag and 'last-modified' in headers
        code = 'PreconditionFailed' if read == s3.get_object else '412'
        for conditions in ({'IfMatch': '"other"'}, {'IfUnmodifiedSince': LONG_AGO}):
            with refused(code, 412):
                read(Bucket=bucket, Key='k', **conditions)
    with refused('PreconditionFailed', 412, 'At least one of the pre-conditions you specified did not hold') as raised:
        s3.get_object(Bucket=bucket, Key='k', IfMatch='"other"')
    assert raised.value.response['Error']['Condition'] == 'If-Match'


def test_conditional_writes(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key='k', Body=b'1', IfNoneMatch='*')['ETag']
    with refused('PreconditionFailed', 412) as raised:
        s3.put_object(Bucket=bucket, Key='k', Body=b'2', IfNoneMatch='*')
    assert raised.value.response['Error']['Condition'] == 'If-None-Match'
    with refused('PreconditionFailed', 412):
        s3.put_object(Bucket=bucket, Key='k', Body=b'2', IfMatch='"other"')
    s3.put_object(Bucket=bucket, Key='k', Body=b'2', IfMatch=first)
    with refused('NoSuchKey', 404):
        s3.put_object(Bucket=bucket, Key='none', Body=b'2', IfMatch=first)
    with refused('NotImplemented', 501, 'A header you provided implies functionality that is not implemented'):
        s3.put_object(Bucket=bucket, Key='k', Body=b'2', IfNoneMatch=first)
    with refused('PreconditionFailed', 412):
        s3.delete_object(Bucket=bucket, Key='k', IfMatch=first)
    s3.delete_object(Bucket=bucket, Key='k', IfMatch=hashlib.md5(b'2').hexdigest())


def crc32(body):
    return base64.b64encode(zlib.crc32(body).to_bytes(4, 'big')).decode()


CHECKSUMS = {  # of b'hello'
    'CRC32': 'NhCmhg==', 'CRC32C': 'mnG7TA==', 'CRC64NVME': 'M3eFcAZSQlc=', 'SHA1': 'qvTGHdzF6KLavt4PO0gs2a6pQ00=',
    'SHA256': 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ='}


@pytest.mark.parametrize('algorithm', CHECKSUMS)
def test_checksums_given_and_kept(s3, bucket, algorithm):
    name, value = f'Checksum{algorithm}', CHECKSUMS[algorithm]
    put = s3.put_object(Bucket=bucket, Key='k', Body=b'hello', **{name: value})
    assert (put[name], put['ChecksumType']) == (value, 'FULL_OBJECT')
    head = s3.head_object(Bucket=bucket, Key='k', ChecksumMode='ENABLED')
    assert (head[name], head['ChecksumType']) == (value, 'FULL_OBJECT')
    attributes = s3.get_object_attributes(Bucket=bucket, Key='k', ObjectAttributes=[
        'Checksum', 'ETag', 'ObjectSize', 'StorageClass', 'ObjectParts'])
    assert attributes['Checksum'] == {name: value, 'ChecksumType': 'FULL_OBJECT'}
    assert (attributes['ETag'], attributes['ObjectSize']) == ('5d41402abc4b2a76b9719d911017c592', 5)
    assert attributes['StorageClass'] == 'STANDARD' and 'ObjectParts' not in attributes
    assert s3.list_objects_v2(Bucket=bucket)['Contents'][0]['ChecksumAlgorithm'] == [algorithm]
    wrong = base64.b64encode(bytes(len(base64.b64decode(value)))).decode()
    with refused('BadDigest', 400, f'The {algorithm} you specified did not match the calculated checksum.'):
        s3.put_object(Bucket=bucket, Key='k2', Body=b'hello', **{name: wrong})
    with refused('InvalidRequest', 400, f'Value for x-amz-checksum-{algorithm.lower()} header is invalid.'):
        s3.put_object(Bucket=bucket, Key='k2', Body=b'hello', **{name: 'AAA='})
    with refused('404', 404):
        s3.head_object(Bucket=bucket, Key='k2')


def test_todays_sdks_send_crc32_by_themselves(s3, bucket):
    put = s3.put_object(Bucket=bucket, Key='k', Body=b'hello')
    assert put['ChecksumCRC32'] == CHECKSUMS['CRC32']
    got = s3.get_object(Bucket=bucket, Key='k')
    assert got['ChecksumCRC32'] == CHECKSUMS['CRC32'] and got['Body'].read() == b'hello'


def test_yesterdays_sdks_send_none(endpoint, account, bucket):
    old = harness.boto_client(endpoint, 's3', key=account, request_checksum_calculation='when_required',
                              response_checksum_validation='when_required')
    assert old.put_object(Bucket=bucket, Key='k', Body=b'hello')['ChecksumCRC64NVME'] == CHECKSUMS['CRC64NVME']
    got = old.get_object(Bucket=bucket, Key='k')
    assert 'ChecksumCRC64NVME' not in got and got['Body'].read() == b'hello'


def put_raw(endpoint, account, path, body, headers):
    """A PUT whose headers are below any SDK. The key is unknown to the server, which cannot verify it."""
    request = AWSRequest('PUT', endpoint + path, data=body, headers=headers)
    S3SigV4Auth(Credentials(account, 'test'), 's3', 'us-east-1').add_auth(request)
    return requests.put(endpoint + path, data=body, headers=dict(request.headers) | headers, timeout=30)


def chunked(body, trailer):
    return b'%x\r\n%s\r\n0\r\n%s\r\n\r\n' % (len(body), body, trailer.encode())


def test_checksums_in_a_trailer(endpoint, account, bucket, s3):
    def put(trailer, announced='x-amz-checksum-crc32', length=5):
        return put_raw(endpoint, account, f'/{bucket}/k', chunked(b'hello', trailer), {
            'Content-Encoding': 'aws-chunked', 'X-Amz-Trailer': announced, 'X-Amz-Decoded-Content-Length': str(length),
            'X-Amz-Content-SHA256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'})
    answer = put('x-amz-checksum-crc32:NhCmhg==')
    assert answer.status_code == 200 and answer.headers['x-amz-checksum-crc32'] == 'NhCmhg=='
    assert 'ContentEncoding' not in s3.head_object(Bucket=bucket, Key='k')
    answer = put('x-amz-checksum-crc32:AAAAAA==')
    assert answer.status_code == 400 and b'<Code>BadDigest</Code>' in answer.content
    answer = put('x-amz-checksum-sha1:AAAAAA==')
    assert answer.status_code == 400 and b'<Code>MalformedTrailerError</Code>' in answer.content
    answer = put('x-amz-checksum-crc32:NhCmhg==', length=6)
    assert answer.status_code == 400 and b'<Code>IncompleteBody</Code>' in answer.content


def test_content_md5(s3, bucket):
    right = base64.b64encode(hashlib.md5(b'hello').digest()).decode()
    s3.put_object(Bucket=bucket, Key='k', Body=b'hello', ContentMD5=right)
    with refused('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.'):
        s3.put_object(Bucket=bucket, Key='k', Body=b'hullo', ContentMD5=right)
    with refused('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.'):
        s3.put_object(Bucket=bucket, Key='k', Body=b'hello', ContentMD5='abc')


def test_a_body_that_is_not_what_was_signed(endpoint, account, bucket):
    answer = put_raw(endpoint, account, f'/{bucket}/k', b'hello',
                     {'X-Amz-Content-SHA256': hashlib.sha256(b'other').hexdigest()})
    assert answer.status_code == 400 and b'<Code>XAmzContentSHA256Mismatch</Code>' in answer.content


def test_copies(s3, bucket):
    s3.put_object(Bucket=bucket, Key='a/ü +', Body=b'hello', Metadata={'m': '1'}, ContentType='text/plain',
                  Tagging='t=1', CacheControl='no-cache')
    source = {'Bucket': bucket, 'Key': 'a/ü +'}
    result = s3.copy_object(Bucket=bucket, Key='b', CopySource=source)['CopyObjectResult']
    assert result['ETag'] == f'"{hashlib.md5(b"hello").hexdigest()}"' and result['LastModified']
    assert result['ChecksumCRC32'] == CHECKSUMS['CRC32']
    got = s3.get_object(Bucket=bucket, Key='b')
    assert (got['Metadata'], got['ContentType'], got['TagCount']) == ({'m': '1'}, 'text/plain', 1)
    s3.copy_object(Bucket=bucket, Key='c', CopySource=f'{bucket}/a/ü +', MetadataDirective='REPLACE',
                   Metadata={'m': '2'}, TaggingDirective='REPLACE', Tagging='u=1&v=2', ChecksumAlgorithm='SHA256')
    got = s3.get_object(Bucket=bucket, Key='c')
    assert (got['Metadata'], got['ContentType'], got['TagCount']) == ({'m': '2'}, 'binary/octet-stream', 2)
    assert got['ChecksumSHA256'] == CHECKSUMS['SHA256'] and 'CacheControl' not in got
    with refused('InvalidRequest', 400, 'This copy request is illegal because it is trying to copy an object to '
                 "itself without changing the object's metadata"):
        s3.copy_object(Bucket=bucket, Key='b', CopySource=f'{bucket}/b')
    s3.copy_object(Bucket=bucket, Key='b', CopySource=f'{bucket}/b', MetadataDirective='REPLACE', Metadata={'m': '3'})
    assert s3.get_object(Bucket=bucket, Key='b')['Body'].read() == b'hello'
    for bad in ('nokey', '/', f'{bucket}/'):
        with refused('InvalidArgument', 400):
            s3.copy_object(Bucket=bucket, Key='d', CopySource=bad)
    with refused('NoSuchKey', 404):
        s3.copy_object(Bucket=bucket, Key='d', CopySource=f'{bucket}/none')
    with refused('NoSuchBucket', 404):
        s3.copy_object(Bucket=bucket, Key='d', CopySource=f'no-such-{bucket}/none')


def test_conditional_copies(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key='a', Body=b'hello')['ETag']
    copy = {'Bucket': bucket, 'Key': 'b', 'CopySource': f'{bucket}/a'}
    s3.copy_object(**copy, CopySourceIfMatch=etag, CopySourceIfUnmodifiedSince=LONG_AGO)
    s3.copy_object(**copy, CopySourceIfNoneMatch='"x"', CopySourceIfModifiedSince=LONG_AGO)
    for conditions in ({'CopySourceIfMatch': '"x"'}, {'CopySourceIfNoneMatch': etag},
                       {'CopySourceIfUnmodifiedSince': LONG_AGO}):
        with refused('PreconditionFailed', 412):
            s3.copy_object(**copy, **conditions)


def test_copy_between_regions(s3, client, bucket, account):
    eu = client('s3', region='eu-west-1')
    eu.create_bucket(Bucket=f'eu-{account}', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
    s3.put_object(Bucket=bucket, Key='a', Body=b'hello')
    eu.copy_object(Bucket=f'eu-{account}', Key='b', CopySource=f'{bucket}/a')
    assert eu.get_object(Bucket=f'eu-{account}', Key='b')['Body'].read() == b'hello'


def test_delete_objects(s3, bucket):
    keys = [f'k{i:04}' for i in range(3)] + ['a & <b> "c"', 'ü +/..']
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b'')
    done = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': k} for k in keys + ['none']]})
    assert [d['Key'] for d in done['Deleted']] == keys + ['none'] and 'Errors' not in done
    done = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'x'}], 'Quiet': True})
    assert 'Deleted' not in done and 'Errors' not in done
    assert s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': f'{i}'} for i in range(1000)]})['Deleted']
    for objects in ([{'Key': f'{i}'} for i in range(1001)], []):
        with refused('MalformedXML', 400, 'The XML you provided was not well-formed'):
            s3.delete_objects(Bucket=bucket, Delete={'Objects': objects})


def test_tagging(s3, bucket):
    s3.put_object(Bucket=bucket, Key='k', Body=b'')
    tags = [{'Key': f'k{i}', 'Value': ''} for i in range(10)]
    s3.put_object_tagging(Bucket=bucket, Key='k', Tagging={'TagSet': tags})
    assert s3.get_object_tagging(Bucket=bucket, Key='k')['TagSet'] == tags
    with refused('BadRequest', 400, 'Object tags cannot be greater than 10'):
        s3.put_object_tagging(Bucket=bucket, Key='k', Tagging={'TagSet': tags + [{'Key': 'x', 'Value': ''}]})
    with refused('InvalidTag', 400, 'Cannot provide multiple Tags with the same key'):
        s3.put_object_tagging(Bucket=bucket, Key='k', Tagging={'TagSet': tags[:1] * 2})
    s3.delete_object_tagging(Bucket=bucket, Key='k')
    assert s3.get_object_tagging(Bucket=bucket, Key='k')['TagSet'] == []


KEYS = ['plain', 'with space', 'plus+plus', 'a/b/c', '/leading', 'trailing/', 'double//slash', '.', '..', './a', '../a',
        'a/../b', 'ünïcödé', '日本語', '😀', 'q?x=1', 'h#x', 'per%cent', 'per%20cent', 'quote"\'', "tab\tx", '<&>',
        '~!@$^*()_-=[]{}|;:,', '\u00e9', 'e\u0301', 'x' * 1024]


@pytest.mark.parametrize('style', ['path', 'virtual'])
def test_odd_keys(endpoint, account, bucket, style, local_names):
    port = endpoint.rsplit(':', 1)[1]
    s3 = harness.boto_client(f'http://s3.localhost:{port}', 's3', key=account, s3={'addressing_style': style})
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={'n': str(KEYS.index(key))})
    listed = [o['Key'] for o in s3.list_objects_v2(Bucket=bucket)['Contents']]
    assert listed == sorted(KEYS, key=lambda k: k.encode())
    for key in KEYS:
        got = s3.get_object(Bucket=bucket, Key=key)
        assert got['Body'].read() == key.encode() and got['Metadata'] == {'n': str(KEYS.index(key))}
        url = s3.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': key})
        answer = requests.Session().send(requests.Request('GET', url).prepare(), timeout=10)
        if key not in ('.', '..', './a', '../a', 'a/../b'):  # `requests` itself takes the dots out
            assert answer.content == key.encode(), (key, answer.text)
    with refused('KeyTooLongError', 400, 'Your key is too long'):
        s3.put_object(Bucket=bucket, Key='x' * 1025, Body=b'')
    done = s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': k} for k in KEYS]})
    assert 'Errors' not in done
    assert 'Contents' not in s3.list_objects_v2(Bucket=bucket)


def test_presigned_requests(s3, bucket):
    def url(method, **params):
        return s3.generate_presigned_url(method, Params={'Bucket': bucket, 'Key': 'k'} | params, ExpiresIn=60)
    put = requests.put(url('put_object', ContentType='text/plain'), data=b'hello', timeout=10,
                       headers={'Content-Type': 'text/plain'})
    assert put.status_code == 200 and put.headers['ETag'] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    got = requests.get(url('get_object', ResponseContentType='image/png'), headers={'Range': 'bytes=1-2'}, timeout=10)
    assert (got.status_code, got.content, got.headers['Content-Type']) == (206, b'el', 'image/png')
    assert requests.head(url('head_object'), timeout=10).headers['Content-Length'] == '5'
    assert requests.delete(url('delete_object'), timeout=10).status_code == 204


def test_presigned_by_a_key_that_is_known(client, endpoint, bucket):
    """Changed links of keys whose secret we know are refused."""
    iam = client('iam')
    iam.create_user(UserName='u')
    iam.put_user_policy(UserName='u', PolicyName='p', PolicyDocument=(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}'))
    key = iam.create_access_key(UserName='u')['AccessKey']
    client('s3').put_object(Bucket=bucket, Key='k', Body=b'hello')
    theirs = harness.boto_client(endpoint, 's3', key=key['AccessKeyId'], secret=key['SecretAccessKey'])
    url = theirs.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': 'k'})
    assert requests.get(url, timeout=10).content == b'hello'
    refusal = requests.get(url.replace('/k?', '/other?'), timeout=10)
    assert refusal.status_code == 403 and b'<Code>SignatureDoesNotMatch</Code>' in refusal.content
    url = theirs.generate_presigned_url('put_object', Params={'Bucket': bucket, 'Key': 'k'})
    refusal = requests.put(url, data=b'x', timeout=10)
    assert refusal.status_code == 403 and b'<Code>AccessDenied</Code>' in refusal.content
    with refused('AccessDenied', 403, 'is not authorized to perform: s3:PutObject on resource'):
        theirs.put_object(Bucket=bucket, Key='k', Body=b'')
    no_key = requests.get(url.replace(key['AccessKeyId'], 'AKIAIOSFODNN7EXAMPLE'), timeout=10)
    assert no_key.status_code in (200, 403)


def test_without_a_signature(s3, bucket, endpoint):
    s3.put_object(Bucket=bucket, Key='k', Body=b'hello')
    refusal = requests.get(f'{endpoint}/{bucket}/k', timeout=10)
    assert refusal.status_code == 403 and b'<Code>AccessDenied</Code>' in refusal.content
    assert b'<Message>Access Denied</Message>' in refusal.content
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=(
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
        '"Resource":"arn:aws:s3:::%s/*"}]}' % bucket))
    assert requests.get(f'{endpoint}/{bucket}/k', timeout=10).content == b'hello'
    assert requests.put(f'{endpoint}/{bucket}/k', data=b'x', timeout=10).status_code == 403


def test_a_form_upload(s3, bucket):
    """POST of an HTML form, as browsers do with generate_presigned_post."""
    post = s3.generate_presigned_post(bucket, 'up/${filename}', ExpiresIn=60, Conditions=[
        ['content-length-range', 1, 100], ['starts-with', '$key', 'up/']])
    answer = requests.post(post['url'], data=post['fields'], files={'file': ('a.txt', b'hello')}, timeout=10)
    assert 400 <= answer.status_code < 500 and b'PostObject' in answer.content, answer.text
