"""Secondary indexes: projections, what they cost, paging, parallel scans, order.

Source of the capacity figures: paritysuite/dynamodb-conformance (tests/tier1/putItem/indexConsumedCapacity.test.ts,
query/select.test.ts), measured on AWS in August 2026.
"""

import pytest

from dynamodb_support import INVALID, Raw, make_table, one

ALL = {'ProjectionType': 'ALL'}


@pytest.fixture
def raw(endpoint, account):
    return Raw(endpoint, account)


@pytest.fixture
def indexed(raw):
    return make_table(raw, sort='S', indexes=[
        ('global', 'gsi-inc', ('g',), {'ProjectionType': 'INCLUDE', 'NonKeyAttributes': ['proj']}),
        ('local', 'lsi', ('pk', 'l'), ALL),
        ('local', 'lsi-keys', ('pk', 'k'), {'ProjectionType': 'KEYS_ONLY'})])


def item(pk, **values):
    return {'pk': {'S': pk}, 'sk': {'S': '1'}} | {name: {'S': value} for name, value in values.items()}


def units(answer):
    """(total, table, global, local) of an answer with INDEXES; None for an index that cost nothing."""
    consumed = answer['ConsumedCapacity']
    one_of = lambda kind, name: consumed.get(kind, {}).get(name, {}).get('CapacityUnits')
    return (consumed['CapacityUnits'], consumed['Table']['CapacityUnits'],
            one_of('GlobalSecondaryIndexes', 'gsi-inc'), one_of('LocalSecondaryIndexes', 'lsi'))


def test_what_writes_cost(raw, indexed):
    put = lambda pk, **values: units(raw.ok('PutItem', {
        'TableName': indexed, 'Item': item(pk, **values), 'ReturnConsumedCapacity': 'INDEXES'}))
    assert put('a', g='g1', proj='p') == (2, 1, 1, None)
    assert put('b', other='o') == (1, 1, None, None)
    assert put('c', l='L1') == (2, 1, None, 1)
    assert put('d', g='g', l='L1', proj='p') == (3, 1, 1, 1)
    assert put('d', g='g', l='L1', proj='p') == (1, 1, None, None)

    def update(expression, value=None):
        put('e', g='ladder', l='L1', proj='p', extra='o')
        return units(raw.ok('UpdateItem', {
            'TableName': indexed, 'Key': item('e'), 'UpdateExpression': expression,
            'ReturnConsumedCapacity': 'INDEXES'} | (
            {'ExpressionAttributeValues': {':v': {'S': value}}} if value else {})))

    assert update('SET extra = :v', 'o2') == (2, 1, None, 1)
    assert update('SET proj = :v', 'p2') == (3, 1, 1, 1)
    assert update('SET g = :v', 'moved') == (4, 1, 2, 1)
    assert update('REMOVE g') == (3, 1, 1, 1)
    assert update('SET l = :v', 'L2') == (3, 1, None, 2)
    delete = lambda pk: units(raw.ok('DeleteItem', {
        'TableName': indexed, 'Key': item(pk), 'ReturnConsumedCapacity': 'INDEXES'}))
    assert delete('d') == (3, 1, 1, 1)
    assert delete('b') == (1, 1, None, None)
    batch = raw.ok('BatchWriteItem', {'ReturnConsumedCapacity': 'INDEXES', 'RequestItems': {indexed: [
        {'PutRequest': {'Item': item('f', g='g', proj='p')}}, {'PutRequest': {'Item': item('h', other='o')}}]}})
    assert units({'ConsumedCapacity': batch['ConsumedCapacity'][0]}) == (3, 2, 1, None)
    assert batch['UnprocessedItems'] == {}
    total = raw.ok('PutItem', {'TableName': indexed, 'Item': item('i', g='g'), 'ReturnConsumedCapacity': 'TOTAL'})
    assert total['ConsumedCapacity'] == {'TableName': indexed, 'CapacityUnits': 2.0}


