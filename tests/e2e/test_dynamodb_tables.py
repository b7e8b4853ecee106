"""Tables: what CreateTable and UpdateTable refuse, and what the descriptions of tables and indexes say.

Source of the words, where a test names no other: dynalite's tests, and in 2026 paritysuite/dynamodb-conformance
(tests/tier1/createTable, updateTable, tests/tier3/error-messages/createTable.test.ts), recorded from AWS; for capacity,
indexes and what an update may combine the lab "ack-api-quirks", services/dynamodb, recorded in October 2026.
"""

import time

import pytest

from dynamodb_support import INVALID, Raw, key_schema, make_table, one


@pytest.fixture
def raw(endpoint, account):
    return Raw(endpoint, account)


def attributes(*names):
    return [{'AttributeName': name, 'AttributeType': 'S'} for name in names]


def definition(**changes):
    return {'TableName': 'tab', 'BillingMode': 'PAY_PER_REQUEST', 'KeySchema': key_schema('pk'),
            'AttributeDefinitions': attributes('pk')} | changes


def index(name='gsi', *keys, **changes):
    return {'IndexName': name, 'KeySchema': key_schema(*(keys or ('g',))),
            'Projection': {'ProjectionType': 'ALL'}} | changes


UNITS = {'ReadCapacityUnits': 5, 'WriteCapacityUnits': 5}
NULL = "Value null at '%s' failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize('changes, message', [
    ({'KeySchema': None, 'AttributeDefinitions': None},
     f"2 validation errors detected: {NULL % 'attributeDefinitions'}; {NULL % 'keySchema'}"),
    ({'KeySchema': key_schema('pk', 'pk')}, 'Invalid KeySchema: Some index key attribute have no definition'),
    ({'KeySchema': key_schema('pk', 'pk'), 'AttributeDefinitions': attributes('pk', 'x')},
     'Both the Hash Key and the Range Key element in the KeySchema have the same name'),
    ({'KeySchema': [{'AttributeName': 'pk', 'KeyType': 'RANGE'}]},
     'Invalid KeySchema: The first KeySchemaElement is not a HASH key type'),
    ({'KeySchema': [{'AttributeName': name, 'KeyType': 'HASH'} for name in ('pk', 'x')],
      'AttributeDefinitions': attributes('pk', 'x')},
     'Invalid KeySchema: The second KeySchemaElement is not a RANGE key type'),
    ({'KeySchema': key_schema('x')},
     f'{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: '
     '[pk]'),
    ({'AttributeDefinitions': attributes('pk', 'x')},
     f'{INVALID}Number of attributes in KeySchema does not exactly match number of attributes defined in '
     'AttributeDefinitions'),
    ({'KeySchema': [{'AttributeName': 'pk', 'KeyType': 'INVALID'}]},
     one("Value 'INVALID' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value "
         'set: [HASH, RANGE]')),
    ({'AttributeDefinitions': [{'AttributeName': 'pk', 'AttributeType': 'INVALID'}]},
     one("Value 'INVALID' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must "
         'satisfy enum value set: [B, N, S]')),
    ({'KeySchema': key_schema('pk', 'sk') + [{'AttributeName': 'extra', 'KeyType': 'RANGE'}]},
     one("Value '[KeySchemaElement(attributeName=pk, keyType=HASH), KeySchemaElement(attributeName=sk, keyType=RANGE), "
         "KeySchemaElement(attributeName=extra, keyType=RANGE)]' at 'keySchema' failed to satisfy constraint: Member "
         'must have length less than or equal to 2')),
    ({'BillingMode': 'INVALID_MODE'},
     one("Value 'INVALID_MODE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: "
         '[PROVISIONED, PAY_PER_REQUEST]')),
    ({'BillingMode': 'PROVISIONED'},
     f'{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED'),
    ({'ProvisionedThroughput': UNITS},
     f'{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is '
     'PAY_PER_REQUEST'),
    ({'BillingMode': 'PROVISIONED', 'ProvisionedThroughput': {'ReadCapacityUnits': 1000000000001,
                                                             'WriteCapacityUnits': 1}},
     'Given value 1000000000001 for ReadCapacityUnits is out of bounds'),
    ({'LocalSecondaryIndexes': []}, f'{INVALID}List of LocalSecondaryIndexes is empty'),
    ({'GlobalSecondaryIndexes': []}, f'{INVALID}List of GlobalSecondaryIndexes is empty'),
    ({'LocalSecondaryIndexes': [index('lsi', 'pk', 'l')], 'AttributeDefinitions': attributes('pk', 'l')},
     f'{INVALID}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex'),
    ({'GlobalSecondaryIndexes': [index('same'), index('same', 'h')],
      'AttributeDefinitions': attributes('pk', 'g', 'h')},
     f'{INVALID}Duplicate index name: same'),
    ({'GlobalSecondaryIndexes': [index(Projection={'ProjectionType': 'INCLUDE'})],
      'AttributeDefinitions': attributes('pk', 'g')},
     f'{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified'),
    ({'GlobalSecondaryIndexes': [index(Projection={'ProjectionType': 'KEYS_ONLY', 'NonKeyAttributes': ['a']})],
      'AttributeDefinitions': attributes('pk', 'g')},
     f'{INVALID}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified'),
    ({'GlobalSecondaryIndexes': [index(Projection={})], 'AttributeDefinitions': attributes('pk', 'g')},
     f'{INVALID}Unknown ProjectionType: null'),
    ({'GlobalSecondaryIndexes': [index(ProvisionedThroughput=UNITS)], 'AttributeDefinitions': attributes('pk', 'g')},
     f'{INVALID}ProvisionedThroughput should not be specified for index: gsi when BillingMode is PAY_PER_REQUEST'),
    ({'GlobalSecondaryIndexes': [index()], 'AttributeDefinitions': attributes('pk', 'g'), 'BillingMode': 'PROVISIONED',
      'ProvisionedThroughput': UNITS}, f'{INVALID}ProvisionedThroughput is not specified for index: gsi'),
    ({'BillingMode': 'PROVISIONED', 'ProvisionedThroughput': UNITS, 'OnDemandThroughput': {'MaxWriteRequestUnits': 5}},
     f'{INVALID}MaxWriteRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is '
     'PROVISIONED.'),
    ({'OnDemandThroughput': {'MaxReadRequestUnits': -1}},
     f'{INVALID}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range'),
    ({'SSESpecification': {'Enabled': False, 'SSEType': 'KMS'}},
     f'{INVALID}SSEType can not be specified if Enabled is false'),
    ({'GlobalSecondaryIndexes': [index(f'gsi{i}') for i in range(21)], 'AttributeDefinitions': attributes('pk', 'g')},
     f'{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20'),
])
def test_create_table_refuses(raw, changes, message):
    request = {name: value for name, value in definition(**changes).items() if value is not None}
    assert raw.refusal('CreateTable', request) == message


