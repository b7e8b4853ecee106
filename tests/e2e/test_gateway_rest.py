"""REST APIs (API Gateway v1) with a Lambda proxy behind them, through boto3 and plain HTTP."""

import json

import pytest
from expect import refused, refused_by_name
from gateway_help import b64, fetch, mirror, rest  # noqa: F401
from lambda_help import deploy, functions, make_role  # noqa: F401


def test_the_event_of_a_proxy_integration(rest, account):
    api = rest()
    answer = api.fetch('/a%20b/c?x=1&y=2&x=3&z=&e=%C3%BC', 'GET', [
        ('X-Mixed-Case', 'one'), ('X-Mixed-Case', 'two'), ('User-Agent', 'me'), ('Cookie', 'a=1; b=2')])
    event = answer.json()
    assert (event['resource'], event['path'], event['httpMethod']) == ('/{proxy+}', '/a%20b/c', 'GET')
    assert event['pathParameters'] == {'proxy': 'a%20b/c'}
    assert event['queryStringParameters'] == {'x': '3', 'y': '2', 'z': '', 'e': 'ü'}
    assert event['multiValueQueryStringParameters'] == {'x': ['1', '3'], 'y': ['2'], 'z': [''], 'e': ['ü']}
    assert event['headers']['X-Mixed-Case'] == 'two' and event['multiValueHeaders']['X-Mixed-Case'] == ['one', 'two']
    assert event['headers']['Cookie'] == 'a=1; b=2'
    assert event['headers']['X-Forwarded-For'] and event['headers']['X-Forwarded-Proto'] == 'http'
    assert (event['body'], event['isBase64Encoded'], event['stageVariables']) == (None, False, None)
    context = event['requestContext']
    expected = {'resourcePath': '/{proxy+}', 'httpMethod': 'GET', 'path': '/dev/a%20b/c', 'accountId': account,
                'protocol': 'HTTP/1.1', 'stage': 'dev', 'apiId': api.id, 'domainPrefix': api.id}
    assert {name: context[name] for name in expected} == expected
    assert context['identity']['userAgent'] == 'me' and context['identity']['sourceIp'] == '127.0.0.1'
    assert context['requestId'] == answer.header('x-amzn-RequestId')
    assert context['extendedRequestId'] == answer.header('x-amz-apigw-id')
    assert isinstance(context['requestTimeEpoch'], int)
    root = api.fetch('/').json()
    assert (root['resource'], root['path'], root['pathParameters'], root['queryStringParameters']) == ('/', '/', None, None)


def test_answers_of_functions(rest):
    api = rest()
    answer = api.answer({'statusCode': 201, 'headers': {'X-One': 'a', 'X-Number': 5}, 'body': 'text',
                         'multiValueHeaders': {'Set-Cookie': ['a=1', 'b=2']}})
    assert (answer.status, answer.body, answer.header('X-One'), answer.header('X-Number')) == (201, b'text', 'a', '5')
    assert answer.all('Set-Cookie') == ['a=1', 'b=2']
    assert answer.header('Content-Type') == 'application/json'  # AWS's default
    assert answer.header('X-Amzn-Trace-Id')
    assert api.answer({'statusCode': 204}).status == 204
    assert api.answer({'statusCode': '200', 'body': 'x'}).status == 200
    for malformed in ({'statusCode': 200, 'body': {'a': 1}}, {'statusCode': 'abc'}, 'text', [1], None,
                      {'statusCode': 200, 'unknown': 1}, {'statusCode': 200, 'headers': 'x'}):
        answer = api.answer(malformed)
        assert (answer.status, answer.body) == (502, b'{"message": "Internal server error"}'), malformed
        assert answer.header('x-amzn-ErrorType') == 'InternalServerErrorException'


def test_failures(rest, functions, client):
    api = rest()
    answer = api.fetch('/x', 'POST', body=b'{"fail": true}')
    assert (answer.status, answer.body) == (502, b'{"message": "Internal server error"}')
    functions.put_function_concurrency(FunctionName='mirror', ReservedConcurrentExecutions=0)
    answer = api.fetch('/x')
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')
    functions.delete_function_concurrency(FunctionName='mirror')
    functions.remove_permission(FunctionName='mirror', StatementId='gateway')
    answer = api.fetch('/x')
    assert (answer.status, answer.body) == (500, b'{"message": "Internal server error"}')