def test_what_reads_cost(raw, indexed):
    big = 'x' * 5000
    for pk in 'a', 'b':
        raw.ok('PutItem', {'TableName': indexed, 'Item': item(pk, l='L', k='K', big=big)})
    def query(name, **parameters):
        return raw.ok('Query', {
            'TableName': indexed, 'KeyConditionExpression': 'pk = :p', 'ReturnConsumedCapacity': 'INDEXES',
            'ExpressionAttributeValues': {':p': {'S': 'a'}}} | ({'IndexName': name} if name else {}) | parameters)

    assert query(None)['ConsumedCapacity'] == {
        'TableName': indexed, 'CapacityUnits': 1.0, 'Table': {'CapacityUnits': 1.0}}
    assert query(None, ConsistentRead=True)['ConsumedCapacity']['CapacityUnits'] == 2.0
    assert query('lsi')['ConsumedCapacity'] == {
        'TableName': indexed, 'CapacityUnits': 1.0, 'Table': {'CapacityUnits': 0.0},
        'LocalSecondaryIndexes': {'lsi': {'CapacityUnits': 1.0}}}
    keys = query('lsi-keys')
    assert keys['Items'] == [item('a', k='K')]
    assert keys['ConsumedCapacity']['CapacityUnits'] == 0.5
    # What the index does not hold is fetched from the table, at its price.
    whole = query('lsi-keys', Select='ALL_ATTRIBUTES')
    assert whole['Items'] == [item('a', l='L', k='K', big=big)]
    assert whole['ConsumedCapacity'] == {
        'TableName': indexed, 'CapacityUnits': 1.5, 'Table': {'CapacityUnits': 1.0},
        'LocalSecondaryIndexes': {'lsi-keys': {'CapacityUnits': 0.5}}}
    assert query('lsi-keys', ProjectionExpression='big')['Items'] == [{'big': {'S': big}}]
    assert query('lsi-keys', Select='ALL_PROJECTED_ATTRIBUTES')['Items'] == [item('a', k='K')]
    # A filter saves nothing.
    filtered = query(None, FilterExpression='big = :p')
    assert (filtered['Count'], filtered['ScannedCount'], filtered['Items']) == (0, 1, [])
    assert filtered['ConsumedCapacity']['CapacityUnits'] == 1.0
    counted = query(None, Select='COUNT')
    assert counted['Count'] == 1 and 'Items' not in counted


def test_transactions_cost_twice(raw, indexed):
    put = {'Put': {'TableName': indexed, 'Item': item('a', g='g')}}
    answer = raw.ok('TransactWriteItems', {'TransactItems': [put], 'ReturnConsumedCapacity': 'INDEXES'})
    both = lambda n: {'CapacityUnits': n, 'WriteCapacityUnits': n}
    assert answer['ConsumedCapacity'] == [{'TableName': indexed, 'Table': both(2.0), **both(4.0),
                                           'GlobalSecondaryIndexes': {'gsi-inc': both(2.0)}}]


def test_selections(raw, indexed):
    def query(index, **parameters):
        return raw('Query', {
            'TableName': indexed, 'IndexName': index, 'ExpressionAttributeValues': {':v': {'S': 'v'}},
            'KeyConditionExpression': f"{'g' if index == 'gsi-inc' else 'pk'} = :v"} | parameters)

    plain = lambda **parameters: raw('Query', {
        'TableName': indexed, 'ExpressionAttributeValues': {':v': {'S': 'v'}},
        'KeyConditionExpression': 'pk = :v'} | parameters)
    assert query('gsi-inc', ConsistentRead=True).message == (
        'Consistent reads are not supported on global secondary indexes')
    assert query('gsi-inc', Select='ALL_ATTRIBUTES').message == (
        f'{INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index gsi-inc because its '
        'projection type is not ALL')
    assert query('gsi-inc', ProjectionExpression='secret').message == (
        f'{INVALID}Global secondary index gsi-inc does not project [secret]')
    assert query('none').message == 'The table does not have the specified index: none'
    assert plain(Select='ALL_PROJECTED_ATTRIBUTES').message == (
        f'{INVALID}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName')
    assert plain(Select='SPECIFIC_ATTRIBUTES').message == (
        'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES')
    # ExtendDB's tests/rust/src/wording_parity_validation.rs, verified against us-east-1 in 2026.
    assert plain(Select='COUNT', ProjectionExpression='a').message == one(
        'Cannot specify the ProjectionExpression when choosing to get only the Count')
    assert plain(Select='ALL_ATTRIBUTES', ProjectionExpression='a').message == one(
        'Cannot specify the ProjectionExpression when choosing to get ALL_ATTRIBUTES')
    assert plain(Select='SPECIFIC_ATTRIBUTES', ProjectionExpression='a').status == 200