def test_names_of_indexes(raw):
    short = ("Value '%s' at '%s.1.member.indexName' failed to satisfy constraint: Member must have length greater than "
             'or equal to 3')
    request = definition(KeySchema=key_schema('pk', 'sk'), AttributeDefinitions=attributes('pk', 'sk'),
                         LocalSecondaryIndexes=[index('aa', 'pk', 'l')], GlobalSecondaryIndexes=[index('zz')])
    # Global indexes come first.
    assert raw.refusal('CreateTable', request) == '2 validation errors detected: ' + '; '.join(
        [short % ('zz', 'globalSecondaryIndexes'), short % ('aa', 'localSecondaryIndexes')])


def test_views_of_streams(raw):
    create = lambda **stream: raw.refusal('CreateTable', definition(StreamSpecification=stream))
    assert create(StreamEnabled=False, StreamViewType='NEW_IMAGE') == (
        f'{INVALID}Table is being created with a stream disabled, UpdateViewType should not be specified')
    assert create(StreamEnabled=True) == (
        f'{INVALID}Table is being created with a stream enabled, UpdateViewType is required')


def describe(raw, name='tab'):
    return raw.ok('DescribeTable', {'TableName': name})['Table']


def wait(raw, name='tab'):
    deadline = time.monotonic() + 20
    while True:
        table = describe(raw, name)
        if table['TableStatus'] == 'ACTIVE':
            return table
        assert time.monotonic() < deadline, table


