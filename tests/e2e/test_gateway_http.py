"""HTTP APIs (API Gateway v2) with a Lambda proxy behind them, through boto3 and plain HTTP."""

import json

from expect import refused, refused_by_name
from gateway_help import b64, http_api, mirror  # noqa: F401
from lambda_help import deploy, functions, make_role  # noqa: F401


def test_payload_2_0(http_api, account):
    api = http_api()
    answer = api.fetch('/a%20b/c?x=1&y=2&x=3&e=%C3%BC', 'GET', [
        ('X-Mixed-Case', 'one'), ('X-Mixed-Case', 'two'), ('User-Agent', 'me'), ('Cookie', 'a=1; b=2')])
    event = answer.json()
    assert (event['version'], event['routeKey'], event['rawPath']) == ('2.0', '$default', '/a b/c')
    assert event['rawQueryString'] == 'x=1&y=2&x=3&e=%C3%BC'
    assert event['queryStringParameters'] == {'x': '1,3', 'y': '2', 'e': 'ü'}
    assert event['cookies'] == ['a=1', 'b=2'] and 'cookie' not in event['headers']
    assert event['headers']['x-mixed-case'] == 'one,two'
    assert 'body' not in event and event['isBase64Encoded'] is False and 'pathParameters' not in event
    context = event['requestContext']
    assert (context['accountId'], context['apiId'], context['stage']) == (account, api.id, '$default')
    assert context['http'] == {'method': 'GET', 'path': '/a b/c', 'protocol': 'HTTP/1.1', 'sourceIp': '127.0.0.1',
                               'userAgent': 'me'}
    assert context['requestId'] == answer.header('apigw-requestid')
    bare = api.fetch('/').json()
    assert bare['rawQueryString'] == '' and 'queryStringParameters' not in bare and 'cookies' not in bare


def test_payload_1_0(http_api):
    event = http_api('1.0').fetch('/a?x=1&x=2', 'GET', [('X-Mixed-Case', 'v')]).json()
    assert (event['version'], event['path'], event['httpMethod']) == ('1.0', '/a', 'GET')
    assert event['multiValueQueryStringParameters'] == {'x': ['1', '2']} and event['queryStringParameters'] == {'x': '2'}


def test_answers_of_functions(http_api):
    api = http_api()
    answer = api.answer({'statusCode': 201, 'headers': {'X-One': 'a'}, 'body': 'text', 'cookies': ['a=1', 'b=2; Path=/']})
    assert (answer.status, answer.body, answer.header('x-one')) == (201, b'text', 'a')
    assert answer.all('set-cookie') == ['a=1', 'b=2; Path=/']
    assert answer.header('content-type').startswith('text/plain')
    answer = api.answer({'hello': 'world'})  # whatever is no answer is the body itself
    assert (answer.status, answer.json(), answer.header('content-type')) == (200, {'hello': 'world'}, 'application/json')
    assert api.answer('text').body in (b'text', b'"text"')
    data = bytes(range(256))
    answer = api.answer({'statusCode': 200, 'headers': {'Content-Type': 'image/png'}, 'body': b64(data),
                         'isBase64Encoded': True})
    assert answer.body == data
    for malformed in ({'statusCode': 'abc'}, {'statusCode': 200, 'headers': 'x'}):
        answer = api.answer(malformed)
        assert (answer.status, answer.json()) == (500, {'message': 'Internal Server Error'}), malformed


def test_bodies(http_api):
    api = http_api()
    event = api.fetch('/x', 'POST', {'Content-Type': 'text/plain'}, b'text').json()
    assert (event['body'], event['isBase64Encoded']) == ('text', False)
    data = bytes(range(256))
    event = api.fetch('/x', 'POST', {'Content-Type': 'application/octet-stream'}, data).json()
    assert (event['body'], event['isBase64Encoded']) == (b64(data), True)
    form = api.fetch('/x', 'POST', {'Content-Type': 'application/x-www-form-urlencoded'}, b'a=1&b=2').json()
    assert form['isBase64Encoded'] is True and form['body'] == b64(b'a=1&b=2')


def test_failures(http_api, functions):
    api = http_api()
    answer = api.fetch('/x', 'POST', body=b'{"fail": true}')
    assert (answer.status, answer.json()) == (500, {'message': 'Internal Server Error'})
    answer = api.fetch('/x', 'POST', body=json.dumps({'big': 6 * 1024 * 1024 + 200}).encode())
    assert (answer.status, answer.json()) == (500, {'message': 'Internal Server Error'})
    answer = api.fetch('/x', 'POST', {'Content-Type': 'text/plain'}, b'x' * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json()) == (413, {'message': 'Request Entity Too Large'})
    functions.put_function_concurrency(FunctionName='mirror', ReservedConcurrentExecutions=0)
    answer = api.fetch('/x')
    assert (answer.status, answer.json()) == (503, {'message': 'Service Unavailable'})


