"""Attribute values that DynamoDB refuses, word for word: numbers, sets, nesting, names.

AWS has two layers of these checks; which one an operation runs decides the words. Source of the words, where a
test names no other: answers of AWS recorded in October 2026 in paritysuite/dynamodb-conformance,
tests/tier3/error-messages/valueLayers.test.ts and tests/tier3/validation-ordering/deepRequests.test.ts.
"""

import pytest

from dynamodb_support import INVALID, Raw, deep, make_table, one

OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range'
UNDERFLOW = 'Number underflow. Attempting to store a number with magnitude smaller than supported range'
NOT_NUMERIC = 'The parameter cannot be converted to a numeric value'
NESTING = ('Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond '
           'supported limit')

NUMBERS = ['abc', '', '1e126', '1e2147483647']
CURRENT = [f'{NOT_NUMERIC}: abc', f'{NOT_NUMERIC}: ', OVERFLOW, OVERFLOW]
# Reads numbers as Java's BigDecimal does: the exponent wraps.
OLDER = [f'{NOT_NUMERIC}: abc', NOT_NUMERIC, OVERFLOW, UNDERFLOW]

SETS = [{'SS': ['b', 'a', 'b']}, {'BS': ['/w==', 'AA==', 'AA==']}, {'NS': ['2', '1', '2']}]
SETS_CURRENT = [f'{INVALID}Input collection ["a", "b", "b"] contains duplicates.',
                f'{INVALID}Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
                f'{INVALID}Input collection contains duplicates.']
SETS_OLDER = [f'{INVALID}Input collection [b, a, b] contains duplicates.',
              f'{INVALID}Input collection [/w==, AA==, AA==]of type BS contains duplicates.',
              'Input collection contains duplicates']

KEY = {'pk': {'S': 'k'}}


@pytest.fixture
def raw(endpoint, account):
    raw = Raw(endpoint, account)
    make_table(raw)
    return raw


def for_key(message):
    return f'ExpressionAttributeValues contains invalid value: {message} for key :v'


# Where a value can stand: the operation and its parameters, and how the operation words a refusal.
ENVELOPED = {
    'PutItem.Item': ('PutItem', lambda v: {'Item': KEY | {'n': v}}),
    'PutItem.Item.nested': ('PutItem', lambda v: {'Item': KEY | {'n': {'M': {'x': {'L': [v]}}}}}),
    'PutItem.Expected': ('PutItem', lambda v: {'Item': KEY, 'Expected': {'n': {'Value': v}}}),
    'PutItem.values': ('PutItem', lambda v: {
        'Item': KEY, 'ConditionExpression': 'n = :v', 'ExpressionAttributeValues': {':v': v}}),
    'UpdateItem.Key': ('UpdateItem', lambda v: {'Key': {'pk': v}, 'UpdateExpression': 'REMOVE a'}),
    'UpdateItem.AttributeUpdates': ('UpdateItem', lambda v: {
        'Key': KEY, 'AttributeUpdates': {'n': {'Action': 'PUT', 'Value': v}}}),
    'UpdateItem.values': ('UpdateItem', lambda v: {
        'Key': KEY, 'UpdateExpression': 'SET n = :v', 'ExpressionAttributeValues': {':v': v}}),
    'DeleteItem.Key': ('DeleteItem', lambda v: {'Key': {'pk': v}}),
    'DeleteItem.values': ('DeleteItem', lambda v: {
        'Key': KEY, 'ConditionExpression': 'n = :v', 'ExpressionAttributeValues': {':v': v}}),
}
BARE = {
    'GetItem.Key': ('GetItem', lambda v: {'Key': {'pk': v}}),
    'BatchGetItem.Keys': ('BatchGetItem', lambda v: {'RequestItems': {'tab': {'Keys': [{'pk': v}]}}}),
    'Query.values': ('Query', lambda v: {
        'KeyConditionExpression': 'pk = :p', 'FilterExpression': 'n = :v',
        'ExpressionAttributeValues': {':p': {'S': 'k'}, ':v': v}}),
    'Query.ExclusiveStartKey': ('Query', lambda v: {
        'KeyConditionExpression': 'pk = :p', 'ExpressionAttributeValues': {':p': {'S': 'k'}},
        'ExclusiveStartKey': {'pk': v}}),
    'Query.QueryFilter': ('Query', lambda v: {
        'KeyConditions': {'pk': {'ComparisonOperator': 'EQ', 'AttributeValueList': [{'S': 'k'}]}},
        'QueryFilter': {'n': {'ComparisonOperator': 'EQ', 'AttributeValueList': [v]}}}),
}
OLD = {
    'BatchWriteItem.Put': ('BatchWriteItem', lambda v: {
        'RequestItems': {'tab': [{'PutRequest': {'Item': KEY | {'n': v}}}]}}),
    'BatchWriteItem.Delete': ('BatchWriteItem', lambda v: {
        'RequestItems': {'tab': [{'DeleteRequest': {'Key': {'pk': v}}}]}}),
    'TransactWriteItems.Put': ('TransactWriteItems', lambda v: {
        'TransactItems': [{'Put': {'TableName': 'tab', 'Item': KEY | {'n': v}}}]}),
    'TransactWriteItems.Delete': ('TransactWriteItems', lambda v: {
        'TransactItems': [{'Delete': {'TableName': 'tab', 'Key': {'pk': v}}}]}),
    'TransactGetItems.Get': ('TransactGetItems', lambda v: {
        'TransactItems': [{'Get': {'TableName': 'tab', 'Key': {'pk': v}}}]}),
}
OLD_VALUES = {
    'TransactWriteItems.Update.values': ('TransactWriteItems', lambda v: {'TransactItems': [{'Update': {
        'TableName': 'tab', 'Key': KEY, 'UpdateExpression': 'SET n = :v',
        'ExpressionAttributeValues': {':v': v}}}]}),
    'TransactWriteItems.ConditionCheck.values': ('TransactWriteItems', lambda v: {
        'TransactItems': [{'ConditionCheck': {
            'TableName': 'tab', 'Key': KEY, 'ConditionExpression': 'n = :v',
            'ExpressionAttributeValues': {':v': v}}}]}),
    'Scan.values': ('Scan', lambda v: {'FilterExpression': 'n = :v', 'ExpressionAttributeValues': {':v': v}}),
}
PLACES = ENVELOPED | BARE | OLD | OLD_VALUES