def test_paths_that_are_not_there(rest, endpoint):
    api = rest()
    api.gateway.delete_resource(restApiId=api.id, resourceId=api.proxy)
    api.deploy()
    answer = api.fetch('/x')
    assert (answer.status, answer.json()) == (403, {'message': 'Missing Authentication Token'})
    assert answer.header('x-amzn-ErrorType') == 'MissingAuthenticationTokenException'
    answer = fetch(f'{endpoint}/restapis/{api.id}/nostage/_user_request_/x')
    assert (answer.status, answer.json()) == (403, {'message': 'Forbidden'})
    assert answer.header('x-amzn-ErrorType') == 'ForbiddenException'


def test_sizes(rest):
    """10 MB in, 6 MB to and from the function."""
    api = rest()
    answer = api.fetch('/x', 'POST', {'Content-Type': 'text/plain'}, b'x' * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json()) == (413, {'message': 'Request Too Long'})
    answer = api.fetch('/x', 'POST', {'Content-Type': 'text/plain'}, b'x' * (6 * 1024 * 1024))
    assert (answer.status, answer.json()) == (413, {'message': 'Request Too Long'})
    answer = api.fetch('/x', 'POST', body=json.dumps({'big': 6 * 1024 * 1024 + 200}).encode())
    assert (answer.status, answer.body) == (502, b'{"message": "Internal server error"}')
    answer = api.fetch('/x', 'POST', body=json.dumps({'big': 5 * 1024 * 1024}).encode())
    assert (answer.status, len(answer.body)) == (200, 5 * 1024 * 1024)


def test_binary_bodies(rest):
    data = bytes(range(256))
    api = rest(binaryMediaTypes=['image/*', 'application/octet-stream'])
    event = api.fetch('/x', 'PUT', {'Content-Type': 'image/png'}, data).json()
    assert (event['body'], event['isBase64Encoded']) == (b64(data), True)
    event = api.fetch('/x', 'PUT', {'Content-Type': 'text/plain'}, b'text').json()
    assert (event['body'], event['isBase64Encoded']) == ('text', False)
    answer = api.answer({'statusCode': 200, 'headers': {'Content-Type': 'image/png'}, 'body': b64(data),
                         'isBase64Encoded': True}, headers={'Accept': 'image/png'})
    assert answer.body == data and answer.header('Content-Type') == 'image/png'
    plain = rest()
    answer = plain.answer({'statusCode': 200, 'body': b64(data), 'isBase64Encoded': True})
    assert answer.body == b64(data).encode()  # as it is where no binary types are declared


def test_stage_variables_and_greedy_priority(rest):
    api = rest()
    one = api.resource(api.root, 'items')
    by_id = api.resource(one, '{id}')
    for resource in (one, by_id):
        api.method(resource, 'GET')
    api.deploy(variables={'color': 'red'})
    event = api.fetch('/items/7').json()
    assert (event['resource'], event['pathParameters']) == ('/items/{id}', {'id': '7'})
    assert event['stageVariables'] == {'color': 'red'}
    assert api.fetch('/items').json()['resource'] == '/items'
    assert api.fetch('/items/').json()['resource'] == '/items'
    assert api.fetch('/items/7/8').json()['resource'] == '/{proxy+}'
    assert api.fetch('/items/7', 'DELETE').status in (200, 403)


def test_iam_authorization(rest, client, endpoint):
    import requests
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    api = rest()
    secured = api.resource(api.root, 'secured')
    api.method(secured, 'GET', authorization='AWS_IAM')
    api.deploy()
    answer = api.fetch('/secured')
    assert (answer.status, answer.json()) == (403, {'message': 'Missing Authentication Token'})
    iam = client('iam')
    iam.create_user(UserName='u')
    key = iam.create_access_key(UserName='u')['AccessKey']

    def signed():
        url = f'{endpoint}/restapis/{api.id}/dev/_user_request_/secured'
        request = AWSRequest('GET', url)
        SigV4Auth(Credentials(key['AccessKeyId'], key['SecretAccessKey']), 'execute-api', 'us-east-1').add_auth(request)
        return requests.get(url, headers=dict(request.headers), timeout=30)
    refusal = signed()
    assert refusal.status_code == 403 and 'is not authorized to perform: execute-api:Invoke on resource' in refusal.text
    iam.put_user_policy(UserName='u', PolicyName='p', PolicyDocument=json.dumps({
        'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'execute-api:Invoke',
                                                'Resource': f'arn:aws:execute-api:us-east-1:*:{api.id}/dev/GET/secured'}]}))
    allowed = signed()
    assert allowed.status_code == 200, allowed.text
    identity = allowed.json()['requestContext']['identity']
    assert identity['accessKey'] == key['AccessKeyId'] and identity['userArn'].endswith(':user/u')