def test_description_on_demand(raw, account):
    created = raw.ok('CreateTable', definition(
        GlobalSecondaryIndexes=[index()], AttributeDefinitions=attributes('pk', 'g'),
        StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'KEYS_ONLY'}))['TableDescription']
    assert created['TableStatus'] == 'CREATING'
    # These come with the first description.
    assert 'WarmThroughput' not in created and created['BillingModeSummary'] == {'BillingMode': 'PAY_PER_REQUEST'}
    table = wait(raw)
    arn = f'arn:aws:dynamodb:us-east-1:{account}:table/tab'
    label = table['LatestStreamLabel']
    no_units = {'NumberOfDecreasesToday': 0, 'ReadCapacityUnits': 0, 'WriteCapacityUnits': 0}
    warm = {'ReadUnitsPerSecond': 12000, 'WriteUnitsPerSecond': 4000, 'Status': 'ACTIVE'}
    at = table['CreationDateTime']
    assert table == {
        'AttributeDefinitions': [{'AttributeName': name, 'AttributeType': 'S'} for name in ('g', 'pk')],
        'TableName': 'tab', 'KeySchema': key_schema('pk'), 'TableStatus': 'ACTIVE', 'CreationDateTime': at,
        'ProvisionedThroughput': no_units, 'TableSizeBytes': 0, 'ItemCount': 0, 'TableArn': arn,
        'TableId': created['TableId'],
        'BillingModeSummary': {'BillingMode': 'PAY_PER_REQUEST', 'LastUpdateToPayPerRequestDateTime': at},
        'GlobalSecondaryIndexes': [{
            'IndexName': 'gsi', 'KeySchema': key_schema('g'), 'Projection': {'ProjectionType': 'ALL'},
            'IndexStatus': 'ACTIVE', 'ProvisionedThroughput': no_units, 'IndexSizeBytes': 0, 'ItemCount': 0,
            'IndexArn': f'{arn}/index/gsi', 'WarmThroughput': warm}],
        'StreamSpecification': {'StreamEnabled': True, 'StreamViewType': 'KEYS_ONLY'},
        'LatestStreamLabel': label, 'LatestStreamArn': f'{arn}/stream/{label}',
        'DeletionProtectionEnabled': False, 'WarmThroughput': warm,
    }


def test_settings_come_back(raw, account):
    raw.ok('CreateTable', definition(
        DeletionProtectionEnabled=True, TableClass='STANDARD_INFREQUENT_ACCESS', SSESpecification={'Enabled': True},
        OnDemandThroughput={'MaxReadRequestUnits': 10, 'MaxWriteRequestUnits': 5}))
    table = wait(raw)
    assert table['DeletionProtectionEnabled'] is True
    assert table['TableClassSummary'] == {'TableClass': 'STANDARD_INFREQUENT_ACCESS'}
    assert table['OnDemandThroughput'] == {'MaxReadRequestUnits': 10, 'MaxWriteRequestUnits': 5}
    assert (table['SSEDescription']['Status'], table['SSEDescription']['SSEType']) == ('ENABLED', 'KMS')
    assert table['SSEDescription']['KMSMasterKeyArn'].startswith(f'arn:aws:kms:us-east-1:{account}:key/')
    assert 'protected against deletion' in raw.refusal('DeleteTable', {'TableName': 'tab'})
    raw.ok('UpdateTable', {'TableName': 'tab', 'DeletionProtectionEnabled': False})
    raw.ok('UpdateTable', {'TableName': 'tab', 'OnDemandThroughput': {'MaxReadRequestUnits': 20}})
    assert wait(raw)['OnDemandThroughput'] == {'MaxReadRequestUnits': 20, 'MaxWriteRequestUnits': 5}
    answer = raw.ok('UpdateTable', {'TableName': 'tab', 'OnDemandThroughput': {'MaxReadRequestUnits': -1}})
    assert answer['TableDescription']['TableStatus'] == 'ACTIVE'
    assert wait(raw)['OnDemandThroughput'] == {'MaxWriteRequestUnits': 5}
    assert raw.refusal('UpdateTable', {'TableName': 'tab', 'OnDemandThroughput': {'MaxWriteRequestUnits': 0}}) == (
        f'{INVALID}Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range')
    key = table['SSEDescription']['KMSMasterKeyArn']
    assert raw.refusal('UpdateTable', {'TableName': 'tab', 'SSESpecification': {
        'Enabled': True, 'SSEType': 'KMS', 'KMSMasterKeyId': key}}) == (
        f'{INVALID}Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to '
        'change Master Key')
    raw.ok('UpdateTable', {'TableName': 'tab', 'SSESpecification': {'Enabled': False}})
    assert 'SSEDescription' not in wait(raw)
    assert raw.refusal('UpdateTable', {'TableName': 'tab', 'SSESpecification': {'Enabled': False}}) == (
        f'{INVALID}Table is already encrypted by default')
    raw.ok('DeleteTable', {'TableName': 'tab'})


