"""Requests that DynamoDB refuses before it looks at a table: their words, and which of several is reported.

Source, where a test names no other: answers of AWS recorded in September and October 2026 in
paritysuite/dynamodb-conformance (captures/cross-region-latest.json, tests/tier3/error-messages and
tests/tier3/validation-ordering). Where regions differ, the answer of eu-west-2, which changes first.
"""

import pytest

from dynamodb_support import INVALID, Raw, error_of, key_schema, make_table, one

KEY = {'pk': {'S': 'k'}}
ENUM_CAPACITY = ("Value 'BOGUS' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum "
                 'value set: [INDEXES, TOTAL, NONE]')
ENUM_METRICS = ("Value 'BOGUS' at 'returnItemCollectionMetrics' failed to satisfy constraint: Member must satisfy "
                'enum value set: [SIZE, NONE]')
# The spelling of UPDATE_NEW is AWS's.
ENUM_VALUES = ('Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, '
               'UPDATE_NEW, NONE]')
ENUM_OPERATOR = 'Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]'
NO_NAME = "Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
MIXED = ('Can not use both expression and non-expression parameters in the same request: Non-expression parameters: '
         '{%s} Expression parameters: {%s}')


@pytest.fixture
def raw(endpoint, account):
    return Raw(endpoint, account)


@pytest.fixture
def table(raw):
    return make_table(raw)


# dynalite's tests, recorded from AWS: what its JSON reader says of values of the wrong type.
@pytest.mark.parametrize('operation, body, message', [
    ('PutItem', '{"TableName": 23}', 'NUMBER_VALUE cannot be converted to String'),
    ('PutItem', '{"TableName": 2.5}', 'DECIMAL_VALUE cannot be converted to String'),
    ('PutItem', '{"TableName": true}', 'TRUE_VALUE cannot be converted to String'),
    ('PutItem', '{"TableName": []}', 'Unrecognized collection type class java.lang.String'),
    ('PutItem', '{"TableName": {}}', 'Start of structure or map found where not expected'),
    ('PutItem', '{"Item": "x"}', 'Unexpected field type'),
    ('PutItem', '{"Item": []}', 'Unrecognized collection type java.util.Map<java.lang.String, '
                                'com.amazonaws.dynamodb.v20120810.AttributeValue>'),
    ('PutItem', '{"Item": {"a": "x"}}', 'Unexpected value type in payload'),
    ('PutItem', '{"Item": {"a": []}}', 'Unrecognized collection type class '
                                       'com.amazonaws.dynamodb.v20120810.AttributeValue'),
    ('PutItem', '{"Item": {"a": {"S": 1}}}', 'NUMBER_VALUE cannot be converted to String'),
    ('PutItem', '{"Item": {"a": {"B": true}}}', 'only base-64-encoded strings are convertible to bytes'),
    ('PutItem', '{"Item": {"a": {"B": "abc"}}}',
     'Base64 encoded length is expected a multiple of 4 bytes but found: 3'),
    ('PutItem', '{"Item": {"a": {"BOOL": 1}}}', 'NUMBER_VALUE cannot be converted to Boolean'),
    ('PutItem', '{"Item": {"a": {"SS": "x"}}}', 'Unexpected field type'),
    ('Query', '{"Limit": "1"}', 'STRING_VALUE cannot be converted to Integer'),
    ('Query', '{"ScanIndexForward": "maybe"}', 'Unexpected token received from parser'),
    ('Query', '{"AttributesToGet": "a"}', 'Unexpected field type'),
    ('BatchGetItem', '{"RequestItems": {"abc": []}}',
     'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.KeysAndAttributes'),
])
def test_json_of_the_wrong_type(raw, operation, body, message):
    answer = raw(operation, body)
    assert (answer.status, answer.code, answer.message) == (400, 'SerializationException', message)


