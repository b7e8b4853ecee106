"""Event source mappings of DynamoDB streams: batches, filters, retries, bisecting, partial failures."""

import json

import pytest
from expect import eventually, refused
from lambda_help import archive, deploy, functions, make_role, messages, own  # noqa: F401

LOGS_BATCH = '''exports.handler = async (event) => {
  const keys = event.Records.map((r) => r.dynamodb.Keys.k.S);
  console.log('BATCH', JSON.stringify(keys));
  %s
};'''


@pytest.fixture
def table(client):
    dynamodb = client('dynamodb')
    dynamodb.create_table(TableName='things', BillingMode='PAY_PER_REQUEST',
                          KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}],
                          AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}],
                          StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_AND_OLD_IMAGES'})

    class Table:
        stream = dynamodb.describe_table(TableName='things')['Table']['LatestStreamArn']

        def put(self, *keys, **attributes):
            for key in keys:
                dynamodb.put_item(TableName='things', Item={'k': {'S': key}} | {
                    name: {'S': value} for name, value in attributes.items()})

        def delete(self, key):
            dynamodb.delete_item(TableName='things', Key={'k': {'S': key}})
    return Table()


@pytest.fixture
def batches(client):
    """What the function said that it got, batch by batch."""
    def seen(function='f'):
        return [json.loads(m.split('BATCH ', 1)[1]) for m in messages(client('logs'), function, 'BATCH')]
    return seen


@pytest.fixture
def feed(functions, deploy, table):
    """Deploys a function that logs its batches and then runs `body`, and maps the stream to it."""
    def start(body='', first=(), **options):
        deploy('f', LOGS_BATCH % body)
        table.put(*first)
        return functions.create_event_source_mapping(
            **({'EventSourceArn': table.stream, 'FunctionName': 'f', 'StartingPosition': 'TRIM_HORIZON'} | options))
    return start


def test_what_a_mapping_is(functions, feed, table, account):
    made = feed()
    assert made['ResponseMetadata']['HTTPStatusCode'] == 202
    uuid = made['UUID']
    expected = {'EventSourceArn': table.stream, 'FunctionArn': f'arn:aws:lambda:us-east-1:{account}:function:f',
                'BatchSize': 100, 'MaximumBatchingWindowInSeconds': 0, 'ParallelizationFactor': 1,
                'StartingPosition': 'TRIM_HORIZON', 'MaximumRecordAgeInSeconds': -1, 'MaximumRetryAttempts': -1,
                'BisectBatchOnFunctionError': False, 'TumblingWindowInSeconds': 0, 'FunctionResponseTypes': [],
                'DestinationConfig': {'OnFailure': {}}, 'StateTransitionReason': 'User action'}
    assert {name: made.get(name) for name in expected} == expected and made['State'] == 'Creating'
    assert functions.get_event_source_mapping(UUID=uuid)['State'] == 'Enabled'
    listed = functions.list_event_source_mappings(EventSourceArn=table.stream)['EventSourceMappings']
    assert [m['UUID'] for m in listed] == [uuid]
    assert functions.list_event_source_mappings(FunctionName='f')['EventSourceMappings'][0]['UUID'] == uuid
    with refused('ResourceConflictException', 409, f'update or delete the existing mapping with UUID {uuid}'):
        functions.create_event_source_mapping(EventSourceArn=table.stream, FunctionName='f', StartingPosition='LATEST')
    changed = functions.update_event_source_mapping(UUID=uuid, BatchSize=7, Enabled=False)
    assert (changed['BatchSize'], changed['State']) == (7, 'Disabling')
    assert functions.get_event_source_mapping(UUID=uuid)['State'] == 'Disabled'
    assert functions.delete_event_source_mapping(UUID=uuid)['State'] == 'Deleting'
    with refused('ResourceNotFoundException', 404, 'The resource you requested does not exist.'):
        functions.get_event_source_mapping(UUID=uuid)


