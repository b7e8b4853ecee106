"""S3 through the AWS CLI and @aws-sdk v3 for JavaScript."""

import os

import pytest
import requests

MB = 1 << 20


@pytest.fixture
def bucket(aws, account):
    aws('s3', 'mb', f's3://t-{account}')
    return f't-{account}'


def test_cli_copies(aws, bucket, tmp_path):
    url = f's3://{bucket}'
    data = os.urandom(17 * MB + 5)  # the CLI sends more than 8 MB in parts
    (tmp_path / 'big').write_bytes(data)
    aws('s3', 'cp', str(tmp_path / 'big'), f'{url}/a/big ü+.bin', '--metadata', 'k=v', '--content-type', 'x/y')
    head = aws('s3api', 'head-object', '--bucket', bucket, '--key', 'a/big ü+.bin')
    assert (head['ContentLength'], head['Metadata'], head['ContentType']) == (len(data), {'k': 'v'}, 'x/y')
    assert head['ETag'].endswith('-3"')
    aws('s3', 'cp', f'{url}/a/big ü+.bin', f'{url}/b/copy')  # UploadPartCopy
    aws('s3', 'mv', f'{url}/b/copy', f'{url}/b/moved')
    aws('s3', 'cp', f'{url}/b/moved', str(tmp_path / 'back'))
    assert (tmp_path / 'back').read_bytes() == data
    listed = aws('s3', 'ls', url, '--recursive')
    assert 'a/big ü+.bin' in listed and 'b/moved' in listed and 'b/copy' not in listed
    assert 'PRE a/' in aws('s3', 'ls', url)
    link = aws('s3', 'presign', f'{url}/b/moved', '--expires-in', '60').strip()
    assert requests.get(link, timeout=30).content == data
    assert 'BucketNotEmpty' in aws('s3', 'rb', url, expect_error=True)
    aws('s3', 'rm', url, '--recursive')
    aws('s3', 'rb', url)
    assert 'NoSuchBucket' in aws('s3', 'ls', url, expect_error=True)


def test_cli_syncs(aws, bucket, tmp_path):
    source = tmp_path / 'in'
    names = ['a.txt', 'dir/b ü.txt', 'dir/deep/c+d.txt']
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)
        os.utime(source / name, (1e9, 1e9))  # S3 keeps whole seconds: a file of this one would look newer
    assert str(aws('s3', 'sync', str(source), f's3://{bucket}/site')).count('upload:') == 3
    assert aws('s3', 'sync', str(source), f's3://{bucket}/site') is None  # nothing is new
    (source / 'a.txt').unlink()
    assert 'delete:' in aws('s3', 'sync', str(source), f's3://{bucket}/site', '--delete')
    aws('s3', 'sync', f's3://{bucket}/site', str(tmp_path / 'out'))
    assert [(tmp_path / 'out' / name).read_text() for name in names[1:]] == names[1:]
    assert not (tmp_path / 'out/a.txt').exists()


