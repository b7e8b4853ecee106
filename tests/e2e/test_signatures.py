"""Who is refused, and in whose words: every protocol, every way to be wrong, in both modes that verify and in `open`.

The codes are AWS's: DynamoDB's and Lambda's as their SDKs know them, the query services' as in
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/CommonErrors.html, S3's as in
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

import datetime
import json
import os
import re
import stat

import pytest
import requests
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import harness

ROOT_KEY, ROOT_SECRET = 'AKIAROOTROOTROOTROOT', 'root-secret-of-this-test'
ROOT_ENV = {'MILLRACE_ROOT_ACCESS_KEY_ID': ROOT_KEY, 'MILLRACE_ROOT_SECRET_ACCESS_KEY': ROOT_SECRET}

# Protocol -> a request that root may make: method, path, headers, body, signing name.
CALLS = {
    'json': ('POST', '/', {'X-Amz-Target': 'DynamoDB_20120810.ListTables',
                           'Content-Type': 'application/x-amz-json-1.0'}, '{}', 'dynamodb'),
    'query': ('POST', '/', {'Content-Type': 'application/x-www-form-urlencoded'},
              'Action=ListUsers&Version=2010-05-08', 'iam'),
    'rest-json': ('GET', '/2015-03-31/functions/', {}, '', 'lambda'),
    'rest-xml': ('GET', '/', {}, '', 's3'),
    'cbor': ('POST', '/service/GraniteServiceVersion20100801/operation/ListMetrics',
             {'Content-Type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor'}, b'\xa0', 'monitoring'),
}


@pytest.fixture(scope='module', params=['open', 'verify', 'enforce'])
def target(request, tmp_path_factory):
    with harness.Server(tmp_path_factory.mktemp(request.param) / 'data', ['--auth', request.param], ROOT_ENV) as server:
        server.mode = request.param
        yield server


def signed(server, protocol, key, secret, token=None, minutes=0, monkeypatch=None):
    """Signed as of `minutes` from now."""
    method, path, headers, body, service = CALLS[protocol]
    request = AWSRequest(method, server.endpoint + path, data=body, headers=dict(headers))
    if minutes:
        when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
        monkeypatch.setattr('botocore.auth.get_current_datetime', lambda *_, **__: when.replace(tzinfo=None))
    auth = S3SigV4Auth if service == 's3' else SigV4Auth
    auth(Credentials(key, secret, token), service, 'us-east-1').add_auth(request)
    return dict(request.headers)


def send(server, protocol, headers):
    method, path, plain, body, _ = CALLS[protocol]
    return requests.request(method, server.endpoint + path, data=body, headers=plain | headers, timeout=20)


def code_of(answer):
    """The error's code, whichever protocol says it."""
    found = re.search(rb'<Code>(\w+)</Code>', answer.content)
    if found:
        return found.group(1).decode()
    if answer.headers.get('x-amzn-ErrorType'):
        return answer.headers['x-amzn-ErrorType'].split(':')[0].split('#')[-1]
    if answer.content[:1] == b'{':
        return answer.json()['__type'].split('#')[-1]
    return re.search(rb'__type.([^\xff]*?(\w+(?:Exception|Token|Match|Id)))', answer.content).group(2).decode()


def assert_refused(answer, status, code):
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text


@pytest.mark.parametrize('protocol', CALLS)
def test_a_right_signature(target, protocol):
    answer = send(target, protocol, signed(target, protocol, ROOT_KEY, ROOT_SECRET))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(('protocol', 'status', 'code'), [
    ('json', 400, 'InvalidSignatureException'), ('query', 403, 'SignatureDoesNotMatch'),
    ('rest-json', 403, 'InvalidSignatureException'), ('rest-xml', 403, 'SignatureDoesNotMatch'),
    ('cbor', 400, 'InvalidSignatureException')])
def test_another_secret(target, protocol, status, code):
    """In every mode: known keys are always verified."""
    assert_refused(send(target, protocol, signed(target, protocol, ROOT_KEY, 'wrong')), status, code)


@pytest.mark.parametrize(('protocol', 'status', 'code'), [
    ('json', 400, 'UnrecognizedClientException'), ('query', 403, 'InvalidClientTokenId'),
    ('rest-json', 403, 'UnrecognizedClientException'), ('rest-xml', 403, 'InvalidAccessKeyId'),
    ('cbor', 400, 'UnrecognizedClientException')])
