"""EventBridge through boto3: rules, targets, patterns and schedules that call functions."""

import json

import pytest
from expect import eventually, refused, refused_by_name
from lambda_help import deploy, functions, make_role, messages, own  # noqa: F401

SINK = 'exports.handler = async (e) => { console.log("GOT", JSON.stringify(e)); };'


@pytest.fixture
def events(client):
    return client('events')


@pytest.fixture
def sink(deploy, functions, client):
    """A function that any rule may call; `sink.got()` is what it was called with."""
    class Sink:
        arn = deploy('sink', SINK)

        def got(self):
            return [json.loads(m.split('GOT ', 1)[1]) for m in messages(client('logs'), 'sink', 'GOT')]
    functions.add_permission(FunctionName='sink', StatementId='s', Action='lambda:InvokeFunction',
                             Principal='events.amazonaws.com')
    return Sink()


def put(events, **entry):
    return events.put_events(Entries=[{'Source': 'shop', 'DetailType': 'Order', 'Detail': '{}'} | entry])


def test_patterns_choose_events(events, sink, account):
    events.put_rule(Name='big', EventPattern=json.dumps({'source': ['shop'], 'detail': {'total': [{'numeric': ['>', 10]}]}}))
    assert events.put_targets(Rule='big', Targets=[{'Id': '1', 'Arn': sink.arn}])['FailedEntryCount'] == 0
    assert put(events, Detail='{"total": 5}')['Entries'][0]['EventId']
    put(events, Source='other', Detail='{"total": 50}')
    sent = put(events, Detail='{"total": 50}', Resources=['arn:x'])
    got = eventually(sink.got)
    assert len(got) == 1
    event = got[0]
    assert (event['version'], event['id'], event['detail-type']) == ('0', sent['Entries'][0]['EventId'], 'Order')
    assert (event['source'], event['account'], event['region']) == ('shop', account, 'us-east-1')
    assert (event['detail'], event['resources']) == ({'total': 50}, ['arn:x'])
    assert event['time'].endswith('Z')
    events.disable_rule(Name='big')
    put(events, Detail='{"total": 51}')
    assert not eventually(lambda: len(sink.got()) > 1, seconds=1)
    assert events.describe_rule(Name='big')['State'] == 'DISABLED'


def test_inputs_of_targets(events, sink):
    events.put_rule(Name='r', EventPattern='{"source":["shop"]}')
    events.put_targets(Rule='r', Targets=[
        {'Id': 'constant', 'Arn': sink.arn, 'Input': '{"constant": 1}'},
        {'Id': 'path', 'Arn': sink.arn, 'InputPath': '$.detail'},
        {'Id': 'template', 'Arn': sink.arn, 'InputTransformer': {
            'InputPathsMap': {'id': '$.detail.id'}, 'InputTemplate': '{"seen": <id>, "rule": "r"}'}}])
    put(events, Detail='{"id": 7}')
    assert eventually(lambda: len(sink.got()) == 3)
    seen = sorted(map(json.dumps, sink.got()))
    assert seen == sorted(map(json.dumps, [{'constant': 1}, {'id': 7}, {'seen': 7, 'rule': 'r'}]))


def test_a_target_that_may_not_be_called(events, sink, functions):
    functions.remove_permission(FunctionName='sink', StatementId='s')
    events.put_rule(Name='r', EventPattern='{"source":["shop"]}')
    events.put_targets(Rule='r', Targets=[{'Id': '1', 'Arn': sink.arn}])
    assert put(events)['FailedEntryCount'] == 0
    assert not eventually(sink.got, seconds=1)