def test_bad_mappings(functions, feed, table, deploy):
    deploy('g', 'exports.handler = async () => 1;')
    base = {'EventSourceArn': table.stream, 'FunctionName': 'g', 'StartingPosition': 'LATEST'}
    for options, code, text in (
            ({'FunctionName': 'none'}, 'ResourceNotFoundException', 'Function'),
            ({'EventSourceArn': table.stream + 'x'}, 'InvalidParameterValueException', 'Stream'),
            ({'FilterCriteria': {'Filters': [{'Pattern': '{"a":'}]}}, 'InvalidParameterValueException',
             'Invalid filter pattern definition.'),
            ({'EventSourceArn': 'arn:aws:sqs:us-east-1:123456789012:q'}, 'InvalidParameterValueException',
             'only DynamoDB streams'),
            ({'DestinationConfig': {'OnFailure': {'Destination': 'arn:aws:sqs:us-east-1:123456789012:q'}}},
             'InvalidParameterValueException', 'DestinationConfig of an event source mapping is not supported'),
            ({'ParallelizationFactor': 2}, 'InvalidParameterValueException', 'ParallelizationFactor'),
            ({'TumblingWindowInSeconds': 5}, 'InvalidParameterValueException', 'TumblingWindowInSeconds')):
        with refused(code, 404 if 'NotFound' in code else 400, text):
            functions.create_event_source_mapping(**base | options)
    assert functions.list_event_source_mappings()['EventSourceMappings'] == []


def test_records_as_lambda_sends_them(functions, feed, table, client):
    feed('console.log("EVENT", JSON.stringify(event));')
    table.put('a', x='1')
    table.put('a', x='2')
    table.delete('a')

    def records():
        events = [json.loads(m.split('EVENT ', 1)[1]) for m in messages(client('logs'), 'f', 'EVENT')]
        return [r for e in events for r in e['Records']]
    assert eventually(lambda: len(records()) == 3)
    insert, modify, remove = records()
    assert [r['eventName'] for r in records()] == ['INSERT', 'MODIFY', 'REMOVE']
    assert insert['eventSource'] == 'aws:dynamodb' and insert['awsRegion'] == 'us-east-1'
    assert insert['eventSourceARN'] == table.stream and insert['eventVersion'] == '1.1' and insert['eventID']
    assert insert['dynamodb']['StreamViewType'] == 'NEW_AND_OLD_IMAGES'
    assert insert['dynamodb']['NewImage'] == {'k': {'S': 'a'}, 'x': {'S': '1'}} and 'OldImage' not in insert['dynamodb']
    assert modify['dynamodb']['OldImage']['x'] == {'S': '1'} and modify['dynamodb']['NewImage']['x'] == {'S': '2'}
    assert 'NewImage' not in remove['dynamodb'] and remove['dynamodb']['SizeBytes'] > 0
    assert isinstance(insert['dynamodb']['ApproximateCreationDateTime'], (int, float))


def test_filters(feed, table, batches):
    feed(FilterCriteria={'Filters': [
        {'Pattern': json.dumps({'eventName': ['INSERT'], 'dynamodb': {'NewImage': {'kind': {'S': ['wanted']}}}})},
        {'Pattern': json.dumps({'eventName': ['REMOVE'], 'dynamodb': {'Keys': {'k': {'S': [{'prefix': 'x'}]}}}})}]})
    table.put('a', kind='wanted')
    table.put('b', kind='other')
    table.put('x1', kind='other')
    table.delete('x1')
    table.delete('a')
    table.put('last', kind='wanted')
    assert eventually(lambda: [k for b in batches() for k in b] == ['a', 'x1', 'last']), batches()


def test_batch_size(feed, table, batches):
    keys = [f'k{i}' for i in range(10)]
    feed(first=keys, BatchSize=4)
    assert eventually(lambda: sum(map(len, batches())) == 10)
    assert batches() == [keys[:4], keys[4:8], keys[8:]]


def test_batching_window(feed, table, batches):
    feed(BatchSize=100, MaximumBatchingWindowInSeconds=2)
    table.put('a')
    assert not eventually(batches, seconds=0.8)
    table.put('b')
    assert eventually(batches) == [['a', 'b']]


FAIL_ON_POISON = 'if (keys.includes("poison")) throw new Error("poisoned");'


def test_retries_end(feed, table, batches):
    """MaximumRetryAttempts counts the retries; then the batch is passed over and the next one comes."""
    feed(FAIL_ON_POISON, first=['a', 'poison', 'b'], MaximumRetryAttempts=1)
    assert eventually(lambda: len(batches()) >= 2), batches()
    table.put('after')
    assert eventually(lambda: ['after'] in batches())
    assert batches() == [['a', 'poison', 'b'], ['a', 'poison', 'b'], ['after']]


