"""Fixtures of the tests that deploy functions: import what a test file uses."""

import io
import json
import zipfile

import botocore.exceptions
import harness
import pytest
import requests

TRUST = {'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}


def archive(**files):
    """A zip file; `app__js` becomes app.js."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as zipped:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name.replace('__', '.'))
            entry.external_attr = 0o755 << 16
            zipped.writestr(entry, text)
    return out.getvalue()


@pytest.fixture
def functions(client):
    return client('lambda')


@pytest.fixture
def make_role(client):
    def make(name='worker', actions=('dynamodb:*',)):
        iam = client('iam')
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))['Role']
        if actions:
            policy = {'Version': '2012-10-17',
                      'Statement': [{'Effect': 'Allow', 'Action': list(actions), 'Resource': '*'}]}
            iam.put_role_policy(RoleName=name, PolicyName='p', PolicyDocument=json.dumps(policy))
        return role['Arn']
    return make


@pytest.fixture
def deploy(functions, make_role):
    """deploy('name', 'exports.handler = ...') makes a function and waits until it is active; gives its ARN."""
    roles = {}

    def make(name, code, runtime='nodejs20.x', role=None, wait=True, **options):
        files = {'app__py' if runtime.startswith('python') else 'app__js': code}
        if role is None:
            role = roles.setdefault('worker', None) or make_role()
            roles['worker'] = role
        made = functions.create_function(FunctionName=name, Runtime=runtime, Role=role,
                                         Code={'ZipFile': archive(**files)},
                                         **({'Handler': 'app.handler', 'Timeout': 10} | options))
        if wait:
            functions.get_waiter('function_active_v2').wait(FunctionName=name)
        return made['FunctionArn']
    return make


def invoke(functions, name, event, **options):
    """The whole answer, and its payload as a value."""
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event), **options)
    return answer, json.loads(answer['Payload'].read() or 'null')


def all_events(logs, group):
    try:
        return logs.filter_log_events(logGroupName=group)['events']
    except botocore.exceptions.ClientError:
        return []


def messages(logs, function, containing=''):
    return [e['message'] for e in all_events(logs, f'/aws/lambda/{function}') if containing in e['message']]


@pytest.fixture
def own(server):
    """A server of this test's own, whose clock it may move: clients, and advance(seconds)."""
    class Own:
        endpoint = server.endpoint

        def client(self, service):
            return harness.boto_client(server.endpoint, service, key='123456789012')

        def advance(self, seconds):
            answer = requests.post(f'{server.endpoint}/_millrace/clock', json={'advance_seconds': seconds}, timeout=10)
            assert answer.status_code == 200, answer.text

        def function(self, name, code, **options):
            iam = self.client('iam')
            role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))['Role']['Arn']
            iam.put_role_policy(RoleName=name, PolicyName='p', PolicyDocument=json.dumps({
                'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*'}]}))
            return self.client('lambda').create_function(
                FunctionName=name, Runtime='nodejs20.x', Role=role, Handler='app.handler', Timeout=10,
                Code={'ZipFile': archive(app__js=code)}, **options)['FunctionArn']
    return Own()