def test_routes(http_api):
    api = http_api(routes=['GET /items', 'GET /items/{id}', 'ANY /files/{proxy+}', 'POST /items'])
    event = api.fetch('/items/a%2Fb').json()
    assert (event['routeKey'], event['pathParameters']) == ('GET /items/{id}', {'id': 'a/b'})
    assert api.fetch('/items', 'POST').json()['routeKey'] == 'POST /items'
    event = api.fetch('/files/a/b', 'DELETE').json()
    assert (event['routeKey'], event['pathParameters']) == ('ANY /files/{proxy+}', {'proxy': 'a/b'})
    for path, method in (('/items', 'DELETE'), ('/none', 'GET'), ('/files', 'GET')):
        answer = api.fetch(path, method)
        assert (answer.status, answer.json()) == (404, {'message': 'Not Found'}), path


def test_cors(http_api):
    api = http_api(CorsConfiguration={
        'AllowOrigins': ['https://app.example.com'], 'AllowMethods': ['GET', 'POST'], 'AllowHeaders': ['content-type'],
        'MaxAge': 600, 'AllowCredentials': True, 'ExposeHeaders': ['x-one']})
    preflight = api.fetch('/x', 'OPTIONS', {'Origin': 'https://app.example.com',
                                            'Access-Control-Request-Method': 'POST'})
    assert preflight.status == 204
    assert preflight.header('access-control-allow-origin') == 'https://app.example.com'
    assert preflight.header('access-control-allow-methods') == 'GET,POST'
    assert preflight.header('access-control-allow-headers') == 'content-type'
    assert preflight.header('access-control-max-age') == '600'
    assert preflight.header('access-control-allow-credentials') == 'true'
    seen = api.fetch('/x', headers={'Origin': 'https://app.example.com'})
    assert seen.header('access-control-allow-origin') == 'https://app.example.com'
    assert seen.header('access-control-expose-headers') == 'x-one'
    assert api.fetch('/x', headers={'Origin': 'https://evil.example.com'}).header('access-control-allow-origin') is None


def test_control_plane(http_api, client):
    api = http_api()
    gateway = api.gateway
    shown = gateway.get_api(ApiId=api.id)
    assert (shown['ProtocolType'], shown['RouteSelectionExpression']) == ('HTTP', '$request.method $request.path')
    assert shown['ApiEndpoint'] == f'https://{api.id}.execute-api.us-east-1.amazonaws.com'
    with refused('NotFoundException', 404, 'Invalid API identifier specified'):
        gateway.get_api(ApiId='nothing000')
    with refused('ConflictException', 409, 'Route with key $default already exists for this API'):
        gateway.create_route(ApiId=api.id, RouteKey='$default')
    with refused('NotFoundException', 404):
        gateway.get_route(ApiId=api.id, RouteId='none')
    with refused('BadRequestException', 400):
        gateway.create_route(ApiId=api.id, RouteKey='GET nothing')
    with refused('ConflictException', 409):
        gateway.create_stage(ApiId=api.id, StageName='$default')
    stage = gateway.get_stage(ApiId=api.id, StageName='$default')
    assert stage['AutoDeploy'] is True and stage['DeploymentId']
    routes = gateway.get_routes(ApiId=api.id)['Items']
    assert [(r['RouteKey'], r['Target']) for r in routes] == [('$default', api.target)]
    gateway.delete_api(ApiId=api.id)
    assert api.fetch('/').json() in ({'message': 'Not Found'}, {'message': None}, {'message': 'Forbidden'})


def test_what_is_not_built_is_refused_by_name(client):
    gateway = client('apigatewayv2')
    api = gateway.create_api(Name='x', ProtocolType='HTTP')['ApiId']
    refused_by_name({
        'CreateAuthorizer': lambda: gateway.create_authorizer(ApiId=api, Name='a', AuthorizerType='JWT',
                                                              IdentitySource=['$request.header.Authorization']),
        'CreateDomainName': lambda: gateway.create_domain_name(DomainName='a.example.com'),
        'CreateVpcLink': lambda: gateway.create_vpc_link(Name='v', SubnetIds=['subnet-1']),
        'ExportApi': lambda: gateway.export_api(ApiId=api, OutputType='JSON', Specification='OAS30'),
        'ImportApi': lambda: gateway.import_api(Body='{}'),
    })


def test_time_outs(http_api):
    api = http_api()
    integration = api.target.split('/')[1]
    api.gateway.update_integration(ApiId=api.id, IntegrationId=integration, TimeoutInMillis=500)
    assert api.fetch('/x', 'POST', body=b'{"sleep": 1}').status == 200
    answer = api.fetch('/x', 'POST', body=b'{"sleep": 1500}')
    assert (answer.status, answer.json()) == (503, {'message': 'Service Unavailable'})
