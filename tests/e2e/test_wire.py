"""Bad bytes get AWS's own error, or a plain 400; never a crash, a hang or a 5xx. Below any SDK."""

import datetime
import json
import re

import botocore.exceptions
import pytest
import requests
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TARGET = 'DynamoDB_20120810.ListTables'


def status_of(answer):
    match = re.match(rb'HTTP/1\.1 (\d{3}) [^\r\n]+\r\n', answer)
    assert match, answer[:200]
    return int(match.group(1))


@pytest.mark.parametrize('request_bytes', [
    b'nonsense\r\n\r\n',
    b'GET / HTTP/9.9\r\n\r\n',
    b'GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n',
    b'GET / HTTP/1.1\r\nHost: a\r\n folded: x\r\n\r\n',
    b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
    b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
    b'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    b'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked, x\r\n\r\n',
    b'GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n',
    b'GET / HTTP/1.1\r\nHost: a\r\nX: ' + b'a' * 300_000 + b'\r\n\r\n',
    b'GET /' + b'a' * 300_000 + b' HTTP/1.1\r\nHost: a\r\n\r\n',
], ids=lambda data: repr(data[:40]))
def test_malformed_http_is_refused(raw, request_bytes):
    answer = raw(request_bytes, wait_s=10)
    assert answer == b'' or 400 <= status_of(answer) < 500, answer[:300]


def test_the_server_lives_after_all_that(endpoint):
    answer = requests.get(f'{endpoint}/_millrace/health', timeout=10)
    assert answer.status_code == 200


def test_binary_noise_is_survived(raw, endpoint):
    for seed in range(20):
        raw(bytes((seed * 37 + i * 101) % 256 for i in range(2000)), wait_s=1)
    assert requests.get(f'{endpoint}/_millrace/health', timeout=10).status_code == 200


def post(endpoint, body, account, target=TARGET, headers=None, secret='test'):
    """A signed DynamoDB request with any body."""
    request = AWSRequest('POST', endpoint + '/', data=body, headers={
        'X-Amz-Target': target, 'Content-Type': 'application/x-amz-json-1.0'} | (headers or {}))
    SigV4Auth(Credentials(account, secret), 'dynamodb', 'us-east-1').add_auth(request)
    return requests.post(endpoint + '/', data=body, headers=dict(request.headers), timeout=30)


def sign_at(monkeypatch, minutes_ago):
    """From here on botocore signs as of then."""
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes_ago)
    monkeypatch.setattr('botocore.auth.get_current_datetime', lambda *_, **__: then.replace(tzinfo=None))


@pytest.mark.parametrize('body', [
    b'{"Limit":' + b'[' * 100_000 + b']' * 100_000 + b'}',
    b'{"a":' * 100_000 + b'1' + b'}' * 100_000,
    b'[' * 100_000,
    b'', b'{', b'[]', b'null', b'"x"', b'{"Limit":}', b'{"Limit":1e999}', b'\xff\xfe', b'{"Limit":1} x',
], ids=['deep-closed', 'deep-objects', 'deep-open', 'empty', 'open', 'list', 'null', 'string', 'no-value', 'huge',
        'no-utf8', 'trailing'])
def test_bad_json_is_a_serialization_exception(endpoint, account, body):
    answer = post(endpoint, body, account)
    assert answer.status_code == 400, answer.text
    assert answer.json()['__type'].endswith(('SerializationException', 'ValidationException'))


def test_deeply_nested_item(endpoint, account):
    """DynamoDB nests values at most 32 levels deep."""
    value = '{"L":[' * 40 + '{"S":"x"}' + ']}' * 40
    body = '{"TableName":"none","Item":{"id":{"S":"1"},"deep":%s}}' % value
    answer = post(endpoint, body.encode(), account, target='DynamoDB_20120810.PutItem')
    assert answer.status_code == 400 and answer.json()['__type'].endswith('ValidationException'), answer.text


@pytest.mark.parametrize('target', ['DynamoDB_20120810.NoSuchOperation', 'DynamoDB_20120810.', 'X', 'A.B.C'])
def test_unknown_operations_are_refused_at_once(endpoint, account, target):
    answer = post(endpoint, b'{}', account, target=target)
    assert 400 <= answer.status_code < 500
    assert answer.elapsed < datetime.timedelta(seconds=2)