def test_index_keys_of_the_wrong_type(raw, indexed):
    wrong = item('a') | {'g': {'N': '1'}}
    mismatch = f'{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: gsi-inc'
    assert raw.refusal('PutItem', {'TableName': indexed, 'Item': wrong}) == mismatch
    assert raw.refusal('UpdateItem', {'TableName': indexed, 'Key': item('a'), 'UpdateExpression': 'SET g = :v',
                                      'ExpressionAttributeValues': {':v': {'N': '1'}}}) == mismatch
    empty = ('One or more parameter values are not valid. A value specified for a secondary index key is not supported. '
             'The AttributeValue for a key attribute cannot contain an empty string value. IndexName: gsi-inc, '
             'IndexKey: g')
    assert raw.refusal('PutItem', {'TableName': indexed, 'Item': item('a', g='')}) == empty


def pages(raw, operation, request):
    """The items of every page, and the last keys."""
    found, keys = [], []
    while True:
        answer = raw.ok(operation, request)
        found.append(answer['Items'])
        if 'LastEvaluatedKey' not in answer:
            return found, keys
        keys.append(answer['LastEvaluatedKey'])
        request = request | {'ExclusiveStartKey': keys[-1]}
        assert len(keys) < 100


def test_paging_over_equal_index_keys(raw):
    make_table(raw, sort='N', indexes=[('global', 'gsi', ('g',), ALL), ('local', 'lsi', ('pk', 'l'), ALL)])
    for i in range(4):
        raw.ok('PutItem', {'TableName': 'tab', 'Item': {
            'pk': {'S': 'k'}, 'sk': {'N': str(i)}, 'g': {'S': 'same'}, 'l': {'S': 'same'}}})
    for request, names in [
        ({'IndexName': 'gsi', 'KeyConditionExpression': 'g = :v', 'ExpressionAttributeValues': {':v': {'S': 'same'}}},
         ['g', 'pk', 'sk']),
        ({'IndexName': 'lsi', 'KeyConditionExpression': 'pk = :p AND l = :v', 'ExpressionAttributeValues': {
            ':p': {'S': 'k'}, ':v': {'S': 'same'}}}, ['l', 'pk', 'sk']),
    ]:
        for forward in True, False:
            found, keys = pages(raw, 'Query', {'TableName': 'tab', 'Limit': 1, 'ScanIndexForward': forward} | request)
            numbers = [each['sk']['N'] for page in found for each in page]
            assert numbers == sorted(numbers, reverse=not forward) == (
                ['0', '1', '2', '3'] if forward else ['3', '2', '1', '0'])
            # The page of the last item ends at Limit, too: there may be more.
            assert [len(page) for page in found] == [1, 1, 1, 1, 0]
            assert all(sorted(key) == names for key in keys)


def test_order_of_keys(raw):
    numbers = ['-1e3', '-5', '-0.5', '0', '1e-10', '2', '10', '9e20']
    make_table(raw, 'numbers', sort='N')
    make_table(raw, 'bytes', sort='B')
    for number in reversed(numbers):
        raw.ok('PutItem', {'TableName': 'numbers', 'Item': {'pk': {'S': 'k'}, 'sk': {'N': number}}})
    blobs = ['AA==', 'AAA=', 'AQ==', 'fw==', 'gA==', '/w==', '/wA=']
    for blob in reversed(blobs):
        raw.ok('PutItem', {'TableName': 'bytes', 'Item': {'pk': {'S': 'k'}, 'sk': {'B': blob}}})
    query = lambda table, **parameters: [next(iter(each['sk'].values())) for each in raw.ok('Query', {
        'TableName': table, 'KeyConditionExpression': 'pk = :p',
        'ExpressionAttributeValues': {':p': {'S': 'k'}}} | parameters)['Items']]
    assert [float(n) for n in query('numbers')] == [float(n) for n in numbers]
    assert query('bytes') == blobs
    assert query('bytes', ScanIndexForward=False) == blobs[::-1]


