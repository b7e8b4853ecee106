"""Well-formed requests with hostile contents: each gets AWS's own error, never a 5xx, and leaves nothing behind."""

import gzip
import io
import json
import pathlib
import re
import stat
import time
import zipfile

import botocore.exceptions
import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import harness

RSS_MAX_MB = 300  # the largest body that is allowed is held once or twice
ACCOUNT = '123456789012'
ROLE = f'arn:aws:iam::{ACCOUNT}:role/runner'
TRUST = json.dumps({'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]})


@pytest.fixture(scope='module')
def target(tmp_path_factory):
    server = harness.Server(tmp_path_factory.mktemp('content') / 'data')
    with server:
        server.client('iam', key=ACCOUNT).create_role(RoleName='runner', AssumeRolePolicyDocument=TRUST)
        server.client('s3', key=ACCOUNT).create_bucket(Bucket='content')
        server.client('dynamodb', key=ACCOUNT).create_table(
            TableName='things', KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}],
            AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}], BillingMode='PAY_PER_REQUEST')
        yield server
        assert requests.get(f'{server.endpoint}/_millrace/health', timeout=10).status_code == 200
        status = pathlib.Path(f'/proc/{server.process.pid}/status').read_text()
        assert int(re.search(r'VmRSS:\s+(\d+) kB', status).group(1)) / 1024 < RSS_MAX_MB
        assert not list((server.data / 'incoming').iterdir())


def send(server, service, method, path, body, headers=None):
    """A signed request with any path and body; it must be answered soon and not with a 5xx."""
    url = server.endpoint + path
    request = AWSRequest(method, url, data=body, headers=headers or {})
    if service == 's3':
        request.headers['X-Amz-Content-SHA256'] = 'UNSIGNED-PAYLOAD'
    SigV4Auth(Credentials(ACCOUNT, 'test'), service, 'us-east-1').add_auth(request)
    prepared = requests.Request(method, server.endpoint, data=body, headers=dict(request.headers)).prepare()
    prepared.url = url  # as it is: requests would tidy it up
    began = time.monotonic()
    answer = requests.Session().send(prepared, timeout=60)
    assert time.monotonic() - began < 20
    assert answer.status_code < 500, answer.text[:500]
    return answer


def dynamodb(server, operation, body, **headers):
    return send(server, 'dynamodb', 'POST', '/', body, {
        'X-Amz-Target': f'DynamoDB_20120810.{operation}', 'Content-Type': 'application/x-amz-json-1.0'} | headers)


def error_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    response = raised.value.response
    assert 400 <= response['ResponseMetadata']['HTTPStatusCode'] < 500, response
    return response['Error']


DIGITS = b'9' * 1_000_000


