"""Makes deployed APIs in front of a function, and fetches from them below any SDK."""

import base64
import http.client
import json
import urllib.parse

import pytest


class Answer:
    """Status, headers as they were on the wire (repeated ones included), and body."""

    def __init__(self, response):
        self.status, self.pairs, self.body = response.status, response.getheaders(), response.read()

    def __repr__(self):
        return f'{self.status} {self.pairs} {self.body[:300]}'

    def all(self, name):
        return [value for key, value in self.pairs if key.lower() == name.lower()]

    def header(self, name):
        return (self.all(name) or [None])[0]

    def json(self):
        return json.loads(self.body)


def fetch(url, method='GET', headers=(), body=None):
    """`headers`: pairs, sent exactly so, in order and case; Host is the URL's unless given."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=40)
    try:
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        names = {name.lower() for name, _ in pairs}
        connection.putrequest(method, parts.path + (f'?{parts.query}' if parts.query else ''),
                              skip_host='host' in names, skip_accept_encoding=True)
        for name, value in pairs:
            connection.putheader(name, value)
        if body is not None and 'content-length' not in names:
            connection.putheader('Content-Length', str(len(body)))
        try:
            connection.endheaders(body)
        except BrokenPipeError:
            pass  # it may answer before it has read all, as AWS does
        return Answer(connection.getresponse())
    finally:
        connection.close()


# Answers what the request asks it to: {"answer": ...} in a JSON body, or the event itself.
MIRROR = '''exports.handler = async (event) => {
  let wanted;
  try {
    const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
    wanted = JSON.parse(body);
  } catch { wanted = {}; }
  if (wanted && wanted.fail) throw new Error('no');
  if (wanted && wanted.big) return { statusCode: 200, body: 'x'.repeat(wanted.big) };
  if (wanted && wanted.sleep) await new Promise((done) => setTimeout(done, wanted.sleep));
  if (wanted && 'answer' in wanted) return wanted.answer;
  return { statusCode: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(event) };
};'''


@pytest.fixture
def mirror(deploy, functions):
    """The ARN of a function that answers with the event that it got, and that every API may call."""
    arn = deploy('mirror', MIRROR, Timeout=60, MemorySize=512)
    functions.add_permission(FunctionName='mirror', StatementId='gateway', Action='lambda:InvokeFunction',
                             Principal='apigateway.amazonaws.com')
    return arn


@pytest.fixture
def rest(client, mirror, endpoint):
    """A REST API with `/` and {proxy+} before the mirror; gives its URL, id, root id and client."""
    gateway = client('apigateway')

    class Rest:
        def __init__(self, **options):
            self.gateway = gateway
            api = gateway.create_rest_api(name='rest', **options)
            self.id, self.root = api['id'], api['rootResourceId']
            self.url = f'{endpoint}/restapis/{self.id}/dev/_user_request_'
            self.proxy = self.resource(self.root, '{proxy+}')
            for resource in (self.root, self.proxy):
                self.method(resource, 'ANY')
            self.deploy()

        def resource(self, parent, part):
            return gateway.create_resource(restApiId=self.id, parentId=parent, pathPart=part)['id']

        def method(self, resource, verb, authorization='NONE', **options):
            where = {'restApiId': self.id, 'resourceId': resource, 'httpMethod': verb}
            gateway.put_method(**where, authorizationType=authorization, **options)
            gateway.put_integration(
                **where, type='AWS_PROXY', integrationHttpMethod='POST',
                uri=f'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{mirror}/invocations')
            return where

        def deploy(self, stage='dev', **options):
            return gateway.create_deployment(restApiId=self.id, stageName=stage, **options)

        def fetch(self, path='/', method='GET', headers=(), body=None):
            return fetch(self.url + path, method, headers, body)

        def answer(self, value, path='/x', headers=()):
            """What a client sees when the function answers with `value`."""
            return self.fetch(path, 'POST', headers, json.dumps({'answer': value}).encode())
    return Rest


@pytest.fixture
def http_api(client, mirror, endpoint):
    """An HTTP API whose $default route is the mirror."""
    gateway = client('apigatewayv2')

    class Http:
        def __init__(self, payload='2.0', routes=('$default',), **options):
            self.gateway = gateway
            api = gateway.create_api(Name='http', ProtocolType='HTTP', **options)
            self.id, self.host = api['ApiId'], api['ApiEndpoint'].removeprefix('https://')
            integration = gateway.create_integration(ApiId=self.id, IntegrationType='AWS_PROXY', IntegrationUri=mirror,
                                                     PayloadFormatVersion=payload)
            self.target = f'integrations/{integration["IntegrationId"]}'
            for key in routes:
                gateway.create_route(ApiId=self.id, RouteKey=key, Target=self.target)
            gateway.create_stage(ApiId=self.id, StageName='$default', AutoDeploy=True)

        def fetch(self, path='/', method='GET', headers=(), body=None):
            pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
            return fetch(endpoint + path, method, [('Host', self.host), *pairs], body)

        def answer(self, value, path='/x', headers=()):
            return self.fetch(path, 'POST', headers, json.dumps({'answer': value}).encode())
    return Http


def b64(data):
    return base64.b64encode(data).decode()