def test_a_failing_batch_blocks_until_it_succeeds(functions, feed, table, batches):
    """Without a limit the batch comes again and again, and nothing overtakes it."""
    feed(FAIL_ON_POISON, first=['poison'])
    assert eventually(lambda: len(batches()) >= 2)
    table.put('after')
    assert all(batch == ['poison'] for batch in batches())
    functions.update_function_code(FunctionName='f', ZipFile=archive(app__js=LOGS_BATCH % ''))
    assert eventually(lambda: ['after'] in batches() or ['poison', 'after'] in batches(), seconds=30)
    flat = [k for b in batches() for k in b]
    assert flat[-1] == 'after' and set(flat[:-1]) == {'poison'}


def test_bisecting_finds_the_poison(feed, table, batches):
    keys = ['k0', 'k1', 'poison', 'k3']
    feed(FAIL_ON_POISON, first=keys, BisectBatchOnFunctionError=True, MaximumRetryAttempts=2)
    table_done = ['k0', 'k1', 'k3']

    def done():
        good = [k for b in batches() if 'poison' not in b for k in b]
        return good == table_done
    assert eventually(done, seconds=30), batches()
    table.put('after')
    assert eventually(lambda: ['after'] in batches()), batches()
    assert ['poison'] in batches()


def test_partial_failures(feed, table, batches):
    """ReportBatchItemFailures: from the first failed record on it all comes again, what came before does not."""
    feed('''const state = globalThis.state = globalThis.state || { failed: false };
      const bad = event.Records.find((r) => r.dynamodb.Keys.k.S === 'bad');
      if (bad && !state.failed) {
        state.failed = true;
        return { batchItemFailures: [{ itemIdentifier: bad.dynamodb.SequenceNumber }] };
      }
      return { batchItemFailures: [] };''', first=['a', 'b', 'bad', 'c'],
         FunctionResponseTypes=['ReportBatchItemFailures'])
    assert eventually(lambda: len(batches()) == 2), batches()
    assert batches() == [['a', 'b', 'bad', 'c'], ['bad', 'c']]


def test_nonsense_reports_fail_the_whole_batch(feed, table, batches):
    feed('return { batchItemFailures: [{ itemIdentifier: "" }] };', first=['a', 'b'], MaximumRetryAttempts=1,
         FunctionResponseTypes=['ReportBatchItemFailures'])
    assert eventually(lambda: len(batches()) == 2)
    table.put('c')
    assert eventually(lambda: ['c'] in batches())
    assert batches()[:2] == [['a', 'b'], ['a', 'b']]


def test_a_disabled_mapping_goes_on_where_it_was(functions, feed, table, batches):
    uuid = feed(first=['a'])['UUID']
    assert eventually(lambda: batches() == [['a']])
    functions.update_event_source_mapping(UUID=uuid, Enabled=False)
    assert not eventually(lambda: len(batches()) > 1, seconds=1.5)
    table.put('b')
    assert not eventually(lambda: len(batches()) > 1, seconds=1)
    functions.update_event_source_mapping(UUID=uuid, Enabled=True)
    assert eventually(lambda: batches() == [['a'], ['b']]), batches()


def test_records_grow_too_old(own):
    """MaximumRecordAgeInSeconds ends the retries of a batch that fails for ever."""
    dynamodb, logs = own.client('dynamodb'), own.client('logs')
    dynamodb.create_table(TableName='things', BillingMode='PAY_PER_REQUEST',
                          KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}],
                          AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}],
                          StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'KEYS_ONLY'})
    own.function('f', LOGS_BATCH % FAIL_ON_POISON)
    own.client('lambda').create_event_source_mapping(
        EventSourceArn=dynamodb.describe_table(TableName='things')['Table']['LatestStreamArn'], FunctionName='f',
        StartingPosition='TRIM_HORIZON', MaximumRecordAgeInSeconds=60)

    def seen():
        return [json.loads(m.split('BATCH ', 1)[1]) for m in messages(logs, 'f', 'BATCH')]
    dynamodb.put_item(TableName='things', Item={'k': {'S': 'poison'}})
    assert eventually(lambda: len(seen()) >= 2)
    own.advance(70)
    dynamodb.put_item(TableName='things', Item={'k': {'S': 'after'}})
    assert eventually(lambda: ['after'] in seen()), seen()
    assert set(map(tuple, seen())) == {('poison',), ('after',)}