def refused(raw, place, values):
    operation, body = PLACES[place]
    table = {} if 'Batch' in operation or 'Transact' in operation else {'TableName': 'tab'}
    return [raw.refusal(operation, table | body(value)) for value in values]


def worded(place, current, older):
    if place in ENVELOPED:
        return [one(message) for message in current]
    if place in BARE:
        return current
    return older if place in OLD else [for_key(message) for message in older]


@pytest.mark.parametrize('place', PLACES)
def test_numbers(raw, place):
    got = refused(raw, place, [{'N': number} for number in NUMBERS])
    assert got == worded(place, CURRENT, OLDER)


@pytest.mark.parametrize('place', PLACES)
def test_sets_with_duplicates(raw, place):
    assert refused(raw, place, SETS) == worded(place, SETS_CURRENT, SETS_OLDER)


def test_every_malformed_number(raw):
    cases = {
        '1e99999999999': OVERFLOW, '-1e99999999999': OVERFLOW, '1e-99999999999': UNDERFLOW,
        '1e2147483648': OVERFLOW, '1e-2147483648': UNDERFLOW, '1e-131': UNDERFLOW,
        '1.2.3': f'{NOT_NUMERIC}: 1.2.3', ' 1': f'{NOT_NUMERIC}:  1', '1 ': f'{NOT_NUMERIC}: 1 ',
        '0x10': f'{NOT_NUMERIC}: 0x10', '1e': f'{NOT_NUMERIC}: 1e', 'NaN': f'{NOT_NUMERIC}: NaN',
        'Infinity': f'{NOT_NUMERIC}: Infinity',
        '1234567890123456789012345678901234567890':
            'Attempting to store more than 38 significant digits in a Number',
    }
    got = {number: raw.refusal('PutItem', {'TableName': 'tab', 'Item': KEY | {'n': {'N': number}}})
           for number in cases}
    assert got == {number: one(message) for number, message in cases.items()}


# captures/cross-region-latest.json of September 2026 and captures/2026-07-21-null-false-envelope.json.
@pytest.mark.parametrize('value, message', [
    ({'SS': []}, f'{INVALID}An string set  may not be empty'),
    ({'NS': []}, f'{INVALID}An number set  may not be empty'),
    ({'BS': []}, f'{INVALID}Binary sets should not be empty'),
    ({'NULL': False}, f'{INVALID}Null attribute value types must have the value of true'),
    ({'SS': ['', '']}, f'{INVALID}Input collection ["", ""] contains duplicates.'),
])
def test_other_values(raw, value, message):
    assert raw.refusal('PutItem', {'TableName': 'tab', 'Item': KEY | {'n': value}}) == one(message)


