"""Invoking functions through boto3 and the CLI: kinds, errors, limits, asynchronous retries and destinations."""

import base64
import json

from expect import eventually, refused
from lambda_help import TRUST, archive, deploy, functions, invoke, make_role, messages, own  # noqa: F401

ECHO = 'exports.handler = async (e) => e;'


def test_kinds_of_invocations(functions, deploy):
    deploy('f', ECHO)
    answer, payload = invoke(functions, 'f', {'a': [1, 'ü']})
    assert (answer['StatusCode'], answer['ExecutedVersion'], payload) == (200, '$LATEST', {'a': [1, 'ü']})
    assert 'FunctionError' not in answer and 'LogResult' not in answer
    assert answer['ResponseMetadata']['HTTPHeaders']['x-amzn-requestid']
    dry = functions.invoke(FunctionName='f', InvocationType='DryRun')
    assert (dry['StatusCode'], dry['Payload'].read()) == (204, b'')
    event = functions.invoke(FunctionName='f', InvocationType='Event', Payload='{}')
    assert (event['StatusCode'], event['Payload'].read()) == (202, b'')
    assert json.loads(functions.invoke(FunctionName='f')['Payload'].read()) == {}
    with refused('InvalidRequestContentException', 400, 'Could not parse request body into json'):
        functions.invoke(FunctionName='f', Payload=b'{"a":')
    for kind in ('Event', 'DryRun'):
        with refused('ResourceNotFoundException', 404, 'Function not found: arn:aws:lambda:us-east-1:'):
            functions.invoke(FunctionName='none', InvocationType=kind)


def test_errors_of_functions(functions, deploy):
    deploy('f', '''exports.handler = async (e) => {
      if (e.exit) process.exit(3);
      const error = new RangeError('too far'); throw error; };''')
    answer, payload = invoke(functions, 'f', {}, LogType='Tail')
    assert (answer['StatusCode'], answer['FunctionError']) == (200, 'Unhandled')
    assert answer['ResponseMetadata']['HTTPHeaders']['x-amz-function-error'] == 'Unhandled'
    assert (payload['errorType'], payload['errorMessage']) == ('RangeError', 'too far')
    assert payload['trace'][0] == 'RangeError: too far'
    assert 'Invoke Error' in base64.b64decode(answer['LogResult']).decode()
    answer, payload = invoke(functions, 'f', {'exit': True})
    assert payload['errorType'] == 'Runtime.ExitError'
    assert payload['errorMessage'].endswith('Error: Runtime exited with error: exit status 3')
    assert invoke(functions, 'f', {})[1]['errorType'] == 'RangeError'  # a new environment took over
    deploy('p', 'def handler(e, c):\n    raise ValueError("bad")\n', runtime='python3.11')
    answer, payload = invoke(functions, 'p', {})
    assert (payload['errorType'], payload['errorMessage'], answer['FunctionError']) == (
        'ValueError', 'bad', 'Unhandled')
    assert isinstance(payload['stackTrace'], list)
    deploy('none', ECHO, Handler='other.handler')
    answer, payload = invoke(functions, 'none', {})
    assert payload['errorType'] == 'Runtime.ImportModuleError'
    deploy('nohandler', ECHO, Handler='app.nothing')
    assert invoke(functions, 'nohandler', {})[1]['errorType'] == 'Runtime.HandlerNotFound'


def test_payload_limits(functions, deploy):
    deploy('f', 'exports.handler = async (e) => "x".repeat(e.n || 0);')
    six_mb = 6 * 1024 * 1024
    with refused('RequestTooLargeException', 413, 'must be smaller than 6291456 bytes for the InvokeFunction operation'):
        functions.invoke(FunctionName='f', Payload=json.dumps({'s': 'x' * six_mb}))
    with refused('RequestTooLargeException', 413, 'must be smaller than 1048576 bytes for the InvokeFunction operation'):
        functions.invoke(FunctionName='f', Payload=json.dumps({'s': 'x' * 1048576}), InvocationType='Event')
    answer, payload = invoke(functions, 'f', {'n': six_mb - 100})
    assert len(payload) == six_mb - 100 and 'FunctionError' not in answer
    answer, payload = invoke(functions, 'f', {'n': six_mb + 101})
    assert answer['FunctionError'] == 'Unhandled'
    assert payload['errorType'] == 'Function.ResponseSizeTooLarge'
    assert 'Response payload size exceeded maximum allowed payload size (6291556 bytes).' in payload['errorMessage']
    assert invoke(functions, 'f', {'n': 1})[1] == 'x'


def test_context_of_an_invocation(functions, deploy, account):
    deploy('f', '''exports.handler = async (e, c) => ({ name: c.functionName, memory: c.memoryLimitInMB,
      arn: c.invokedFunctionArn, id: c.awsRequestId, group: c.logGroupName, left: c.getRemainingTimeInMillis(),
      client: c.clientContext, env: process.env });''', Environment={'Variables': {'MINE': 'ü'}}, MemorySize=192)
    context = base64.b64encode(json.dumps({'custom': {'k': 'v'}}).encode()).decode()
    answer, seen = invoke(functions, 'f', {}, ClientContext=context)
    assert (seen['name'], seen['memory'], seen['group']) == ('f', '192', '/aws/lambda/f')
    assert seen['arn'] == f'arn:aws:lambda:us-east-1:{account}:function:f'
    assert seen['id'] == answer['ResponseMetadata']['RequestId']
    assert 8000 < seen['left'] <= 10000 and seen['client']['custom'] == {'k': 'v'}
    env = seen['env']
    assert env['MINE'] == 'ü' and env['AWS_REGION'] == 'us-east-1' and env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'] == '192'
    assert env['AWS_ACCESS_KEY_ID'].startswith('ASIA') and env['AWS_SESSION_TOKEN'] and env['TZ'] == ':UTC'
    with refused('InvalidRequestContentException', 400):
        functions.invoke(FunctionName='f', ClientContext='{')