def test_names_of_tables(raw):
    put = {'Item': KEY}
    at = "at 'tableName' failed to satisfy constraint: Member must"
    cases = [
        ('PutItem', put, one(f'Value null {at} not be null')),
        ('PutItem', put | {'TableName': ''}, one(NO_NAME)),
        ('PutItem', put | {'TableName': 'a' * 256},
         one(f"Value '{'a' * 256}' {at} have length less than or equal to 255")),
        ('PutItem', put | {'TableName': 'bad table!@#'},
         one(f"Value 'bad table!@#' {at} satisfy regular expression pattern: [a-zA-Z0-9_.-]+")),
        ('CreateTable', {'TableName': 'ab', 'KeySchema': key_schema('pk'), 'AttributeDefinitions': []},
         one(f"Value 'ab' {at} have length greater than or equal to 3")),
        ('CreateTable', {}, "The parameter 'TableName' is required but was not present in the request"),
        ('DeleteTable', {}, "The parameter 'TableName' is required but was not present in the request"),
    ]
    for operation, body, message in cases:
        assert raw.refusal(operation, body) == message, operation


def test_enums_of_single_item_writes(raw):
    bogus = {'ReturnConsumedCapacity': 'BOGUS', 'ReturnValues': 'BOGUS'}
    metrics = {'ReturnItemCollectionMetrics': 'BOGUS'}
    named = {'TableName': 'absent'}
    assert raw.refusal('PutItem', named | {'Item': KEY} | bogus | metrics) == (
        f'3 validation errors detected: {ENUM_CAPACITY}; {ENUM_VALUES}; {ENUM_METRICS}')
    assert raw.refusal('DeleteItem', named | {'Key': KEY} | bogus) == (
        f'2 validation errors detected: {ENUM_CAPACITY}; {ENUM_VALUES}')
    # UpdateItem stops there; all stop at an empty table name.
    assert raw.refusal('UpdateItem', named | {'Key': KEY} | bogus) == one(ENUM_VALUES)
    for operation, body in [('PutItem', {'Item': KEY}), ('DeleteItem', {'Key': {}}), ('UpdateItem', {'Key': {}})]:
        assert raw.refusal(operation, {'TableName': ''} | body | bogus) == one(NO_NAME)


def test_a_request_that_lacks_its_key_is_checked_in_the_older_way(raw):
    update = {'UpdateExpression': 'REMOVE a'}
    empty_name = ("Value '' at 'tableName' failed to satisfy constraint: Member must have length greater than or "
                  'equal to 1')
    no_key = "Value null at 'key' failed to satisfy constraint: Member must not be null"
    values = ("Value 'BOGUS' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: "
              '[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]')
    assert raw.refusal('UpdateItem', {'TableName': ''} | update) == (
        f'2 validation errors detected: {empty_name}; {no_key}')
    assert raw.refusal('UpdateItem', {
        'TableName': '', 'ReturnConsumedCapacity': 'BOGUS', 'ReturnValues': 'BOGUS'} | update) == (
        f'4 validation errors detected: {ENUM_CAPACITY}; {empty_name}; {values}; {no_key}')
    assert raw.refusal('UpdateItem', {
        'TableName': 'absent', 'ConditionalOperator': 'XOR', 'Expected': {'a': {'Exists': False}}}) == (
        "2 validation errors detected: Value 'XOR' at 'conditionalOperator' failed to satisfy constraint: Member must "
        f'satisfy enum value set: [OR, AND]; {no_key}')