def test_warm_throughput(raw):
    url = ('https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html'
           '#on-demand-capacity-mode-initial')
    lower = f'{INVALID}Requested %s for WarmThroughput for %s is lower than %s'
    assert raw.refusal('CreateTable', definition(WarmThroughput={'ReadUnitsPerSecond': 1})) == (
        lower % ('ReadUnitsPerSecond', 'table', f'initial throughput for OnDemand. See: {url}'))
    assert raw.refusal('CreateTable', definition(
        BillingMode='PROVISIONED', ProvisionedThroughput=UNITS, WarmThroughput={'WriteUnitsPerSecond': 1})) == (
        lower % ('WriteUnitsPerSecond', 'table', 'WriteCapacityUnits of ProvisionedThroughput'))
    created = raw.ok('CreateTable', definition(
        WarmThroughput={'ReadUnitsPerSecond': 12001}, AttributeDefinitions=attributes('pk', 'g'),
        GlobalSecondaryIndexes=[index(WarmThroughput={'WriteUnitsPerSecond': 5000})]))['TableDescription']
    assert created['WarmThroughput'] == {'ReadUnitsPerSecond': 12001, 'WriteUnitsPerSecond': 4000, 'Status': 'UPDATING'}
    assert 'WarmThroughput' not in created['GlobalSecondaryIndexes'][0]
    table = wait(raw)
    assert table['WarmThroughput'] == created['WarmThroughput'] | {'Status': 'ACTIVE'}
    assert table['GlobalSecondaryIndexes'][0]['WarmThroughput'] == {
        'ReadUnitsPerSecond': 12000, 'WriteUnitsPerSecond': 5000, 'Status': 'ACTIVE'}
    kept = 'current WarmThroughput, decreasing WarmThroughput is not supported'
    assert raw.refusal('UpdateTable', {'TableName': 'tab', 'WarmThroughput': {'ReadUnitsPerSecond': 12000}}) == (
        lower % ('ReadUnitsPerSecond', 'table', kept))
    raw.ok('UpdateTable', {'TableName': 'tab', 'WarmThroughput': {'ReadUnitsPerSecond': 13000}})
    change = lambda **changes: raw('UpdateTable', {'TableName': 'tab', 'GlobalSecondaryIndexUpdates': [
        {'Update': {'IndexName': 'gsi'} | changes}]})
    assert change(WarmThroughput={'WriteUnitsPerSecond': 4999}).message == (
        lower % ('WriteUnitsPerSecond', 'index gsi', kept))
    assert change(WarmThroughput={}).message == (
        f'{INVALID}WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for '
        'index: gsi')
    assert change(WarmThroughput={'WriteUnitsPerSecond': 5001}).status == 200
    table = describe(raw)
    assert table['WarmThroughput']['ReadUnitsPerSecond'] == 13000
    assert table['GlobalSecondaryIndexes'][0]['WarmThroughput']['WriteUnitsPerSecond'] == 5001