def test_the_cli(aws, functions, deploy, tmp_path):
    deploy('f', ECHO)
    answer = aws('lambda', 'invoke', '--function-name', 'f', '--payload', '{"a": 1}', str(tmp_path / 'out.json'))
    assert answer['StatusCode'] == 200 and json.loads((tmp_path / 'out.json').read_text()) == {'a': 1}
    assert [f['FunctionName'] for f in aws('lambda', 'list-functions')['Functions']] == ['f']
    aws('lambda', 'wait', 'function-updated', '--function-name', 'f')
    assert '(ResourceNotFoundException)' in aws('lambda', 'get-function', '--function-name', 'g', expect_error=True)


def test_asynchronous_retries_and_destinations(own):
    """Two retries, after one minute and two more; then the record of the failure goes to its destination."""
    functions, logs = own.client('lambda'), own.client('logs')
    own.function('bad', 'exports.handler = async (e, c) => { console.log("TRY", c.awsRequestId); throw Error("no"); };')
    good = own.function('good', 'exports.handler = async (e) => { console.log("GOT", JSON.stringify(e)); return 5; };')
    functions.put_function_event_invoke_config(FunctionName='bad', DestinationConfig={
        'OnFailure': {'Destination': good}})
    sent = functions.invoke(FunctionName='bad', InvocationType='Event', Payload='{"n":1}')
    request_id = sent['ResponseMetadata']['RequestId']

    def tries():
        return [m.split()[-1] for m in messages(logs, 'bad', 'TRY')]
    assert eventually(lambda: len(tries()) == 1)
    own.advance(58)
    assert not eventually(lambda: len(tries()) > 1, seconds=0.5)
    own.advance(3)
    assert eventually(lambda: len(tries()) == 2)
    own.advance(121)
    assert eventually(lambda: len(tries()) == 3)
    got = eventually(lambda: messages(logs, 'good', 'GOT'))
    record = json.loads(got[0].split('GOT ', 1)[1])
    assert tries() == [request_id] * 3
    assert record['requestContext']['condition'] == 'RetriesExhausted'
    assert record['requestContext']['approximateInvokeCount'] == 3
    assert record['requestContext']['requestId'] == request_id
    assert record['requestContext']['functionArn'].endswith(':function:bad:$LATEST')
    assert record['requestPayload'] == {'n': 1}
    assert record['responseContext'] == {'statusCode': 200, 'executedVersion': '$LATEST', 'functionError': 'Unhandled'}
    assert record['responsePayload']['errorMessage'] == 'no'
    own.advance(600)
    assert not eventually(lambda: len(tries()) > 3, seconds=0.5)


def test_asynchronous_success_destination_and_no_retries(own):
    functions, logs = own.client('lambda'), own.client('logs')
    sink = own.function('sink', 'exports.handler = async (e) => { console.log("GOT", JSON.stringify(e)); };')
    own.function('work', 'exports.handler = async (e) => { if (e.bad) throw Error("no"); return {done: e.n}; };')
    functions.put_function_event_invoke_config(FunctionName='work', MaximumRetryAttempts=0, DestinationConfig={
        'OnSuccess': {'Destination': sink}, 'OnFailure': {'Destination': sink}})
    functions.invoke(FunctionName='work', InvocationType='Event', Payload='{"n":1}')
    functions.invoke(FunctionName='work', InvocationType='Event', Payload='{"bad":1}')

    def records():
        return [json.loads(m.split('GOT ', 1)[1]) for m in messages(logs, 'sink', 'GOT')]
    assert eventually(lambda: len(records()) == 2)
    by_condition = {r['requestContext']['condition']: r for r in records()}
    assert by_condition['Success']['responsePayload'] == {'done': 1}
    assert by_condition['RetriesExhausted']['requestContext']['approximateInvokeCount'] == 1
    with refused('InvalidParameterValueException', 400, 'only functions can be destinations'):
        functions.put_function_event_invoke_config(FunctionName='work', DestinationConfig={
            'OnFailure': {'Destination': 'arn:aws:sqs:us-east-1:123456789012:q'}})
    got = functions.get_function_event_invoke_config(FunctionName='work')
    assert got['MaximumRetryAttempts'] == 0
    functions.delete_function_event_invoke_config(FunctionName='work')
    with refused('ResourceNotFoundException', 404):
        functions.get_function_event_invoke_config(FunctionName='work')


def test_accepted_events_survive_a_crash(server):
    functions = server.client('lambda', key='123456789012')
    iam = server.client('iam', key='123456789012')
    role = iam.create_role(RoleName='r', AssumeRolePolicyDocument=json.dumps(TRUST))['Role']['Arn']
    functions.create_function(FunctionName='f', Runtime='nodejs20.x', Role=role, Handler='app.handler', Code={
        'ZipFile': archive(app__js='exports.handler = async (e) => { console.log("RAN", e.n); };')})
    functions.put_function_concurrency(FunctionName='f', ReservedConcurrentExecutions=0)  # nothing runs yet
    for n in range(10):
        functions.invoke(FunctionName='f', InvocationType='Event', Payload=json.dumps({'n': n}))
    server.kill()
    server.restart()
    functions, logs = server.client('lambda', key='123456789012'), server.client('logs', key='123456789012')
    functions.delete_function_concurrency(FunctionName='f')
    assert eventually(lambda: {m.split()[-1] for m in messages(logs, 'f', 'RAN')} == {str(n) for n in range(10)},
                      seconds=30)