@pytest.mark.parametrize('key', ['AKIANOBODYNOBODYNOBO', 'test', '123456789012'])
def test_a_key_that_nobody_issued(target, protocol, status, code, key):
    answer = send(target, protocol, signed(target, protocol, key, 'any'))
    if target.mode == 'open':
        assert answer.status_code == 200, answer.text
    else:
        assert_refused(answer, status, code)


@pytest.mark.parametrize(('protocol', 'status', 'code'), [
    ('json', 400, 'UnrecognizedClientException'), ('query', 403, 'InvalidClientTokenId'),
    ('rest-json', 403, 'UnrecognizedClientException'), ('rest-xml', 400, 'InvalidToken')])
def test_a_session_token_that_nobody_issued(target, protocol, status, code):
    answer = send(target, protocol, signed(target, protocol, 'ASIANOBODYNOBODYNOBO', 'any', token='made-up'))
    if target.mode == 'open':
        assert answer.status_code == 200, answer.text
    else:
        assert_refused(answer, status, code)


def test_a_session_that_is_over_or_of_another_token(target):
    """What was issued once is not what nobody issued, in the open mode neither."""
    sts = harness.boto_client(target.endpoint, 'sts', key=ROOT_KEY, secret=ROOT_SECRET)
    iam = harness.boto_client(target.endpoint, 'iam', key=ROOT_KEY, secret=ROOT_SECRET)
    account = sts.get_caller_identity()['Account']
    iam.create_role(RoleName='assumed', AssumeRolePolicyDocument=json.dumps({
        'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': account},
                                                'Action': 'sts:AssumeRole'}]}))
    session = sts.assume_role(RoleArn=f'arn:aws:iam::{account}:role/assumed', RoleSessionName='session')['Credentials']
    for token in ('made-up', None, session['SessionToken'][:-8] + 'AAAAAAAA'):
        answer = send(target, 'json', signed(target, 'json', session['AccessKeyId'], session['SecretAccessKey'], token))
        assert_refused(answer, 400, 'UnrecognizedClientException')


@pytest.mark.parametrize(('protocol', 'status', 'code', 'words'), [
    ('json', 400, 'InvalidSignatureException', 'Signature expired'),
    ('query', 403, 'SignatureDoesNotMatch', 'Signature expired'),
    ('rest-json', 403, 'InvalidSignatureException', 'Signature expired'),
    ('rest-xml', 403, 'RequestTimeTooSkewed', 'too large')])
def test_a_signature_of_an_hour_ago(target, protocol, status, code, words, monkeypatch):
    answer = send(target, protocol, signed(target, protocol, ROOT_KEY, ROOT_SECRET, None, -60, monkeypatch))
    assert_refused(answer, status, code)
    assert words in answer.text


@pytest.mark.parametrize(('protocol', 'status', 'code', 'words'), [
    ('json', 400, 'InvalidSignatureException', 'not yet current'),
    ('query', 403, 'SignatureDoesNotMatch', 'not yet current'),
    ('rest-json', 403, 'InvalidSignatureException', 'not yet current'),
    ('rest-xml', 403, 'RequestTimeTooSkewed', 'too large')])
def test_a_signature_of_in_an_hour(target, protocol, status, code, words, monkeypatch):
    answer = send(target, protocol, signed(target, protocol, ROOT_KEY, ROOT_SECRET, None, 60, monkeypatch))
    assert_refused(answer, status, code)
    assert words in answer.text


@pytest.mark.parametrize(('protocol', 'status', 'code'), [
    ('json', 400, 'MissingAuthenticationTokenException'), ('query', 403, 'MissingAuthenticationToken'),
    ('rest-json', 403, 'MissingAuthenticationTokenException'), ('rest-xml', 403, 'AccessDenied'),
    ('cbor', 400, 'MissingAuthenticationTokenException')])
def test_no_signature(target, protocol, status, code):
    assert_refused(send(target, protocol, {}), status, code)