# "ack-api-quirks", DDB-TABLE-015, 160, 174, 359, 382.
def test_what_an_update_may_combine(raw):
    make_table(raw)
    update = lambda **changes: raw.refusal('UpdateTable', {'TableName': 'tab'} | changes)
    nothing = ('At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, '
               'SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, '
               'MultiRegionConsistency, DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is '
               'required')
    assert update() == update(GlobalSecondaryIndexUpdates=[]) == nothing
    assert update(AttributeDefinitions=attributes('pk')) == nothing
    assert update(GlobalSecondaryIndexUpdates=[], DeletionProtectionEnabled=True) == (
        f'{INVALID}List of GlobalSecondaryIndexUpdates is empty')
    alone = f'{INVALID}%s modification must be the only operation in the request'
    protect, stream = {'DeletionProtectionEnabled': True}, {'StreamSpecification': {
        'StreamEnabled': True, 'StreamViewType': 'NEW_IMAGE'}}
    units, limit = {'ProvisionedThroughput': UNITS}, {'OnDemandThroughput': {'MaxReadRequestUnits': 5}}
    encrypt, warm = {'SSESpecification': {'Enabled': True}}, {'WarmThroughput': {'ReadUnitsPerSecond': 12001}}
    create = {'AttributeDefinitions': attributes('g'), 'GlobalSecondaryIndexUpdates': [{'Create': index()}]}
    assert update(**protect, **stream) == alone % 'DeletionProtection'
    assert update(**protect, **encrypt) == alone % 'Server-Side Encryption'
    assert update(**protect, TableClass='STANDARD') == alone % 'TableClass'
    assert update(**stream, **warm) == f'{INVALID}WarmThroughput must be the only operation in the request'
    assert update(**stream, **limit) == (
        f'{INVALID}OnDemandThroughput can only be combined with BillingMode in an UpdateTable request')
    assert update(**stream, **units) == f'{INVALID}You cannot modify stream status while updating table IOPS'
    assert update(**create, **units) == f'{INVALID}You cannot create or delete index while updating table IOPS'
    assert update(**create, **stream) == f'{INVALID}You cannot create or delete index while changing stream status'
    assert update(**create, **warm) == (
        f'{INVALID}Create global secondary index cannot be specified when updating WarmThroughput')
    raw.ok('UpdateTable', {'TableName': 'tab', 'BillingMode': 'PAY_PER_REQUEST'} | stream)
    assert wait(raw)['StreamSpecification']['StreamEnabled'] is True
    assert update(**stream) == 'Table already has an enabled stream: TableName: tab'
    assert update(StreamSpecification={'StreamEnabled': True}) == (
        f'{INVALID}If stream is being enabled then UpdateViewType is required')
    raw.ok('UpdateTable', {'TableName': 'tab', 'StreamSpecification': {'StreamEnabled': False}})
    assert update(StreamSpecification={'StreamEnabled': False}) == 'Table has no stream to disable: TableName: tab'


# "ack-api-quirks", DDB-TABLE-137, 152, 160, 162, 169, 375.
def test_updates_of_indexes_that_are_refused(raw):
    raw.ok('CreateTable', definition(
        KeySchema=key_schema('pk', 'sk'), AttributeDefinitions=attributes('pk', 'sk', 'l', 'g'),
        LocalSecondaryIndexes=[index('lsi', 'pk', 'l')],
        GlobalSecondaryIndexes=[index(f'gsi{i}') for i in range(20)]))
    wait(raw)
    update = lambda *updates, **changes: raw('UpdateTable', {
        'TableName': 'tab', 'GlobalSecondaryIndexUpdates': updates} | changes)
    delete = lambda name: {'Delete': {'IndexName': name}}
    assert update({}).message == (
        f'{INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, '
        'GlobalSecondaryIndexUpdate.Delete must not be null')
    assert update(delete('gsi1') | {'Update': {'IndexName': 'gsi1'}}).message == (
        f'{INVALID}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object')
    assert update(delete('gsi1'), delete('gsi1')).message == (
        f'{INVALID}Only one global secondary index update per index is allowed simultaneously. Index: gsi1')
    assert update(delete('lsi')).message == 'Cannot delete an index that is not a GlobalSecondaryIndex: lsi'
    assert update({'Update': {'IndexName': 'lsi', 'ProvisionedThroughput': UNITS}}).message == (
        'Cannot update an index that is not a GlobalSecondaryIndex: lsi')
    answer = update(delete('none'))
    assert (answer.code, answer.message) == (
        'ResourceNotFoundException', 'Requested resource not found: Index none for table tab')
    assert update({'Update': {'IndexName': 'gsi1', 'ProvisionedThroughput': UNITS}}).message == (
        f'{INVALID}The only Updates for index: gsi1 when TableThroughputMode is PAY_PER_REQUEST can be to '
        'OnDemandThroughput, WarmThroughput')
    assert update({'Create': index('more')}).message == (
        f'{INVALID}AttributeDefinitions is not specified for index: more')
    definitions = {'AttributeDefinitions': attributes('g')}
    assert update({'Create': index('lsi')}, **definitions).message == (
        'Attempting to create an index which already exists')
    assert update({'Create': index('more', ProvisionedThroughput=UNITS)}, **definitions).message == (
        f'{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: more when BillingMode '
        'is PAY_PER_REQUEST')
    answer = update({'Create': index('more')}, **definitions)
    assert (answer.code, answer.message) == (
        'LimitExceededException',
        'Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20')