def test_control_plane_errors(rest, client):
    api = rest()
    gateway = api.gateway
    with refused('NotFoundException', 404, 'Invalid API identifier specified'):
        gateway.get_resources(restApiId='nothing000')
    with refused('ConflictException', 409, "Another resource with the same parent already has this name: {proxy+}"):
        api.resource(api.root, '{proxy+}')
    with refused('BadRequestException', 400, "Resource's path part only allow"):
        api.resource(api.root, 'a b')
    with refused('NotFoundException', 404, 'Invalid Resource identifier specified'):
        gateway.get_resource(restApiId=api.id, resourceId='none')
    with refused('ConflictException', 409, 'Method already exists for this resource'):
        gateway.put_method(restApiId=api.id, resourceId=api.root, httpMethod='ANY', authorizationType='NONE')
    with refused('NotFoundException', 404, 'Invalid Method identifier specified'):
        gateway.get_method(restApiId=api.id, resourceId=api.root, httpMethod='GET')
    with refused('NotFoundException', 404, 'Invalid stage identifier specified'):
        gateway.get_stage(restApiId=api.id, stageName='none')
    with refused('BadRequestException', 400, 'Deployment id does not exist'):
        gateway.create_stage(restApiId=api.id, stageName='s', deploymentId='none')
    with refused('BadRequestException', 400, 'Active stages pointing to this deployment must be moved or deleted'):
        gateway.delete_deployment(restApiId=api.id, deploymentId=gateway.get_stage(
            restApiId=api.id, stageName='dev')['deploymentId'])
    empty = gateway.create_rest_api(name='empty')
    with refused('BadRequestException', 400, "The REST API doesn't contain any methods"):
        gateway.create_deployment(restApiId=empty['id'])
    tree = gateway.get_resources(restApiId=api.id, embed=['methods'])['items']
    assert {r['path']: sorted(r.get('resourceMethods', {})) for r in tree} == {'/': ['ANY'], '/{proxy+}': ['ANY']}
    apis = gateway.get_paginator('get_rest_apis').paginate(PaginationConfig={'PageSize': 1})
    assert sorted(a['name'] for page in apis for a in page['items']) == ['empty', 'rest']


def test_what_is_not_built_is_refused_by_name(client):
    gateway = client('apigateway')
    api = gateway.create_rest_api(name='x')['id']
    refused_by_name({
        'GetExport': lambda: gateway.get_export(restApiId=api, stageName='dev', exportType='oas30'),
        'ImportRestApi': lambda: gateway.import_rest_api(body=b'{}'),
        'CreateAuthorizer': lambda: gateway.create_authorizer(restApiId=api, name='a', type='TOKEN'),
        'CreateDomainName': lambda: gateway.create_domain_name(domainName='a.example.com'),
        'CreateUsagePlan': lambda: gateway.create_usage_plan(name='u'),
        'CreateApiKey': lambda: gateway.create_api_key(name='k'),
        'CreateModel': lambda: gateway.create_model(restApiId=api, name='m', contentType='application/json'),
        'TestInvokeMethod': lambda: gateway.test_invoke_method(restApiId=api, resourceId='r', httpMethod='GET'),
        'GetSdk': lambda: gateway.get_sdk(restApiId=api, stageName='dev', sdkType='javascript'),
    })


def test_time_outs(rest):
    api = rest()
    api.gateway.update_integration(restApiId=api.id, resourceId=api.proxy, httpMethod='ANY', patchOperations=[
        {'op': 'replace', 'path': '/timeoutInMillis', 'value': '500'}])
    api.deploy()
    assert api.fetch('/x', 'POST', body=b'{"sleep": 1}').status == 200
    answer = api.fetch('/x', 'POST', body=b'{"sleep": 1500}')
    assert (answer.status, answer.body) == (504, b'{"message": "Endpoint request timed out"}')
    with refused('BadRequestException', 400, 'Timeout should be between 50 ms and 29000 ms'):
        api.gateway.update_integration(restApiId=api.id, resourceId=api.proxy, httpMethod='ANY', patchOperations=[
            {'op': 'replace', 'path': '/timeoutInMillis', 'value': '30000'}])