NODE = """
const s3 = require('@aws-sdk/client-s3');
const { Upload } = require('@aws-sdk/lib-storage');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
const { Readable } = require('stream');
const { randomBytes } = require('crypto');
(async () => {
  const client = new s3.S3Client({ forcePathStyle: true, maxAttempts: 1 });
  const Bucket = process.argv[2];
  const send = (name, input) => client.send(new s3[name + 'Command']({ Bucket, ...input }));
  const code = async (name, input) => {
    try { await send(name, input); return 'no error'; } catch (error) {
      return `${error.name} ${error.$metadata.httpStatusCode}`;
    }
  };
  const text = async (input) => (await send('GetObject', input)).Body.transformToString();
  const seen = {};
  await send('CreateBucket', {});
  await s3.waitUntilBucketExists({ client, maxWaitTime: 10 }, { Bucket });
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']) {
    const put = await send('PutObject', { Key: ChecksumAlgorithm, Body: 'hello', ChecksumAlgorithm });
    seen[ChecksumAlgorithm] = put['Checksum' + ChecksumAlgorithm];
    await text({ Key: ChecksumAlgorithm, ChecksumMode: 'ENABLED' });
  }
  // A stream of known length: aws-chunked with the checksum in a trailer.
  await send('PutObject', { Key: 'stream', Body: Readable.from([Buffer.from('hel'), Buffer.from('lo')]), ContentLength: 5 });
  seen.stream = await text({ Key: 'stream' });
  // lib-storage: parts in parallel, from a stream of unknown length.
  const data = randomBytes(12 * 1024 * 1024 + 3);
  const pieces = [];
  for (let at = 0; at < data.length; at += 100000) pieces.push(data.subarray(at, at + 100000));
  await new Upload({ client, params: { Bucket, Key: 'big', Body: Readable.from(pieces) }, queueSize: 3 }).done();
  const big = Buffer.from(await (await send('GetObject', { Key: 'big' })).Body.transformToByteArray());
  seen.big = big.equals(data);
  seen.attributes = (await send('GetObjectAttributes', { Key: 'big', ObjectAttributes: ['ObjectParts'] })).ObjectParts.TotalPartsCount;
  const aborted = new Upload({ client, params: { Bucket, Key: 'aborted', Body: Readable.from(pieces) } });
  aborted.on('httpUploadProgress', () => aborted.abort());
  try { await aborted.done(); } catch (error) { seen.aborted = error.name; }
  const left = async () => ((await send('ListMultipartUploads', {})).Uploads || []).length;
  for (let i = 0; i < 40 && await left() > 0; i++) await new Promise((done) => setTimeout(done, 50));
  seen.left = await left();
  const etag = (await send('HeadObject', { Key: 'stream' })).ETag;
  seen.errors = [await code('GetObject', { Key: 'none' }), await code('HeadObject', { Key: 'none' }),
    await code('GetObject', { Key: 'stream', IfNoneMatch: etag }), await code('GetObject', { Key: 'stream', IfMatch: '"x"' }),
    await code('GetObject', { Key: 'stream', Range: 'bytes=99-' }), await code('PutObject', { Key: 'stream', Body: '', IfNoneMatch: '*' }),
    await code('DeleteBucket', {}), await code('HeadBucket', { Bucket: Bucket + '-none' })];
  const put = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'signed', ContentType: 'text/plain' }));
  seen.signedPut = (await fetch(put, { method: 'PUT', body: 'by link', headers: { 'Content-Type': 'text/plain' } })).status;
  seen.signedGet = await (await fetch(await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'signed' })))).text();
  await send('CopyObject', { Key: 'copy', CopySource: `${Bucket}/signed` });
  const keys = [];
  for await (const page of s3.paginateListObjectsV2({ client, pageSize: 3 }, { Bucket })) keys.push(...page.Contents.map((o) => o.Key));
  seen.keys = keys;
  const deleted = await send('DeleteObjects', { Delete: { Objects: keys.map((Key) => ({ Key })) } });
  seen.deleted = deleted.Deleted.length;
  await send('DeleteBucket', {});
  await s3.waitUntilBucketNotExists({ client, maxWaitTime: 10 }, { Bucket });
  console.log(JSON.stringify(seen));
})().catch((error) => { console.error(error); process.exit(1); });
"""


def test_javascript(node, account):
    seen = node(NODE, f'js-{account}')
    keys = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256', 'big', 'copy', 'signed', 'stream']
    assert seen == {
        'CRC32': 'NhCmhg==', 'CRC32C': 'mnG7TA==', 'CRC64NVME': 'M3eFcAZSQlc=', 'SHA1': 'qvTGHdzF6KLavt4PO0gs2a6pQ00=',
        'SHA256': 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=', 'stream': 'hello', 'big': True, 'attributes': 3,
        'aborted': 'AbortError', 'left': 0,
        'errors': ['NoSuchKey 404', 'NotFound 404', 'Unknown 304', 'PreconditionFailed 412', 'InvalidRange 416',
                   'PreconditionFailed 412', 'BucketNotEmpty 409', 'NotFound 404'],
        'signedPut': 200, 'signedGet': 'by link', 'keys': keys, 'deleted': len(keys)}