def test_throughput(raw):
    raw.ok('CreateTable', definition(BillingMode='PROVISIONED', ProvisionedThroughput=UNITS))
    table = wait(raw)
    assert table['ProvisionedThroughput'] == {'NumberOfDecreasesToday': 0} | UNITS
    assert 'BillingModeSummary' not in table

    def update(read, write, **changes):
        return raw('UpdateTable', {'TableName': 'tab', 'ProvisionedThroughput': {
            'ReadCapacityUnits': read, 'WriteCapacityUnits': write}} | changes)

    same = ('The provisioned throughput for the table will not change. The requested value equals the current value. '
            'Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. Current '
            'WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon '
            'DynamoDB Developer Guide for current limits and how to request higher limits.')
    assert update(5, 5).message == same
    assert update(5, 5, BillingMode='PROVISIONED').message == same
    assert update(10, 10).status == 200
    throughput = wait(raw)['ProvisionedThroughput']
    assert throughput['NumberOfDecreasesToday'] == 0 and 'LastIncreaseDateTime' in throughput
    assert 'LastDecreaseDateTime' not in throughput
    assert update(1, 10).status == 200
    throughput = wait(raw)['ProvisionedThroughput']
    assert (throughput['NumberOfDecreasesToday'], throughput['ReadCapacityUnits']) == (1, 1)
    assert throughput['LastDecreaseDateTime'] >= throughput['LastIncreaseDateTime']
    assert update(5, 5, BillingMode='PAY_PER_REQUEST').message == (
        f'{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is '
        'PAY_PER_REQUEST')
    raw.ok('UpdateTable', {'TableName': 'tab', 'BillingMode': 'PAY_PER_REQUEST'})
    table = wait(raw)
    assert table['BillingModeSummary']['BillingMode'] == 'PAY_PER_REQUEST'
    assert table['ProvisionedThroughput']['ReadCapacityUnits'] == 0
    # Asking for what is there already is fine in this mode.
    raw.ok('UpdateTable', {'TableName': 'tab', 'BillingMode': 'PAY_PER_REQUEST'})
    wait(raw)
    assert update(5, 5).message == (
        f'{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is '
        'PAY_PER_REQUEST')
    assert update(5, 5, BillingMode='PROVISIONED').status == 200
    assert wait(raw)['BillingModeSummary']['BillingMode'] == 'PROVISIONED'
    # What it was given once it keeps.
    assert wait(raw)['WarmThroughput'] == {'ReadUnitsPerSecond': 12000, 'WriteUnitsPerSecond': 4000,
                                           'Status': 'ACTIVE'}
    assert update(1, 1, OnDemandThroughput={'MaxReadRequestUnits': 10}).message == (
        f'{INVALID}MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is '
        'PROVISIONED')


def test_throughput_of_indexes(raw):
    raw.ok('CreateTable', definition(GlobalSecondaryIndexes=[index()], AttributeDefinitions=attributes('pk', 'g')))
    wait(raw)
    provisioned = {'TableName': 'tab', 'BillingMode': 'PROVISIONED', 'ProvisionedThroughput': UNITS}
    assert raw.refusal('UpdateTable', provisioned) == (
        f'{INVALID}ProvisionedThroughput must be specified for index: gsi')
    update = {'GlobalSecondaryIndexUpdates': [{'Update': {'IndexName': 'gsi', 'ProvisionedThroughput': UNITS}}]}
    raw.ok('UpdateTable', provisioned | update)
    units = wait(raw)['GlobalSecondaryIndexes'][0]['ProvisionedThroughput']
    assert (units['ReadCapacityUnits'], units['WriteCapacityUnits']) == (5, 5)
    assert raw.refusal('UpdateTable', {'TableName': 'tab'} | update).startswith(
        'The provisioned throughput for the index gsi will not change.')