def test_bad_input(events, sink):
    for expression in ('rate(1 minutes)', 'rate(0 minutes)', 'rate(5 minute)', 'cron(0 12 * * * *)', 'cron(0 12 * * ?)',
                       'every minute', 'cron(99 12 * * ? *)'):
        with refused('ValidationException', 400, 'Parameter ScheduleExpression is not valid.'):
            events.put_rule(Name='r', ScheduleExpression=expression)
    with refused('InvalidEventPatternException', 400, 'Event pattern is not valid.'):
        events.put_rule(Name='r', EventPattern='{"source": "shop"}')
    with refused('ValidationException', 400):
        events.put_rule(Name='r')
    with refused('ResourceNotFoundException', 400, 'Rule none does not exist on EventBus default.'):
        events.describe_rule(Name='none')
    with refused('ResourceNotFoundException', 400, 'Rule none does not exist on EventBus default.'):
        events.put_targets(Rule='none', Targets=[{'Id': '1', 'Arn': sink.arn}])
    events.put_rule(Name='r', ScheduleExpression='rate(1 hour)')
    events.put_targets(Rule='r', Targets=[{'Id': '1', 'Arn': sink.arn}])
    with refused('ValidationException', 400, "Rule can't be deleted since it has targets."):
        events.delete_rule(Name='r')
    queue = 'arn:aws:sqs:us-east-1:123456789012:q'
    with refused('ValidationException', 400, f'Arn {queue} of target 2 is not supported by Millrace'):
        events.put_targets(Rule='r', Targets=[{'Id': '2', 'Arn': queue}])
    answer = events.put_events(Entries=[{'Source': 'shop', 'DetailType': 'x', 'Detail': 'no json'},
                                        {'DetailType': 'x', 'Detail': '{}'}, {'Source': 's', 'DetailType': 'd', 'Detail': '{}'}])
    assert answer['FailedEntryCount'] == 2
    assert [e.get('ErrorCode') for e in answer['Entries']] == ['MalformedDetail', 'InvalidArgument', None]
    removed = events.remove_targets(Rule='r', Ids=['1', 'none'])
    assert removed['FailedEntryCount'] in (0, 1)
    events.delete_rule(Name='r')
    events.delete_rule(Name='r')  # deleting twice is no error


@pytest.mark.parametrize('expression', ['rate(5 minutes)', 'cron(0/5 * * * ? *)'])
def test_schedules(own, expression):
    events, functions, logs = own.client('events'), own.client('lambda'), own.client('logs')
    arn = own.function('sink', SINK)
    functions.add_permission(FunctionName='sink', StatementId='s', Action='lambda:InvokeFunction',
                             Principal='events.amazonaws.com')
    rule = events.put_rule(Name='tick', ScheduleExpression=expression)['RuleArn']
    events.put_targets(Rule='tick', Targets=[{'Id': '1', 'Arn': arn}, {'Id': '2', 'Arn': arn, 'Input': '{"mine": 1}'}])

    def got():
        return [json.loads(m.split('GOT ', 1)[1]) for m in messages(logs, 'sink', 'GOT')]
    own.advance(301)
    assert eventually(lambda: len(got()) == 2), got()
    event = next(e for e in got() if e != {'mine': 1})
    assert (event['detail-type'], event['source'], event['detail']) == ('Scheduled Event', 'aws.events', {})
    assert event['resources'] == [rule] and event['account'] == '123456789012'
    own.advance(300)
    assert eventually(lambda: len(got()) == 4), got()
    events.disable_rule(Name='tick')
    own.advance(600)
    assert not eventually(lambda: len(got()) > 4, seconds=1)


def test_lists(events, sink):
    for i in range(3):
        events.put_rule(Name=f'r{i}', ScheduleExpression='rate(1 hour)', Description='d', Tags=[{'Key': 'k', 'Value': 'v'}])
        events.put_targets(Rule=f'r{i}', Targets=[{'Id': '1', 'Arn': sink.arn}])
    assert [r['Name'] for r in events.list_rules(NamePrefix='r')['Rules']] == ['r0', 'r1', 'r2']
    first = events.list_rules(Limit=2)
    assert len(first['Rules']) == 2
    assert [r['Name'] for r in events.list_rules(NextToken=first['NextToken'])['Rules']] == ['r2']
    assert events.list_rule_names_by_target(TargetArn=sink.arn)['RuleNames'] == ['r0', 'r1', 'r2']
    arn = events.describe_rule(Name='r0')['Arn']
    assert events.list_tags_for_resource(ResourceARN=arn)['Tags'] == [{'Key': 'k', 'Value': 'v'}]
    assert events.test_event_pattern(EventPattern='{"source":["a"]}', Event=json.dumps({
        'id': '1', 'account': '1', 'source': 'a', 'time': '2020-01-01T00:00:00Z', 'region': 'us-east-1',
        'resources': [], 'detail-type': 'd', 'detail': {}}))['Result'] is True


def test_what_is_not_built_is_refused_by_name(events):
    refused_by_name({
        'CreateEventBus': lambda: events.create_event_bus(Name='b'),
        'CreateArchive': lambda: events.create_archive(
            ArchiveName='a', EventSourceArn='arn:aws:events:us-east-1:123456789012:event-bus/default'),
        'CreateConnection': lambda: events.create_connection(Name='c', AuthorizationType='BASIC', AuthParameters={}),
    })