@pytest.mark.parametrize(('operation', 'body', 'error'), [
    ('ListTables', b'{"Limit":' + DIGITS + b'}', 'SerializationException'),
    ('ListTables', b'{"Limit":1e' + DIGITS + b'}', 'SerializationException'),
    ('ListTables', b'{"Limit":-' + b'0' * 100_000 + b'}', 'SerializationException'),
    ('ListTables', b'{"ExclusiveStartTableName":"\xff\xfe\xfa"}', 'SerializationException'),
    ('ListTables', b'{"ExclusiveStartTableName":"\xed\xa0\x80"}', 'SerializationException'),
    ('ListTables', b'{"ExclusiveStartTableName":"\\ud800"}', 'SerializationException'),
    ('ListTables', b'{"ExclusiveStartTableName":"' + b'a' * 5_000_000 + b'"}', 'ValidationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"1"},"n":{"N":"' + DIGITS + b'"}}}', 'ValidationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"1"},"n":{"N":"1e' + DIGITS + b'"}}}', 'ValidationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"1"},"n":{"N":"NaN"}}}', 'ValidationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"' + b'x' * 3_000 + b'"}}}', 'ValidationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"1"},"b":{"B":"***"}}}', 'SerializationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"1"},"x":' + b'{"M":{"a":' * 50_000 + b'1'
     + b'}}' * 50_000 + b'}}', 'SerializationException'),
    ('PutItem', b'{"TableName":"things","Item":{"id":{"S":"1"},"x":{"S":"' + b'x' * 500_000 + b'"}}}',
     'ValidationException'),
    ('Scan', b'{"TableName":"things","FilterExpression":"' + b'(' * 100_000 + b'"}', 'ValidationException'),
    ('Scan', b'{"TableName":"things","FilterExpression":"' + b'(' * 2000 + b'id' + b')' * 2000 + b'"}',
     'ValidationException'),
    ('Scan', b'{"TableName":"things","FilterExpression":"' + b'NOT ' * 1000 + b'id = id"}', 'ValidationException'),
    ('Scan', b'{"TableName":"things","ProjectionExpression":"a' + b'[0]' * 1400 + b'"}', 'ValidationException'),
    ('Scan', b'{"TableName":"things","TotalSegments":2000000000,"Segment":1}', 'ValidationException'),
    ('Query', b'{"TableName":"things","ExclusiveStartKey":{"id":{"S":"1"}}}', 'ValidationException'),
    ('BatchGetItem', b'{"RequestItems":{"things":{"Keys":[' + b'{"id":{"S":"1"}},' * 100_000 + b'{}]}}}',
     'ValidationException'),
], ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else value)
def test_json(target, operation, body, error):
    answer = dynamodb(target, operation, body)
    assert answer.status_code == 400
    assert answer.json()['__type'].split('#')[-1] == error, answer.text[:300]


def test_a_packed_body_is_bounded_when_it_is_unpacked(target):
    bomb = gzip.compress(b'{"Limit":1' + b' ' * 200_000_000 + b'}')
    answer = dynamodb(target, 'ListTables', bomb, **{'Content-Encoding': 'gzip'})
    assert answer.status_code in (400, 413)
    answer = dynamodb(target, 'ListTables', b'no gzip', **{'Content-Encoding': 'gzip'})
    assert answer.status_code == 400


@pytest.mark.parametrize('body', [
    b'Action=CreateStack&Version=2010-05-15&StackName=s&Parameters.member.2147483647.ParameterKey=a',
    b'Action=CreateStack&Version=2010-05-15&StackName=s&Parameters.member.99999999999999999999.ParameterKey=a',
    b'Action=CreateStack&Version=2010-05-15&StackName=s&' + b'a.' * 100_000 + b'b=c',
    b'Action=CreateStack&Version=2010-05-15&StackName=s&' + b'&'.join(b'p%d=1' % i for i in range(200_000)),
    b'Action=CreateStack&Version=2010-05-15&StackName=%FF%FE%00',
    b'Action=CreateStack&Version=2010-05-15&StackName=%ZZ&%', b'Action=', b'Action=CreateStack&Action=DeleteStack',
    b'&&&&====', b'Action=CreateStack&Version=1999-01-01&StackName=s'], ids=lambda body: repr(body[-40:]))
def test_query_parameters(target, body):
    answer = send(target, 'cloudformation', 'POST', '/', body, {'Content-Type': 'application/x-www-form-urlencoded'})
    assert 400 <= answer.status_code < 500
    assert '<Code>' in answer.text


@pytest.mark.parametrize('body', [
    b'\x9f' * 100_000, b'\x81' * 100_000, b'\xa1\x61a' * 100_000, b'\x7f' * 10_000, b'\x9b\xff\xff\xff\xff\xff\xff\xff\xff',
    b'\x5b\x7f\xff\xff\xff\xff\xff\xff\xff', b'\xbb\x7f\xff\xff\xff\xff\xff\xff\xff', b'\xc1' * 100_000, b'',
    b'\xff', b'\xa1\x61', b'\xa1\x01\x02'])