# dynalite's test/putItem.js.
@pytest.mark.parametrize('value, message', [
    ({}, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'),
    ({'a': ''}, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'),
    ({'S': 'a', 'N': '1'}, 'Supplied AttributeValue has more than one datatypes set, must contain exactly one of '
                           'the supported datatypes'),
    ({'M': {'a': {}}}, 'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes'),
])
def test_values_of_no_type(raw, value, message):
    assert raw.refusal('PutItem', {'TableName': 'tab', 'Item': KEY | {'n': value}}) == message


def test_numbers_are_stored_expanded_and_sized_by_their_digits(raw):
    for given, stored in [('0042.1200', '42.12'), ('1E125', '1' + '0' * 125), ('-0.0', '0'), ('+1', '1'),
                          ('.5', '0.5'), ('5.', '5'), ('1e-130', '0.' + '0' * 129 + '1')]:
        raw.ok('PutItem', {'TableName': 'tab', 'Item': KEY | {'n': {'N': given}}})
        assert raw.ok('GetItem', {'TableName': 'tab', 'Key': KEY})['Item']['n'] == {'N': stored}


# tests/tier3/limits/numberByteSize.test.ts, measured in August 2026: half the integer digits and half the
# fraction's, each rounded up.
@pytest.mark.parametrize('number, size', [
    ('0', 1), ('1', 2), ('-1', 3), ('99', 2), ('100', 2), ('123456', 4), ('3.14159', 5), ('1E125', 2),
    ('0.1', 2), ('-3.14159', 6), ('9' * 38, 20)])
def test_a_number_counts_to_the_byte(raw, number, size):
    free = 409600 - len('pk') - len('k') - len('n') - size - len('p')
    item = KEY | {'n': {'N': number}, 'p': {'S': 'x' * free}}
    raw.ok('PutItem', {'TableName': 'tab', 'Item': item})
    item['p'] = {'S': 'x' * (free + 1)}
    message = raw.refusal('PutItem', {'TableName': 'tab', 'Item': item})
    assert message.endswith('Item size has exceeded the maximum allowed size')


def test_nesting(raw):
    raw.ok('PutItem', {'TableName': 'tab', 'Item': KEY | {'d': deep(31)}})
    refusals = {
        'PutItem': {'TableName': 'tab', 'Item': KEY | {'d': deep(32)}},
        'BatchWriteItem': {'RequestItems': {'tab': [{'PutRequest': {'Item': KEY | {'d': deep(32)}}}]}},
        'TransactWriteItems': {'TransactItems': [{'Put': {'TableName': 'tab', 'Item': KEY | {'d': deep(32)}}}]},
        'UpdateItem': {'TableName': 'tab', 'Key': KEY, 'UpdateExpression': 'SET d = :d',
                       'ExpressionAttributeValues': {':d': deep(32)}},
    }
    got = {operation: raw.refusal(operation, body) for operation, body in refusals.items()}
    # UpdateItem: captures/cross-region-latest.json, probe o_upd_nested_32_eav.
    assert got == {'PutItem': one(NESTING), 'BatchWriteItem': NESTING, 'TransactWriteItems': NESTING,
                   'UpdateItem': one(NESTING)}


def test_names(raw):
    put = lambda item: raw.refusal('TransactWriteItems', {'TransactItems': [
        {'Put': {'TableName': 'absent', 'Item': KEY | item}}]})
    assert put({'': {'S': 'x'}, 'd': deep(100)}) == 'Empty attribute name'
    assert put({'m': {'M': {'': {'S': 'x'}}}, 'd': deep(40)}) == NESTING


def test_the_first_action_with_a_fault_is_reported(raw):
    def refusal(*actions):
        return raw.refusal('TransactWriteItems', {'TransactItems': list(actions)})

    deep_put = {'Put': {'TableName': 'absent', 'Item': KEY | {'d': deep(40)}}}
    unnamed = {'Put': {'TableName': 'absent', 'Item': {'pk': {'S': 'b'}, '': {'S': 'x'}}}}
    deep_delete = {'Delete': {'TableName': 'absent', 'Key': {'pk': deep(100)}}}
    syntax = {'Put': {'TableName': 'absent', 'Item': KEY, 'ConditionExpression': 'a = = b'}}
    syntax_message = 'Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"'
    assert refusal(deep_put, unnamed) == NESTING
    assert refusal(unnamed, deep_put) == 'Empty attribute name'
    assert refusal(deep_delete, syntax) == NESTING
    assert refusal(syntax, deep_delete) == syntax_message
    assert refusal({'Delete': {'TableName': 'absent', 'Key': {'pk': deep(100)},
                               'ConditionExpression': 'a = = b'}}) == syntax_message
    values = {'ExpressionAttributeValues': {':v': deep(40)}}
    assert refusal({'Update': {'TableName': 'absent', 'Key': KEY, 'UpdateExpression': 'SET d = :v'} | values},
                   unnamed) == for_key(NESTING)
