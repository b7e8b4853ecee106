"""Lambda and its logs through boto3: deployed, invoked, retried, fed from a stream."""

import base64
import json

import pytest
from expect import eventually
from lambda_help import TRUST, all_events, archive, deploy, functions, invoke, make_role  # noqa: F401


def test_init_duration_on_a_cold_start_and_only_then(functions, deploy, client):
    deploy('hello', 'exports.handler = async (e) => { console.log("got", e.n); return {n: e.n + 1}; };')
    answer, payload = invoke(functions, 'hello', {'n': 1}, LogType='Tail')
    tail = base64.b64decode(answer['LogResult']).decode()
    assert payload == {'n': 2} and answer['ExecutedVersion'] == '$LATEST'
    assert 'Init Duration: ' in tail and 'INFO\tgot 1' in tail
    answer, payload = invoke(functions, 'hello', {'n': 2}, LogType='Tail')
    tail = base64.b64decode(answer['LogResult']).decode()
    assert 'REPORT RequestId: ' in tail and 'Init Duration' not in tail
    logs = client('logs')
    group = '/aws/lambda/hello'
    lines = eventually(lambda: [e['message'] for e in all_events(logs, group) if 'got 2' in e['message']])
    assert lines
    assert logs.filter_log_events(logGroupName=group, filterPattern='REPORT')['events']


def test_errors_are_awss_own(functions, deploy):
    deploy('bad', 'exports.handler = async () => { throw new TypeError("boom"); };')
    answer, payload = invoke(functions, 'bad', {})
    assert answer['StatusCode'] == 200 and answer['FunctionError'] == 'Unhandled'
    assert payload['errorType'] == 'TypeError' and payload['errorMessage'] == 'boom'
    deploy('slow', 'import time\ndef handler(e, c):\n    time.sleep(60)\n', runtime='python3.11')
    functions.update_function_configuration(FunctionName='slow', Timeout=1)
    answer, payload = invoke(functions, 'slow', {})
    assert payload['errorType'] == 'Sandbox.Timedout'
    assert payload['errorMessage'].endswith('Error: Task timed out after 1.00 seconds')
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.invoke(FunctionName='nobody')
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match='java21'):
        deploy('java', '', runtime='java21')


def test_a_role_that_lambda_may_not_assume(functions, client):
    trust = json.loads(json.dumps(TRUST).replace('lambda.', 'ec2.'))
    role = client('iam').create_role(RoleName='other', AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
    with pytest.raises(functions.exceptions.InvalidParameterValueException,
                       match='The role defined for the function cannot be assumed by Lambda.'):
        functions.create_function(FunctionName='f', Runtime='nodejs20.x', Role=role, Handler='a.b',
                                  Code={'ZipFile': archive(a__js='')})


def test_a_stream_feeds_a_function_in_order(functions, deploy, client):
    dynamodb = client('dynamodb')
    dynamodb.create_table(TableName='things', BillingMode='PAY_PER_REQUEST',
                          KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}],
                          AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}],
                          StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_IMAGE'})
    dynamodb.get_waiter('table_exists').wait(TableName='things')
    stream = dynamodb.describe_table(TableName='things')['Table']['LatestStreamArn']
    dynamodb.put_item(TableName='things', Item={'k': {'S': 'before'}})
    deploy('eater', 'import json\ndef handler(event, context):\n'
                    '    print("BATCH", json.dumps([r["dynamodb"]["Keys"]["k"]["S"] for r in event["Records"]]))\n',
           runtime='python3.11')
    mapping = functions.create_event_source_mapping(
        EventSourceArn=stream, FunctionName='eater', StartingPosition='LATEST', BatchSize=3,
        FilterCriteria={'Filters': [{'Pattern': json.dumps({'eventName': ['INSERT']})}]})
    assert mapping['State'] == 'Creating'
    keys = [f'k{i}' for i in range(10)]
    for key in keys:
        dynamodb.put_item(TableName='things', Item={'k': {'S': key}})
    dynamodb.delete_item(TableName='things', Key={'k': {'S': 'k0'}})
    logs = client('logs')

    def seen():
        batches = [json.loads(e['message'].split(' ', 1)[1]) for e in all_events(logs, '/aws/lambda/eater')
                   if e['message'].startswith('BATCH')]
        return batches if sum(map(len, batches)) >= len(keys) else None
    batches = eventually(seen)
    assert batches and [key for batch in batches for key in batch] == keys
    assert max(map(len, batches)) <= 3
    functions.delete_event_source_mapping(UUID=mapping['UUID'])


def test_a_mapping_needs_a_role_that_may_read(functions, deploy, make_role, client):
    dynamodb = client('dynamodb')
    dynamodb.create_table(TableName='closed', BillingMode='PAY_PER_REQUEST',
                          KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}],
                          AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}],
                          StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'KEYS_ONLY'})
    stream = dynamodb.describe_table(TableName='closed')['Table']['LatestStreamArn']
    deploy('poor', 'exports.handler = async () => 1;', role=make_role('poor', actions=()))
    with pytest.raises(functions.exceptions.InvalidParameterValueException,
                       match='Please ensure the role can perform the GetRecords'):
        functions.create_event_source_mapping(EventSourceArn=stream, FunctionName='poor',
                                              StartingPosition='TRIM_HORIZON')


def test_asynchronous_invokes_run_later(functions, deploy, client):
    deploy('later', 'exports.handler = async (e) => { console.log("ran", e.n); };')
    answer, _ = invoke(functions, 'later', {'n': 7}, InvocationType='Event')
    assert answer['StatusCode'] == 202
    assert eventually(lambda: [e for e in all_events(client('logs'), '/aws/lambda/later') if 'ran 7' in e['message']])