def test_cbor(target, body):
    answer = send(target, 'monitoring', 'POST', '/service/GraniteServiceVersion20100801/operation/PutMetricData',
                  body, {'Content-Type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor'})
    assert answer.status_code == 400
    assert b'__type' in answer.content


BOMB = (b'<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">' + b''.join(
    b'<!ENTITY a%d "%s">' % (i, b'&a%d;' % (i - 1) * 10 if i else b'&a;' * 10) for i in range(12)) + b']>')


@pytest.mark.parametrize('body', [
    BOMB + b'<Delete><Object><Key>&a11;</Key></Object></Delete>',
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&f;</Key></Object></Delete>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><Delete><Object><Key>k</Key></Object></Delete>',
    b'<a>' * 200_000, b'<a>' * 1000 + b'</a>' * 1000, b'<Delete>', b'<Delete></Object>', b'\xff\xfe<\x00', b'', b'<',
    b'<Delete ' + b'a="b" ' * 100_000 + b'/>', b'<Delete><Object><Key>' + b'&#0;' + b'</Key></Object></Delete>',
    b'<Delete>' + b'<Object><Key>k</Key></Object>' * 1001 + b'</Delete>', b'<Other/>',
], ids=lambda body: repr(body[-40:]))
def test_xml(target, body):
    answer = send(target, 's3', 'POST', '/content?delete', body)
    assert answer.status_code == 400, answer.text[:300]
    assert '<Code>MalformedXML</Code>' in answer.text or '<Code>MissingRequestBodyError</Code>' in answer.text
    assert 'root:' not in answer.text and 'aaaaaaaaaa' not in answer.text