def test_an_operation_we_lack_is_refused_by_name(client):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        client('dynamodb').list_imports()
    assert 400 <= raised.value.response['ResponseMetadata']['HTTPStatusCode'] < 500
    assert 'ListImports' in str(raised.value)


def test_a_service_we_lack_is_refused_by_name(client):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        client('kinesis').list_streams()
    assert 400 <= raised.value.response['ResponseMetadata']['HTTPStatusCode'] < 500
    assert 'kinesis' in str(raised.value).lower()


@pytest.fixture
def issued(client):
    """A key that IAM issued, of a user who may do everything with DynamoDB: these are always verified."""
    iam = client('iam')
    iam.create_user(UserName='signer')
    iam.put_user_policy(UserName='signer', PolicyName='all', PolicyDocument=json.dumps({
        'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'dynamodb:*', 'Resource': '*'}]}))
    key = iam.create_access_key(UserName='signer')['AccessKey']
    return key['AccessKeyId'], key['SecretAccessKey']


def test_a_known_key_with_its_secret(endpoint, issued):
    assert post(endpoint, b'{}', issued[0], secret=issued[1]).status_code == 200


def test_a_known_key_with_another_secret(endpoint, issued):
    answer = post(endpoint, b'{}', issued[0], secret='wrong')
    assert answer.status_code == 400
    assert answer.json()['__type'].endswith('InvalidSignatureException')


def test_a_body_changed_on_the_way(endpoint, issued):
    request = AWSRequest('POST', endpoint + '/', data=b'{}', headers={
        'X-Amz-Target': TARGET, 'Content-Type': 'application/x-amz-json-1.0'})
    SigV4Auth(Credentials(*issued), 'dynamodb', 'us-east-1').add_auth(request)
    answer = requests.post(endpoint + '/', data=b'{"Limit":1}', headers=dict(request.headers), timeout=10)
    assert answer.status_code == 400
    assert answer.json()['__type'].endswith('InvalidSignatureException')


def test_a_signature_from_an_hour_ago(endpoint, issued, monkeypatch):
    sign_at(monkeypatch, minutes_ago=60)
    answer = post(endpoint, b'{}', issued[0], secret=issued[1])
    assert answer.status_code == 400
    assert answer.json()['__type'].endswith('InvalidSignatureException')
    assert 'Signature expired' in answer.text


@pytest.mark.parametrize('authorization', [
    'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256 Credential=x', 'Bearer abc', 'AWS4-HMAC-SHA256 ' + 'a' * 5000,
    'AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00',
])
def test_broken_authorization_headers(endpoint, authorization):
    answer = requests.post(endpoint + '/', data=b'{}', timeout=10, headers={
        'X-Amz-Target': TARGET, 'Content-Type': 'application/x-amz-json-1.0', 'Authorization': authorization})
    assert 400 <= answer.status_code < 500, answer.text


def test_no_authorization_at_all(endpoint):
    answer = requests.post(endpoint + '/', data=b'{}', timeout=10, headers={
        'X-Amz-Target': TARGET, 'Content-Type': 'application/x-amz-json-1.0'})
    assert answer.status_code == 400
    assert answer.json()['__type'].endswith('MissingAuthenticationTokenException')


def test_an_expired_presigned_url(client, endpoint, account, monkeypatch):
    s3 = client('s3')
    s3.create_bucket(Bucket=f'expired-{account}')
    s3.put_object(Bucket=f'expired-{account}', Key='k', Body=b'x')
    url = s3.generate_presigned_url('get_object', Params={'Bucket': f'expired-{account}', 'Key': 'k'}, ExpiresIn=60)
    assert requests.get(url, timeout=10).content == b'x'
    sign_at(monkeypatch, minutes_ago=10)
    request = AWSRequest('GET', f'{endpoint}/expired-{account}/k')
    S3SigV4QueryAuth(Credentials(account, 'test'), 's3', 'us-east-1', expires=60).add_auth(request)
    answer = requests.get(request.url, timeout=10)
    assert answer.status_code == 403, answer.text
    assert b'<Code>AccessDenied</Code><Message>Request has expired</Message>' in answer.content