def test_an_index_comes_and_goes(raw):
    make_table(raw)
    for i in range(20):
        raw.ok('PutItem', {'TableName': 'tab', 'Item': {'pk': {'S': str(i)}, 'g': {'S': str(i % 2)}}})
    create = {'TableName': 'tab', 'AttributeDefinitions': attributes('g'),
              'GlobalSecondaryIndexUpdates': [{'Create': index()}]}
    answer = raw.ok('UpdateTable', create)['TableDescription']
    assert (answer['TableStatus'], answer['GlobalSecondaryIndexes'][0]['IndexStatus']) == ('UPDATING', 'CREATING')
    table = wait(raw)
    assert table['GlobalSecondaryIndexes'][0]['IndexStatus'] == 'ACTIVE'
    assert table['GlobalSecondaryIndexes'][0]['ItemCount'] == 20
    assert 'Backfilling' not in table['GlobalSecondaryIndexes'][0]
    found = raw.ok('Query', {'TableName': 'tab', 'IndexName': 'gsi', 'KeyConditionExpression': 'g = :g',
                             'ExpressionAttributeValues': {':g': {'S': '1'}}})
    assert found['Count'] == 10
    assert raw.refusal('UpdateTable', create).startswith('Attempting to create an index which already exists')
    two = [{'Create': index('one')}, {'Create': index('two')}]
    answer = raw('UpdateTable', create | {'GlobalSecondaryIndexUpdates': two})
    assert (answer.code, answer.message) == (
        'LimitExceededException', 'Subscriber limit exceeded: Only 1 online index can be created or deleted '
        'simultaneously per table')
    delete = {'TableName': 'tab', 'GlobalSecondaryIndexUpdates': [{'Delete': {'IndexName': 'gsi'}}]}
    answer = raw.ok('UpdateTable', delete)['TableDescription']
    assert answer['GlobalSecondaryIndexes'][0]['IndexStatus'] == 'DELETING'
    table = wait(raw)
    assert 'GlobalSecondaryIndexes' not in table
    assert [each['AttributeName'] for each in table['AttributeDefinitions']] == ['pk']
    assert raw('UpdateTable', delete).code == 'ResourceNotFoundException'
    assert raw('UpdateTable', {'TableName': 'tab', 'GlobalSecondaryIndexUpdates': [
        {'Create': index('bad', 'unknown')}]}).code == 'ValidationException'


# ExtendDB, update_table_attribute_definitions: recorded from us-east-1.
def test_a_key_keeps_its_type_whatever_an_update_says(raw):
    make_table(raw)
    again = [{'AttributeName': 'pk', 'AttributeType': 'N'}]
    raw.ok('UpdateTable', {'TableName': 'tab', 'AttributeDefinitions': again + attributes('g'),
                           'GlobalSecondaryIndexUpdates': [{'Create': index()}]})
    types = {each['AttributeName']: each['AttributeType'] for each in wait(raw)['AttributeDefinitions']}
    assert types == {'pk': 'S', 'g': 'S'}


def test_tables_that_are_not_there(raw):
    for operation in 'DescribeTable', 'DeleteTable', 'DescribeTimeToLive':
        answer = raw(operation, {'TableName': 'absent'})
        assert (answer.code, answer.message) == (
            'ResourceNotFoundException', 'Requested resource not found: Table: absent not found')
    for operation, body in [('PutItem', {'Item': {'pk': {'S': 'k'}}}), ('GetItem', {'Key': {'pk': {'S': 'k'}}}),
                            ('Scan', {})]:
        answer = raw(operation, {'TableName': 'absent'} | body)
        assert (answer.code, answer.message) == ('ResourceNotFoundException', 'Requested resource not found')
    make_table(raw)
    answer = raw('CreateTable', definition())
    assert (answer.code, answer.message) == ('ResourceInUseException', 'Table already exists: tab')