def archive(*entries):
    """A zip of (name, content, mode) or (name, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as file:
        for name, content, *mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = (mode[0] if mode else stat.S_IFREG | 0o644) << 16
            file.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def encrypted(data):
    """Says so in its central directory, which is what counts."""
    at = data.index(b'PK\x01\x02') + 8
    return data[:at] + b'\x01' + data[at + 1:]


ARCHIVES = {
    'nothing': b'', 'no zip': b'x' * 1000, 'empty zip': archive(), 'cut': archive(('a', b'x' * 5000))[:-30],
    'up': archive(('../x', b'y')), 'far up': archive(('a/../../../../../../etc/cron.d/x', b'y')),
    'absolute': archive(('/etc/cron.d/x', b'y')), 'two slashes': archive(('//etc/x', b'y')),
    'link out': archive(('l', b'/etc', stat.S_IFLNK | 0o777)), 'link up': archive(('l', b'../..', stat.S_IFLNK | 0o777)),
    'through a link': archive(('d', b'.', stat.S_IFLNK | 0o777), ('d/x', b'y')),
    'device': archive(('null', b'', stat.S_IFCHR | 0o666)), 'pipe': archive(('p', b'', stat.S_IFIFO | 0o666)),
    'long name': archive(('a' * 300, b'y')), 'long path': archive(('/'.join('a' * 600), b'y')),
    'file and folder': archive(('x', b'1'), ('x/y', b'2')),
    'bomb': archive(('b', b'\0' * 270_000_000)),
    'bombs': archive(*((f'b{i}', b'\0' * 30_000_000) for i in range(9))),
    'encrypted': encrypted(archive(('a', b'x'))),
}


def files_of_functions(server):
    return {path for path in (server.data / 'functions').rglob('*') if not path.is_dir()}


@pytest.mark.parametrize('name', ARCHIVES)
def test_function_archives(target, name):
    before = files_of_functions(target)
    error = error_of(target.client('lambda', key=ACCOUNT).create_function, FunctionName='hostile', Role=ROLE,
                     Runtime='python3.11', Handler='a.b', Code={'ZipFile': ARCHIVES[name]})
    assert error['Code'] in ('InvalidParameterValueException', 'ValidationException'), error
    assert files_of_functions(target) == before
    assert not pathlib.Path('/etc/cron.d/x').exists()
    assert target.client('lambda', key=ACCOUNT).list_functions()['Functions'] == []


def test_an_archive_that_is_no_archive_at_all(target):
    answer = send(target, 'lambda', 'POST', '/2015-03-31/functions', json.dumps({
        'FunctionName': 'f', 'Role': ROLE, 'Runtime': 'python3.11', 'Handler': 'a.b', 'Code': {'ZipFile': '***'}}))
    assert answer.status_code == 400


def resources(count, body):
    return json.dumps({'Resources': {f'R{i}': body(i) for i in range(count)}})


TEMPLATES = {
    'two in a circle': ('{"Resources":{"A":{"Type":"AWS::S3::Bucket","DependsOn":"B"},'
                        '"B":{"Type":"AWS::S3::Bucket","DependsOn":"A"}}}', 'Circular dependency'),
    'itself': ('Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}}', 'Circular dependency'),
    'through Sub': ('Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub "x-${B.Arn}"}}\n'
                    '  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !GetAtt A.Arn}}', 'Circular dependency'),
    'a long circle': (resources(300, lambda i: {'Type': 'AWS::S3::Bucket', 'DependsOn': f'R{(i + 1) % 300}'}),
                      'Circular dependency'),
    'conditions': ('Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n'
                   'Resources: {R: {Type: AWS::S3::Bucket, Condition: A}}', 'ircular'),
    'nowhere': ('Resources: {A: {Type: AWS::S3::Bucket, DependsOn: Nothing}}', 'Nothing'),
    'deep json': ('{"Resources":' + '{"a":' * 5_000 + '1' + '}' * 5_000 + '}', 'format error'),
    'deep yaml': ('Resources: ' + '[' * 20_000, 'format error'),
    'aliases': ('a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nResources: {A: *c}', 'aliases'),
    'itself as an alias': ('Resources: &a\n  A: *a', 'aliases'),
    'no text': ('\x00\x01', 'format error'), 'a list': ('[1,2]', 'format error'), 'a word': ('word', 'format error'),
    'a tag': ('Resources: !!python/object:os.system {A: b}', 'format error'),
    'no resources': ('{"Resources":{}}', 'Resource'),
    'another type': ('Resources: {A: {Type: "AWS::Nothing::AtAll"}}', 'AWS::Nothing::AtAll'),
    'too many': (resources(501, lambda i: {'Type': 'AWS::S3::Bucket'}), '500'),
    'too long': ('{"Description":"' + 'x' * 52_000 + '"}', 'length'),
}


@pytest.mark.parametrize('name', TEMPLATES)
def test_templates(target, name):
    template, message = TEMPLATES[name]
    cloudformation = target.client('cloudformation', key=ACCOUNT)
    error = error_of(cloudformation.create_stack, StackName='hostile', TemplateBody=template)
    assert error['Code'] == 'ValidationError', error
    assert message in error['Message'], error
    assert cloudformation.describe_stacks()['Stacks'] == []


KEYS = ['../../../etc/passwd', '../' * 300, './', '/', '//', '/etc/passwd', 'a//b', 'a/../b', '..', '.', ' ', '%00', '%',
        'a\tb', 'a\x01b', 'a\rb', 'a\nb', '\u202e\u0000'.strip('\x00'), '\U0001f4a9' * 200, 'é', 'e\u0301', '<&">\'',
        'x' * 1024, '?delete', '#', '+ +', 'content/k', 'CON', 'a\\b', '\x7f', '\ufffe', 'k.', '~', '$(id)', '`id`']


@pytest.mark.parametrize('key', KEYS, ids=lambda key: repr(key[:20]))
def test_keys_are_only_names(target, key):
    """They are stored as they are, and no file is named after them."""
    s3 = target.client('s3', key=ACCOUNT)
    body = repr(key).encode()
    s3.put_object(Bucket='content', Key=key, Body=body)
    try:
        assert s3.get_object(Bucket='content', Key=key)['Body'].read() == body
        listed = s3.list_objects_v2(Bucket='content')['Contents']
        assert [entry['Key'] for entry in listed] == [key]
        assert all(path.is_relative_to(target.data) for path in target.data.rglob('*'))
    finally:
        s3.delete_object(Bucket='content', Key=key)
    assert s3.list_objects_v2(Bucket='content').get('Contents') is None


@pytest.mark.parametrize(('path', 'status', 'code'), [
    ('/content/' + 'x' * 1025, 400, 'KeyTooLongError'),
    ('/content/' + '%C3%A9' * 600, 400, 'KeyTooLongError'),
    ('/content/%FF%FE', 400, 'InvalidURI'),
    ('/content/a%00b', 400, None),
    ('/../../etc/passwd', 400, None), ('/' + 'b' * 500 + '/k', 404, 'NoSuchBucket'), ('/127.0.0.1/k', 404, 'NoSuchBucket'),
    ('/no-such-bucket/k', 404, 'NoSuchBucket'),
])
def test_names_that_are_refused(target, path, status, code):
    answer = send(target, 's3', 'PUT', path, b'x')
    if code is None:
        assert answer.status_code in (200, 400, 404)
        return
    assert answer.status_code == status, answer.text
    assert f'<Code>{code}</Code>' in answer.text


@pytest.mark.parametrize('headers', [
    {'Content-MD5': 'x'}, {'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA=='}, {'x-amz-checksum-crc32': 'AAAAAA=='},
    {'x-amz-checksum-crc32': '***'}, {'x-amz-checksum-sha256': 'AAAA'}, {'x-amz-copy-source': '%00'},
    {'x-amz-copy-source': '../../etc/passwd'}, {'x-amz-copy-source': '/content/none'},
    {'x-amz-meta-a': 'x' * 3000}, {'x-amz-tagging': '&' * 1000 + '=='}, {'x-amz-acl': 'nonsense'},
    {'x-amz-storage-class': 'nonsense'}, {'x-amz-server-side-encryption': 'nonsense'}, {'Content-Encoding': 'aws-chunked'}])
def test_headers_of_an_upload(target, headers):
    answer = send(target, 's3', 'PUT', '/content/k', b'x', headers)
    assert 400 <= answer.status_code < 500 or 'Content-Encoding' in headers, answer.text
    target.client('s3', key=ACCOUNT).delete_object(Bucket='content', Key='k')


@pytest.mark.parametrize('value', [
    'bytes=-0', 'bytes=5-1', 'bytes=99999999999999999999-', 'bytes=a-b', 'bytes=0-0,1-1', 'bytes=' + '0-0,' * 5000 + '1-1',
    'lines=1-2', 'bytes=100-'])
def test_ranges(target, value):
    s3 = target.client('s3', key=ACCOUNT)
    s3.put_object(Bucket='content', Key='range', Body=b'hello')
    answer = send(target, 's3', 'GET', '/content/range', b'', {'Range': value})
    assert answer.status_code in (200, 206, 416, 431)
    assert len(answer.content) < 2000
    s3.delete_object(Bucket='content', Key='range')


def test_policies_that_would_take_for_ever(target):
    """Wildcards are matched in time that grows with the text, not with its combinations."""
    iam = target.client('iam', key=ACCOUNT)
    iam.create_user(UserName='starry')
    stars = 'arn:aws:s3:::' + '*a' * 60 + '*b'
    iam.put_user_policy(UserName='starry', PolicyName='p', PolicyDocument=json.dumps({
        'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': stars}]}))
    key = iam.create_access_key(UserName='starry')['AccessKey']
    s3 = target.client('s3', key=key['AccessKeyId'], secret=key['SecretAccessKey'])
    began = time.monotonic()
    error = error_of(s3.get_object, Bucket='content', Key='a' * 1000)
    assert error['Code'] == 'AccessDenied'
    assert time.monotonic() - began < 2
