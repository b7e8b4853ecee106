"""API Gateway and EventBridge through boto3, and deployed APIs through plain HTTP."""

import json
import urllib.error
import urllib.request

import botocore.exceptions
import pytest


def fetch(url, method='GET', headers=None, body=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_rest_api_answers_preflights(client, endpoint):
    gateway = client('apigateway')
    api = gateway.create_rest_api(name='notes')
    resource = gateway.create_resource(restApiId=api['id'], parentId=api['rootResourceId'], pathPart='notes')
    method = {'restApiId': api['id'], 'resourceId': resource['id'], 'httpMethod': 'OPTIONS'}
    origin = 'method.response.header.Access-Control-Allow-Origin'
    gateway.put_method(**method, authorizationType='NONE')
    gateway.put_method_response(**method, statusCode='200', responseParameters={origin: True})
    gateway.put_integration(**method, type='MOCK', requestTemplates={'application/json': '{statusCode:200}'})
    gateway.put_integration_response(**method, statusCode='200', responseParameters={origin: "'*'"})
    gateway.create_deployment(restApiId=api['id'], stageName='dev')
    assert [stage['stageName'] for stage in gateway.get_stages(restApiId=api['id'])['item']] == ['dev']

    url = f'{endpoint}/restapis/{api["id"]}/dev/_user_request_'
    status, headers, _ = fetch(url + '/notes', 'OPTIONS')
    assert (status, headers['Access-Control-Allow-Origin']) == (200, '*')
    status, headers, body = fetch(url + '/nope')
    assert (status, json.loads(body)) == (403, {'message': 'Missing Authentication Token'})
    assert headers['x-amzn-ErrorType'] == 'MissingAuthenticationTokenException'
    by_host = {'Host': f'{api["id"]}.execute-api.us-east-1.amazonaws.com'}
    assert fetch(f'{endpoint}/dev/notes', 'OPTIONS', by_host)[0] == 200

    gateway.update_stage(restApiId=api['id'], stageName='dev', patchOperations=[
        {'op': 'replace', 'path': '/tracingEnabled', 'value': 'false'}])
    gateway.delete_rest_api(restApiId=api['id'])
    with pytest.raises(botocore.exceptions.ClientError, match='Invalid API identifier specified'):
        gateway.get_rest_api(restApiId=api['id'])


def test_http_api_without_route_is_not_found(client, endpoint):
    gateway = client('apigatewayv2')
    api = gateway.create_api(Name='web', ProtocolType='HTTP')
    gateway.create_stage(ApiId=api['ApiId'], StageName='$default', AutoDeploy=True)
    host = api['ApiEndpoint'].removeprefix('https://')
    status, _, body = fetch(f'{endpoint}/x', headers={'Host': host})
    assert (status, json.loads(body)) == (404, {'message': 'Not Found'})
    with pytest.raises(gateway.exceptions.BadRequestException, match='WEBSOCKET is not supported by Millrace'):
        gateway.create_api(Name='ws', ProtocolType='WEBSOCKET')


def test_rules_keep_their_targets(client):
    events = client('events')
    function = 'arn:aws:lambda:us-east-1:123456789012:function:f'
    arn = events.put_rule(Name='tick', ScheduleExpression='rate(5 minutes)')['RuleArn']
    assert arn.endswith(':rule/tick')
    assert events.put_targets(Rule='tick', Targets=[{'Id': '1', 'Arn': function}])['FailedEntryCount'] == 0
    assert events.list_targets_by_rule(Rule='tick')['Targets'][0]['Arn'] == function
    with pytest.raises(botocore.exceptions.ClientError, match='Parameter ScheduleExpression is not valid.'):
        events.put_rule(Name='bad', ScheduleExpression='rate(5 minute)')
    answer = events.put_events(Entries=[{'Source': 'shop', 'DetailType': 'Order', 'Detail': '{}'}])
    assert answer['FailedEntryCount'] == 0
    events.remove_targets(Rule='tick', Ids=['1'])
    events.delete_rule(Name='tick')
    assert events.list_rules()['Rules'] == []