def test_tags(raw, account):
    assert raw.refusal('TagResource', {'ResourceArn': 'not-an-arn', 'Tags': [{'Key': 'a', 'Value': 'b'}]}) == (
        f"{INVALID}ARNs must start with 'arn:': not-an-arn")
    other = raw('ListTagsOfResource', {'ResourceArn': 'arn:aws:dynamodb:us-east-1:000000000000:table/absent'})
    assert other.code == 'AccessDeniedException'
    own = raw('ListTagsOfResource', {'ResourceArn': f'arn:aws:dynamodb:us-east-1:{account}:table/absent'})
    assert own.code == 'ResourceNotFoundException'
    # The rest: "ack-api-quirks", DDB-TABLE-107, 110.
    make_table(raw)
    arn = f'arn:aws:dynamodb:us-east-1:{account}:table/tab'
    assert raw.refusal('ListTagsOfResource', {'ResourceArn': f'{arn}/index/gsi'}) == (
        f'{INVALID}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: '
        f'{arn}/index/gsi')
    foreign = arn.replace('us-east-1', 'eu-west-1')
    assert raw.refusal('ListTagsOfResource', {'ResourceArn': foreign}) == (
        f'Invalid TableArn: Invalid ResourceArn provided as input {foreign}')

    def refusals(*tags):
        tags = [{'Key': key, 'Value': value} for key, value in tags]
        message = raw.refusal('TagResource', {'ResourceArn': arn, 'Tags': tags})
        if tags:
            assert raw.refusal('CreateTable', definition(TableName='other', Tags=tags)) == message
        return message

    assert refusals() == 'Atleast one Tag needs to be provided as Input.'
    assert refusals(('', 'v')) == 'The Tag Key provided is invalid, Key: '
    assert refusals(('k' * 129, 'v')) == f"The Tag Key provided is invalid, Key: {'k' * 129}"
    assert refusals(('k', 'v' * 257)) == f"The Tag Value provided is invalid, Value: {'v' * 257}"
    assert refusals(('good', 'v'), ('aws:zzz', 'v')) == 'Tag Key cannot be prefixed with aws:, Key: aws:zzz'
    assert refusals(('dup', 'a'), ('dup', 'b')) == (
        'Duplicate Tag Keys provided as input: Duplicate Tag Key found dup')
    many = 'Number of Tags exceed the current limit for the provided ResourceArn'
    assert refusals(*((f'k{i}', '') for i in range(51))) == many
    raw.ok('TagResource', {'ResourceArn': arn, 'Tags': [{'Key': f'k{i}', 'Value': ''} for i in range(50)]})
    assert raw.refusal('TagResource', {'ResourceArn': arn, 'Tags': [{'Key': 'one', 'Value': 'more'}]}) == many
    assert raw.refusal('UntagResource', {'ResourceArn': arn, 'TagKeys': [f'k{i}' for i in range(51)]}) == many
    assert raw.refusal('UntagResource', {'ResourceArn': arn, 'TagKeys': []}) == (
        'Atleast one Tag Key needs to be provided as Input.')
    assert len(raw.ok('ListTagsOfResource', {'ResourceArn': arn})['Tags']) == 50


# "ack-api-quirks", services/dynamodb/service.md, identity.
def test_arns_as_names(raw, account):
    make_table(raw)
    arn = f'arn:aws:dynamodb:us-east-1:{account}:table/tab'
    assert raw.ok('DescribeTable', {'TableName': arn})['Table']['TableName'] == 'tab'
    foreign = arn.replace('us-east-1', 'eu-west-1')
    assert raw.refusal('DescribeTable', {'TableName': foreign}) == one(f"Invalid AWS region in '{foreign}'")
    other = arn.replace(account, '000000000000')
    assert raw('DescribeTable', {'TableName': other}).code == 'AccessDeniedException'


def test_lists_of_tables(raw):
    for name in 'aaa', 'bbb', 'ccc':
        make_table(raw, name)
    assert raw.ok('ListTables', {'Limit': 2}) == {'TableNames': ['aaa', 'bbb'], 'LastEvaluatedTableName': 'bbb'}
    assert raw.ok('ListTables', {'ExclusiveStartTableName': 'bbb'}) == {'TableNames': ['ccc']}
    assert raw.refusal('ListTables', {'Limit': 101}) == one(
        "Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100")