def test_a_page_ends_at_a_megabyte(raw):
    make_table(raw, sort='S')
    # pk 2+1, sk 2+2, d 1: each item counts 100,008 bytes; the eleventh makes it a megabyte.
    for i in range(12):
        raw.ok('PutItem', {'TableName': 'tab', 'Item': {
            'pk': {'S': 'k'}, 'sk': {'S': f'{i:02}'}, 'd': {'S': 'x' * 100_000}}})
    query = {'TableName': 'tab', 'KeyConditionExpression': 'pk = :p', 'ExpressionAttributeValues': {':p': {'S': 'k'}}}
    found, _ = pages(raw, 'Query', query)
    assert [len(page) for page in found] == [11, 1]
    # The filter and the projection do not count.
    found, _ = pages(raw, 'Query', query | {'FilterExpression': 'sk2 = :p', 'ProjectionExpression': 'sk'})
    assert [len(page) for page in found] == [0, 0]
    found, _ = pages(raw, 'Scan', {'TableName': 'tab'})
    assert [len(page) for page in found] == [11, 1]


def test_parallel_scan(raw):
    make_table(raw, indexes=[('global', 'gsi', ('g',), ALL)])
    for start in range(0, 100, 25):
        raw.ok('BatchWriteItem', {'RequestItems': {'tab': [
            {'PutRequest': {'Item': {'pk': {'S': str(i)}, 'g': {'S': str(i)}}}} for i in range(start, start + 25)]}})
    for index in {}, {'IndexName': 'gsi'}:
        segments = []
        for segment in range(4):
            found, _ = pages(raw, 'Scan', {'TableName': 'tab', 'Segment': segment, 'TotalSegments': 4,
                                           'Limit': 7} | index)
            segments.append([each['pk']['S'] for page in found for each in page])
        assert sorted(sum(segments, []), key=int) == [str(i) for i in range(100)]
        assert all(len(segment) > 5 for segment in segments)
    key = raw.ok('Scan', {'TableName': 'tab', 'Segment': 0, 'TotalSegments': 4, 'Limit': 1})['LastEvaluatedKey']
    # dynalite's test/scan.js.
    assert raw.refusal('Scan', {'TableName': 'tab', 'Segment': 3, 'TotalSegments': 4, 'ExclusiveStartKey': key}) == (
        'The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct '
        'Segment. TotalSegments: 4 Segment: 3')


def test_starting_keys(raw, indexed):
    query = lambda key, **parameters: raw('Query', {
        'TableName': indexed, 'KeyConditionExpression': 'pk = :p', 'ExpressionAttributeValues': {':p': {'S': 'a'}},
        'ExclusiveStartKey': key} | parameters).message
    text = lambda **values: {name: {'S': value} for name, value in values.items()}
    assert query(text(pk='a')) == 'The provided starting key is invalid'
    assert query(text(pk='a', sk='1', x='y')) == 'The provided starting key is invalid'
    assert query(text(pk='b', sk='1')) == (
        'The provided starting key is outside query boundaries based on provided conditions')
    ranged = {'KeyConditionExpression': 'pk = :p AND sk > :p'}
    assert query(text(pk='a', sk='1'), **ranged) == (
        'The provided starting key does not match the range key predicate')
    assert query(text(pk='a', sk='1'), IndexName='lsi') == 'The provided starting key is invalid'
    assert query(text(pk='a', sk='1', l='x'), IndexName='lsi') is None
    assert raw.refusal('Scan', {'TableName': indexed, 'ExclusiveStartKey': text(pk='a')}) == (
        'The provided starting key is invalid: The provided key element does not match the schema')


def test_collections_are_measured(raw, indexed):
    answer = raw.ok('PutItem', {'TableName': indexed, 'Item': item('a', l='x'), 'ReturnItemCollectionMetrics': 'SIZE'})
    assert answer['ItemCollectionMetrics'] == {'ItemCollectionKey': {'pk': {'S': 'a'}}, 'SizeEstimateRangeGB': [0, 1]}
    make_table(raw, 'plain')
    assert raw.ok('PutItem', {'TableName': 'plain', 'Item': {'pk': {'S': 'a'}},
                              'ReturnItemCollectionMetrics': 'SIZE'}) == {}