@pytest.mark.parametrize(('protocol', 'status', 'code'), [
    ('json', 400, 'IncompleteSignatureException'), ('query', 400, 'IncompleteSignature'),
    ('rest-json', 403, 'IncompleteSignatureException'), ('rest-xml', 400, 'AuthorizationHeaderMalformed')])
def test_half_a_signature(target, protocol, status, code):
    headers = signed(target, protocol, ROOT_KEY, ROOT_SECRET)
    headers['Authorization'] = headers['Authorization'].split(', Signature=')[0]
    assert_refused(send(target, protocol, headers), status, code)


@pytest.mark.parametrize('part', ['X-Amz-Date', 'Host'])
def test_what_is_signed_may_not_change(target, part):
    headers = signed(target, 'json', ROOT_KEY, ROOT_SECRET)
    if part == 'Host':
        headers['Host'] = 'dynamodb.us-east-1.amazonaws.com'
    else:
        headers['X-Amz-Date'] = headers['X-Amz-Date'][:-2] + ('0Z' if headers['X-Amz-Date'][-2] != '0' else '1Z')
    assert_refused(send(target, 'json', headers), 400, 'InvalidSignatureException')


def test_a_signature_for_another_service_or_region(target):
    """A signature is of one service and region; what it is good for, it is good for there."""
    headers = signed(target, 'json', ROOT_KEY, ROOT_SECRET)
    for wrong in ('/us-east-1/s3/', '/eu-west-1/dynamodb/'):
        changed = headers | {'Authorization': headers['Authorization'].replace('/us-east-1/dynamodb/', wrong)}
        answer = send(target, 'json', changed)
        assert 400 <= answer.status_code < 500
        assert code_of(answer) in ('InvalidSignatureException', 'SignatureDoesNotMatch')


def test_the_admin_api(target):
    """Root's alone where the mode is `enforce`; health is everybody's."""
    assert requests.get(f'{target.endpoint}/_millrace/health', timeout=10).status_code == 200
    answer = requests.get(f'{target.endpoint}/_millrace/outbox', timeout=10)
    assert answer.status_code == (403 if target.mode == 'enforce' else 200), answer.text


def test_secrets_stay_where_they_belong(target):
    """Keys are in files of their owner alone, and neither they nor tokens are in the log, or in the store as text."""
    iam = harness.boto_client(target.endpoint, 'iam', key=ROOT_KEY, secret=ROOT_SECRET)
    iam.create_user(UserName='secretive')
    issued = iam.create_access_key(UserName='secretive')['AccessKey']['SecretAccessKey']
    iam.create_role(RoleName='secret', AssumeRolePolicyDocument=json.dumps({
        'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '*'}, 'Action': 'sts:AssumeRole'}]}))
    role = iam.get_role(RoleName='secret')['Role']['Arn']
    sts = harness.boto_client(target.endpoint, 'sts', key=ROOT_KEY, secret=ROOT_SECRET)
    session = sts.assume_role(RoleArn=role, RoleSessionName='session')['Credentials']
    ssm = harness.boto_client(target.endpoint, 'ssm', key=ROOT_KEY, secret=ROOT_SECRET)
    ssm.put_parameter(Name='/secret', Type='SecureString', Value='sealed-value-of-this-test')
    requests.get(f'{target.endpoint}/?X-Amz-Security-Token=token-in-a-query&X-Amz-Signature=x', timeout=10)
    secrets = [ROOT_SECRET, issued, 'sealed-value-of-this-test', 'token-in-a-query', session['SecretAccessKey'],
               session['SessionToken']]
    log = target.log.read_bytes()
    for secret in secrets:
        assert secret.encode() not in log
    stored = b''.join(path.read_bytes() for path in target.data.rglob('*')
                      if path.is_file() and path.parent.name == 'store')
    for secret in secrets:
        assert secret.encode() not in stored
    assert stat.S_IMODE(os.stat(target.data).st_mode) == 0o700
    for path in target.data.rglob('*'):
        if path.is_file() and any(word in path.name for word in ('key', 'credentials')):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_the_root_key_made_at_first_start(server):
    path = server.data / 'root-credentials'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    secret = re.search(r'(?i)secret\w*["\s:=]+([\w/+=-]+)', path.read_text()).group(1)
    assert secret not in server.log.read_text()
    assert json.dumps(secret) not in server.log.read_text()