def test_reads(raw):
    query = {'TableName': 'absent', 'KeyConditionExpression': 'pk = :p',
             'ExpressionAttributeValues': {':p': {'S': 'k'}}}
    assert raw.refusal('Query', query | {'Limit': 0}) == one(
        "Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
    assert raw.refusal('Scan', {'TableName': 'absent', 'Limit': 0}) == one(
        "Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
    assert raw.refusal('Query', query | {'Select': 'x'}) == one(
        "Value 'x' at 'select' failed to satisfy constraint: Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, "
        'COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]')
    null = {'ComparisonOperator': 'NULL'}
    assert raw.refusal('Query', {
        'TableName': 'absent', 'KeyConditions': {}, 'QueryFilter': {'b': null, 'c': null},
        'ConditionalOperator': 'XOR', 'Select': 'BOGUS'}) == ENUM_OPERATOR
    assert 'greater than or equal to 0' in raw.refusal('Scan', {
        'TableName': 'absent', 'Segment': -1, 'TotalSegments': 4})


def test_segments(raw):
    scan = lambda **parameters: raw.refusal('Scan', {'TableName': 'absent'} | parameters)
    assert scan(Segment=0) == ('The TotalSegments parameter is required but was not present in the request when '
                               'Segment parameter is present')
    assert scan(TotalSegments=4) == ('The Segment parameter is required but was not present in the request when '
                                     'parameter TotalSegments is present')
    assert scan(Segment=5, TotalSegments=5) == (
        'The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less '
        'than TotalSegments: 5')


def test_batches(raw, table):
    keys = [{'pk': {'S': str(i)}} for i in range(101)]
    puts = [{'PutRequest': {'Item': key}} for key in keys[:26]]
    no_items = one("Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or "
                   'equal to 1')
    at_keys = "Value at 'RequestItems.tab.member.Keys' failed to satisfy constraint: Member must have length"
    assert raw.refusal('BatchGetItem', {'RequestItems': {}}) == no_items
    assert raw.refusal('BatchWriteItem', {'RequestItems': {}}) == no_items
    get = lambda keys: raw.refusal('BatchGetItem', {'RequestItems': {table: {'Keys': keys}}})
    assert get(keys) == one(f'{at_keys} less than or equal to 100')
    assert get([]) == one(f'{at_keys} greater than or equal to 1')
    assert get([KEY, KEY]) == 'Provided list of item keys contains duplicates'
    write = lambda requests: raw.refusal('BatchWriteItem', {'RequestItems': {table: requests}})
    assert write(puts) == one("Value at 'RequestItems.tab.member' failed to satisfy constraint: Member must have "
                              'length less than or equal to 25')
    assert write([]) == one("Value '{tab=[]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy "
                            'constraint: [Member must have length less than or equal to 25, Member must have length '
                            'greater than or equal to 1]')
    assert write([{'PutRequest': {'Item': KEY}}, {'DeleteRequest': {'Key': KEY}}]) == (
        'Provided list of item keys contains duplicates')
    for wrong in ({'N': '5'}, {'L': [{'S': 'x'}]}):
        assert write([{'PutRequest': {'Item': {'pk': wrong}}}]) == (
            'The provided key element does not match the schema')
    assert write([{'PutRequest': {'Item': {'other': {'S': 'x'}}}}]) == (
        'The provided key element does not match the schema')


def test_malformed_tables_of_batches(raw):
    keys = ('Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must have '
            'length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]')
    get = {'RequestItems': {'bad!name': {'Keys': [{'pk': {'S': 'a'}}]}}}
    echo = """Value '{"bad!name":{"Keys":[{"pk":{"S":"a"}}]}}' at 'requestItems' failed to satisfy constraint: """ + keys
    assert raw.refusal('BatchGetItem', get) == one(echo)
    assert raw.refusal('BatchGetItem', get | {'ReturnConsumedCapacity': 'BOGUS'}) == (
        f'2 validation errors detected: {echo}; {ENUM_CAPACITY}')
    write = {'RequestItems': {'bad!name': [{'PutRequest': {'Item': {'pk': {'S': 'x'}}}}]}}
    message = raw.refusal('BatchWriteItem', write)
    assert message.startswith(one("Value '{bad!name=[WriteRequest(putRequest=PutRequest(item={pk=AttributeValue(s=x"))
    assert message.endswith(f"at 'requestItems' failed to satisfy constraint: {keys}")
    assert raw.refusal('BatchWriteItem', write | {'ReturnConsumedCapacity': 'BOGUS'}) == one(ENUM_CAPACITY)


def test_transactions(raw):
    put = {'Put': {'TableName': 'absent', 'Item': KEY}}
    write = lambda items, **parameters: raw.refusal('TransactWriteItems', {'TransactItems': items} | parameters)
    at_items = "Value at 'TransactItems' failed to satisfy constraint: Member must have length"
    assert write([]) == one(f'{at_items} greater than or equal to 1')
    assert write([put] * 101) == one(f'{at_items} less than or equal to 100')
    assert write([put], ReturnConsumedCapacity='BOGUS', ReturnItemCollectionMetrics='BOGUS') == (
        f'2 validation errors detected: {ENUM_CAPACITY}; {ENUM_METRICS}')
    assert write([put], ReturnConsumedCapacity='BOGUS', ClientRequestToken='x' * 37) == one(
        "Value at 'ClientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36")
    unused = {'ConditionCheck': {'TableName': 'absent', 'Key': KEY, 'ConditionExpression': 'attribute_exists(pk)',
                                 'ExpressionAttributeValues': {':v': {'S': 'x'}}}}
    assert write([put, unused]) == (
        'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}')
    syntax = {'ConditionCheck': {'TableName': 'absent', 'Key': KEY,
                                 'ConditionExpression': 'attribute_not_exists('}}
    assert write([put, syntax]) == (
        'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("')
    get = {'Get': {'TableName': 'absent', 'Key': KEY}}
    assert raw.refusal('TransactGetItems', {'TransactItems': [get], 'ReturnConsumedCapacity': 'BOGUS'}) == one(
        ENUM_CAPACITY)


def test_expressions_are_reported_in_the_envelope(raw, table):
    put = lambda **parameters: raw.refusal('PutItem', {'TableName': table, 'Item': KEY} | parameters)
    delete = lambda **parameters: raw.refusal('DeleteItem', {'TableName': table, 'Key': KEY} | parameters)
    update = lambda **parameters: raw.refusal('UpdateItem', {'TableName': table, 'Key': KEY} | parameters)
    value = {':v': {'S': 'x'}}
    for write in (put, delete):
        assert write(ExpressionAttributeValues=value) == one(
            'ExpressionAttributeValues can only be specified when using expressions')
        assert write(ExpressionAttributeNames={'#a': 'a'}) == one(
            'ExpressionAttributeNames can only be specified when using expressions')
        assert write(ConditionExpression='') == one('Invalid ConditionExpression: The expression can not be empty;')
        assert write(ConditionExpression='attribute_exists(a)', ExpressionAttributeValues={}) == one(
            'ExpressionAttributeValues must not be empty')
        assert write(ConditionExpression='attribute_exists(a)', ExpressionAttributeNames={}) == one(
            'ExpressionAttributeNames must not be empty')
        assert write(ReturnValues='ALL_NEW') == one('ReturnValues can only be ALL_OLD or NONE')
        assert write(Expected={'pk': {'Exists': False}}, ConditionExpression='attribute_exists(pk)') == one(
            MIXED % ('Expected', 'ConditionExpression'))
    assert put(ConditionExpression='((attribute_not_exists(pk)))') == one(
        'Invalid ConditionExpression: The expression has redundant parentheses;')
    assert put(ConditionExpression='contains(#a, #a)', ExpressionAttributeNames={'#a': 'data'}) == one(
        'Invalid ConditionExpression: The first operand must be distinct from the remaining operands for this '
        'operator or function; operator: contains, first operand: [data]')
    assert update(UpdateExpression='INVALID SYNTAX HERE') == one(
        'Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"')
    assert update(UpdateExpression='SET a = :v', ExpressionAttributeValues=value,
                  ExpressionAttributeNames={'#u': 'u'}) == one(
        'Value provided in ExpressionAttributeNames unused in expressions: keys: {#u}')
    assert update(UpdateExpression='SET a = :v') == one(
        'Invalid UpdateExpression: An expression attribute value used in expression is not defined; attribute value: '
        ':v')
    assert update(UpdateExpression='SET b = :v', ConditionExpression='a = :w', ExpressionAttributeValues=value) == one(
        'Invalid ConditionExpression: An expression attribute value used in expression is not defined; attribute '
        'value: :w')
    assert update(UpdateExpression='SET a = :v', ExpressionAttributeValues=value,
                  AttributeUpdates={'a': {'Value': {'S': 'x'}}}) == one(
        MIXED % ('AttributeUpdates', 'UpdateExpression'))
    assert update(UpdateExpression='SET pk = :v', ExpressionAttributeValues=value) == (
        f'{INVALID}Cannot update attribute pk. This attribute is part of the key')


def test_sizes_of_expressions(raw, table):
    names = ['a' * 60 + f'x{i}' for i in range(65)]
    update = 'SET ' + ', '.join(f'{name} = :v' for name in names)
    assert len(update) > 4096
    message = raw.refusal('UpdateItem', {'TableName': table, 'Key': KEY, 'UpdateExpression': update,
                                         'ExpressionAttributeValues': {':v': {'S': 'x'}}})
    assert 'Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;' in message
    # Deep requests, same source: the transaction says no number for an update, and one for a condition.
    assert raw.refusal('TransactWriteItems', {'TransactItems': [{'Update': {
        'TableName': 'absent', 'Key': KEY, 'UpdateExpression': update,
        'ExpressionAttributeValues': {':v': {'S': 'x'}}}}]}) == (
        'Invalid UpdateExpression: Expression size has exceeded the maximum allowed size;')
    condition = 'a = :v' + ' AND a = :v' * 373
    assert raw.refusal('TransactWriteItems', {'TransactItems': [{'Delete': {
        'TableName': 'absent', 'Key': KEY, 'ConditionExpression': condition,
        'ExpressionAttributeValues': {':v': {'S': 'x'}}}}]}) == (
        'Invalid ConditionExpression: Expression size has exceeded the maximum allowed size; expression size: 4109')


def test_key_conditions_report_the_first_fault_written(raw):
    make_table(raw, 'strings', sort='S')
    make_table(raw, 'numbers', sort='N')

    def query(condition, table='strings', **values):
        return raw('Query', {'TableName': table, 'KeyConditionExpression': condition,
                             'ExpressionAttributeValues': {f':{name}': value for name, value in values.items()}})

    operand = ('Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: '
               '%s, operand type: %s')
    undefined = ('Invalid KeyConditionExpression: An expression attribute value used in expression is not defined; '
                 'attribute value: :missing')
    schema = f'{INVALID}Condition parameter type does not match schema type'
    p, n, flag, text = {'S': 'q'}, {'N': '1'}, {'BOOL': True}, {'S': 'a'}
    begins = operand % ('begins_with', 'N')
    cases = [
        (query('pk = :missing AND begins_with(sk, :n)', n=n), undefined),
        (query('begins_with(sk, :n) AND pk = :missing', n=n), begins),
        (query('pk = :p AND begins_with(sk, :n) AND sk = :missing', p=p, n=n), begins),
        (query('pk = :p AND begins_with(sk, :n) AND sk > :s', p=p, n=n, s=text), begins),
        (query('pk = :p AND begins_with(sk, :n)', 'absent', p=p, n=n), begins),
        (query('pk = :p AND begins_with(sk, :n)', 'numbers', p=p, n=n), begins),
        (query('pk = :p AND begins_with(sk, :s)', 'numbers', p=p, s=text), schema),
        (query('pk = :p AND sk < :b', 'numbers', p=p, b=flag), operand % ('<', 'BOOL')),
        (query('pk = :p AND :b >= sk', 'numbers', p=p, b=flag), operand % ('>=', 'BOOL')),
        (query('pk = :p AND sk BETWEEN :b AND :b', 'numbers', p=p, b=flag), operand % ('BETWEEN', 'BOOL')),
        (query('pk = :p AND sk = :b', 'numbers', p=p, b=flag), schema),
        (query('pk = :p AND sk > :n AND sk < :m', 'numbers', p=p, n=n, m={'N': '5'}),
         'Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key'),
        (query('pk = :p AND sk > :n AND extra = :m', 'numbers', p=p, n=n, m={'N': '5'}),
         'The number of query conditions (3) exceeds the number of key attributes defined in the schema (2)'),
        (query('sk = :p', p=p), 'Query condition missed key schema element: pk'),
        (query('attr1 = :p', p=p), 'Query condition missed key schema element: pk'),
    ]
    for answer, message in cases:
        assert (answer.code, answer.message) == ('ValidationException', message)
    assert query('pk = :p AND begins_with(sk, :s)', 'absent', p=p, s=text).code == 'ResourceNotFoundException'


def test_projections(raw, table):
    overlap = ('Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one '
               'of these paths; path one: [a], path two: %s')
    get = lambda expression, **parameters: raw.refusal('GetItem', {
        'TableName': table, 'Key': KEY, 'ProjectionExpression': expression} | parameters)
    assert get('a, a') == overlap % '[a]'
    assert get('#a, #b', ExpressionAttributeNames={'#a': 'a', '#b': 'a'}) == overlap % '[a]'
    assert get('a, a.b') == overlap % '[a, b]'
    assert get('!!! INVALID !!!') == 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'
    assert raw.refusal('BatchGetItem', {'RequestItems': {table: {
        'Keys': [KEY], 'AttributesToGet': ['pk'], 'ProjectionExpression': 'pk'}}}) == (
        MIXED % ('AttributesToGet', 'ProjectionExpression'))
    # Not even on different tables.
    make_table(raw, 'other')
    assert raw('BatchGetItem', {'RequestItems': {
        table: {'Keys': [KEY], 'ProjectionExpression': 'pk'},
        'other': {'Keys': [KEY], 'AttributesToGet': ['pk']}}}).code == 'ValidationException'


def test_keys(raw, table):
    empty = ('One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an '
             'empty string value. Key: pk')
    mismatch = 'The provided key element does not match the schema'
    for key, message in [({'S': ''}, empty), ({'N': '5'}, mismatch), ({'L': [{'S': 'x'}]}, mismatch)]:
        assert raw.refusal('GetItem', {'TableName': table, 'Key': {'pk': key}}) == message
        assert raw.refusal('DeleteItem', {'TableName': table, 'Key': {'pk': key}}) == message
        check = {'ConditionCheck': {'TableName': table, 'Key': {'pk': key},
                                    'ConditionExpression': 'attribute_not_exists(pk)'}}
        answer = raw('TransactWriteItems', {'TransactItems': [check]})
        if message == empty:
            assert (answer.code, answer.message) == ('ValidationException', empty)
        else:
            assert answer.body['CancellationReasons'] == [{'Code': 'ValidationError', 'Message': mismatch}]
    answer = raw('TransactWriteItems', {'TransactItems': [
        {'Put': {'TableName': table, 'Item': {'pk': {'N': '5'}}}}]})
    assert answer.message == ('Transaction cancelled, please refer cancellation reasons for specific reasons '
                              '[ValidationError]')
    assert answer.body['CancellationReasons'][0]['Message'] == (
        f'{INVALID}Type mismatch for key pk expected: S actual: N')


def test_cancellation_reasons_in_order(client, raw, table):
    dynamodb = client('dynamodb')
    old = {'pk': {'S': 'old'}, 'v': {'N': '1'}}
    raw.ok('PutItem', {'TableName': table, 'Item': old})
    condition = {'ConditionExpression': 'attribute_not_exists(pk)'}
    response = error_of(dynamodb.transact_write_items, TransactItems=[
        {'Put': {'TableName': table, 'Item': {'pk': {'S': 'new'}}} | condition},
        {'Put': {'TableName': table, 'Item': old, 'ReturnValuesOnConditionCheckFailure': 'ALL_OLD'} | condition},
        {'Update': {'TableName': table, 'Key': {'pk': {'S': 'other'}}, 'UpdateExpression': 'SET a = b'}},
    ])
    assert response['Error']['Message'] == (
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, '
        'ValidationError]')
    assert response['CancellationReasons'] == [
        {'Code': 'None'},
        {'Code': 'ConditionalCheckFailed', 'Message': 'The conditional request failed', 'Item': old},
        {'Code': 'ValidationError',
         'Message': 'The provided expression refers to an attribute that does not exist in the item'}]


def test_tokens_of_transactions(client, raw, table):
    dynamodb = client('dynamodb')
    add = {'Update': {'TableName': table, 'Key': KEY, 'UpdateExpression': 'ADD n :one',
                      'ExpressionAttributeValues': {':one': {'N': '1'}}}}
    for _ in range(3):
        answer = dynamodb.transact_write_items(TransactItems=[add], ClientRequestToken='t',
                                               ReturnConsumedCapacity='TOTAL')
    # A repetition reads.
    assert answer['ConsumedCapacity'] == [{'TableName': table, 'CapacityUnits': 2.0, 'ReadCapacityUnits': 2.0}]
    assert raw.ok('GetItem', {'TableName': table, 'Key': KEY})['Item']['n'] == {'N': '1'}
    other = {'Delete': {'TableName': table, 'Key': KEY}}
    error = error_of(dynamodb.transact_write_items, TransactItems=[other], ClientRequestToken='t')['Error']
    assert error['Code'] == 'IdempotentParameterMismatchException'
