"""The parameters that came before expressions: Expected, AttributeUpdates, KeyConditions, QueryFilter, ScanFilter,
ConditionalOperator, AttributesToGet.

Source of the words: dynalite's tests, and in 2026 ExtendDB's tests/test_conditional_operator.py and
paritysuite/dynamodb-conformance (tests/tier3/legacy-api, error-messages/deleteItem.test.ts), all recorded from AWS.
"""

import pytest

from dynamodb_support import INVALID, Raw, make_table, one

KEY = {'pk': {'S': 'k'}}
MIXED = ('Can not use both expression and non-expression parameters in the same request: Non-expression parameters: '
         '{%s} Expression parameters: {%s}')
WITHOUT = 'ConditionalOperator cannot be used without Filter or Expected'
TWO = 'ConditionalOperator can only be used when Filter or Expected has two or more elements'


@pytest.fixture
def raw(endpoint, account):
    return Raw(endpoint, account)


@pytest.fixture
def table(raw):
    return make_table(raw)


def test(operator, *values):
    return {'ComparisonOperator': operator} | ({'AttributeValueList': list(values)} if values else {})


test.__test__ = False

ITEM = KEY | {'n': {'N': '5'}, 's': {'S': 'hello'}, 'b': {'B': 'YWJj'}, 'l': {'L': [{'S': 'x'}, {'N': '1'}]},
              'ss': {'SS': ['x', 'y']}, 'ns': {'NS': ['1', '2']}, 'flag': {'BOOL': True}, 'none': {'NULL': True},
              'm': {'M': {'a': {'S': 'b'}}}}
HOLDS = [
    ('n', test('EQ', {'N': '5.0'})), ('n', test('NE', {'N': '6'})), ('missing', test('NE', {'N': '6'})),
    ('n', test('LT', {'N': '6'})), ('n', test('LE', {'N': '5'})), ('n', test('GE', {'N': '5'})),
    ('n', test('GT', {'N': '4'})), ('n', test('NOT_NULL')), ('missing', test('NULL')),
    ('s', test('CONTAINS', {'S': 'ell'})), ('ss', test('CONTAINS', {'S': 'x'})), ('l', test('CONTAINS', {'N': '1'})),
    ('ns', test('CONTAINS', {'N': '2'})), ('s', test('NOT_CONTAINS', {'S': 'z'})),
    ('s', test('BEGINS_WITH', {'S': 'he'})), ('b', test('BEGINS_WITH', {'B': 'YWI='})),
    ('n', test('IN', {'N': '1'}, {'N': '5'})), ('n', test('BETWEEN', {'N': '5'}, {'N': '6'})),
    ('flag', test('EQ', {'BOOL': True})), ('m', test('EQ', {'M': {'a': {'S': 'b'}}})),
    ('l', test('EQ', {'L': [{'S': 'x'}, {'N': '1'}]})), ('ss', test('EQ', {'SS': ['y', 'x']})),
]
FAILS = [
    ('n', test('EQ', {'S': '5'})), ('n', test('NE', {'N': '5'})), ('n', test('LT', {'S': '6'})),
    ('missing', test('LT', {'N': '6'})), ('missing', test('NOT_NULL')), ('n', test('NULL')),
    ('s', test('CONTAINS', {'S': 'z'})), ('missing', test('NOT_CONTAINS', {'S': 'z'})),
    ('s', test('NOT_CONTAINS', {'S': 'ell'})), ('s', test('BEGINS_WITH', {'S': 'e'})),
    ('n', test('IN', {'N': '1'}, {'N': '2'})), ('n', test('BETWEEN', {'N': '6'}, {'N': '7'})),
    ('flag', test('EQ', {'BOOL': False})),
]


def test_conditions(raw, table):
    raw.ok('PutItem', {'TableName': table, 'Item': ITEM})

    def holds(name, condition):
        found = raw.ok('Scan', {'TableName': table, 'ScanFilter': {name: condition}})['Count'] == 1
        answer = raw('PutItem', {'TableName': table, 'Item': ITEM, 'Expected': {name: condition}})
        assert (answer.status == 200) == found, (name, condition, answer)
        assert found or answer.code == 'ConditionalCheckFailedException'
        return found

    assert [case for case in HOLDS if not holds(*case)] == []
    assert [case for case in FAILS if holds(*case)] == []


def test_expected_with_exists(raw, table):
    put = lambda expected: raw('PutItem', {'TableName': table, 'Item': ITEM, 'Expected': expected}).code
    assert put({'pk': {'Exists': False}}) is None
    assert put({'pk': {'Exists': False}}) == 'ConditionalCheckFailedException'
    assert put({'n': {'Value': {'N': '5'}}}) is None
    assert put({'n': {'Exists': True, 'Value': {'N': '6'}}}) == 'ConditionalCheckFailedException'
    both = {'n': {'Value': {'N': '5'}}, 's': {'Value': {'S': 'no'}}}
    assert put(both) == 'ConditionalCheckFailedException'
    assert raw('PutItem', {'TableName': table, 'Item': ITEM, 'Expected': both,
                           'ConditionalOperator': 'OR'}).status == 200
    assert raw('PutItem', {'TableName': table, 'Item': ITEM, 'Expected': {}}).status == 200


@pytest.mark.parametrize('expected, message', [
    ({'Exists': True}, 'Value must be provided when Exists is true for Attribute: a'),
    ({}, 'Value must be provided when Exists is null for Attribute: a'),
    ({'Exists': False, 'Value': {'S': 'x'}}, 'Value cannot be used when Exists is false for Attribute: a'),
    ({'Value': {'S': 'x'}} | test('EQ', {'S': 'x'}),
     'Value and AttributeValueList cannot be used together for Attribute: a'),
    (test('EQ'), 'Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a'),
    ({'AttributeValueList': [{'S': 'x'}]},
     'AttributeValueList can only be used with a ComparisonOperator for Attribute: a'),
    ({'Exists': True} | test('EQ', {'S': 'x'}),
     'Exists and ComparisonOperator cannot be used together for Attribute: a'),
    (test('BETWEEN', {'S': 'x'}), 'Invalid number of argument(s) for the BETWEEN ComparisonOperator'),
    (test('NULL', {'S': 'x'}), 'Invalid number of argument(s) for the NULL ComparisonOperator'),
    (test('IN', {'S': 'x'}, {'N': '1'}), 'AttributeValues inside AttributeValueList must be of same type'),
    (test('LT', {'SS': ['x']}), 'ComparisonOperator LT is not valid for SS AttributeValue type'),
])
def test_malformed_conditions(raw, table, expected, message):
    for operation, body in [('PutItem', {'Item': KEY}), ('DeleteItem', {'Key': KEY}), ('UpdateItem', {'Key': KEY})]:
        assert raw.refusal(operation, {'TableName': table, 'Expected': {'a': expected}} | body) == one(
            INVALID + message)


def test_malformed_filters(raw, table):
    scan = lambda condition: raw.refusal('Scan', {'TableName': table, 'ScanFilter': {'a': condition}})
    assert scan(test('EQ')) == f'{INVALID}Invalid number of argument(s) for the EQ ComparisonOperator'
    assert scan(test('BEGINS_WITH', {'N': '1'})) == (
        f'{INVALID}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type')
    assert scan(test('BETWEEN', {'N': '2'}, {'N': '1'})) == (
        'The BETWEEN condition was provided a range where the lower bound is greater than the upper bound')
    assert scan(test('IN', {'S': 'x'}, {'N': '1'})) == (
        f'{INVALID}AttributeValues inside AttributeValueList must be of same type')


def test_conditional_operator(raw, table):
    scan = lambda **parameters: raw.refusal('Scan', {'TableName': table, 'ConditionalOperator': 'AND'} | parameters)
    assert scan() == WITHOUT
    assert scan(ScanFilter={}) == WITHOUT
    assert scan(AttributesToGet=['a', 'b']) == WITHOUT
    assert scan(ScanFilter={'a': test('NULL')}) == TWO
    assert scan(ProjectionExpression='a') == MIXED % ('ConditionalOperator', 'ProjectionExpression')
    assert raw.refusal('Query', {'TableName': table, 'ConditionalOperator': 'AND'}) == WITHOUT
    expected = {'Expected': {'a': test('NULL')}}
    for operation, body in [('PutItem', {'Item': KEY}), ('DeleteItem', {'Key': KEY}), ('UpdateItem', {'Key': KEY})]:
        request = {'TableName': table, 'ConditionalOperator': 'AND'} | body
        assert raw.refusal(operation, request) == one(WITHOUT)
        assert raw.refusal(operation, request | expected) == one(TWO)
    two = {'Expected': {'a': test('NULL'), 'b': test('NULL')}}
    assert raw.refusal('PutItem', {'TableName': table, 'Item': KEY, 'ConditionalOperator': 'XOR'} | two) == one(
        'Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]')


def test_mixing_with_expressions(raw, table):
    value = {'ExpressionAttributeValues': {':v': {'S': 'x'}}}
    assert raw.refusal('Scan', {
        'TableName': table, 'AttributesToGet': ['a'], 'ScanFilter': {'a': test('NULL')}, 'ConditionalOperator': 'AND',
        'FilterExpression': 'a = :v', 'ProjectionExpression': 'b'} | value) == (
        MIXED % ('AttributesToGet, ScanFilter, ConditionalOperator', 'ProjectionExpression, FilterExpression'))
    keys = {'pk': test('EQ', {'S': 'k'})}
    assert raw.refusal('Query', {
        'TableName': table, 'KeyConditions': keys, 'QueryFilter': {'a': test('NULL')}, 'ConditionalOperator': 'AND',
        'KeyConditionExpression': 'pk = :v'} | value) == (
        MIXED % ('QueryFilter, ConditionalOperator, KeyConditions', 'KeyConditionExpression'))
    assert raw.refusal('UpdateItem', {
        'TableName': table, 'Key': KEY, 'AttributeUpdates': {'a': {'Value': {'S': 'x'}}},
        'Expected': {'a': test('NULL')}, 'UpdateExpression': 'REMOVE a',
        'ConditionExpression': 'attribute_exists(pk)'}) == one(
        MIXED % ('AttributeUpdates, Expected', 'UpdateExpression, ConditionExpression'))
    # KeyConditions may stand beside the other expressions.
    raw.ok('PutItem', {'TableName': table, 'Item': ITEM})
    found = raw.ok('Query', {'TableName': table, 'KeyConditions': keys, 'FilterExpression': 'n > :v',
                             'ProjectionExpression': 's', 'ExpressionAttributeValues': {':v': {'N': '1'}}})
    assert found['Items'] == [{'s': ITEM['s']}]


def test_attribute_updates(raw, table):
    def update(**updates):
        return raw('UpdateItem', {'TableName': table, 'Key': KEY, 'ReturnValues': 'ALL_NEW',
                                  'AttributeUpdates': updates})

    # Nothing is made of a deletion alone.
    update(a={'Action': 'DELETE'})
    assert 'Item' not in raw.ok('GetItem', {'TableName': table, 'Key': KEY})
    assert update(a={'Value': {'S': 'x'}}, n={'Action': 'ADD', 'Value': {'N': '5'}},
                  t={'Action': 'ADD', 'Value': {'SS': ['a']}}, l={'Action': 'ADD', 'Value': {'L': [{'S': 'a'}]}}
                  ).body['Attributes'] == KEY | {
        'a': {'S': 'x'}, 'n': {'N': '5'}, 't': {'SS': ['a']}, 'l': {'L': [{'S': 'a'}]}}
    assert update(a={'Action': 'DELETE'}, n={'Action': 'ADD', 'Value': {'N': '-2'}},
                  t={'Action': 'ADD', 'Value': {'SS': ['b']}}, l={'Action': 'ADD', 'Value': {'L': [{'S': 'b'}]}}
                  ).body['Attributes'] == KEY | {
        'n': {'N': '3'}, 't': {'SS': ['a', 'b']}, 'l': {'L': [{'S': 'a'}, {'S': 'b'}]}}
    assert update(t={'Action': 'DELETE', 'Value': {'SS': ['a', 'b']}}).body['Attributes'] == KEY | {
        'n': {'N': '3'}, 'l': {'L': [{'S': 'a'}, {'S': 'b'}]}}
    assert update(n={'Action': 'ADD', 'Value': {'SS': ['a']}}).message == 'Type mismatch for attribute to update'
    answer = raw.ok('UpdateItem', {'TableName': table, 'Key': KEY, 'ReturnValues': 'UPDATED_OLD',
                                   'AttributeUpdates': {'n': {'Value': {'N': '9'}}}})
    assert answer['Attributes'] == {'n': {'N': '3'}}


@pytest.mark.parametrize('update, message', [
    ({'Action': 'PUT'}, 'Only DELETE action is allowed when no attribute value is specified'),
    ({}, 'Only DELETE action is allowed when no attribute value is specified'),
    ({'Action': 'DELETE', 'Value': {'S': 'x'}}, 'DELETE action with value is not supported for the type S'),
    ({'Action': 'ADD', 'Value': {'S': 'x'}}, 'ADD action is not supported for the type S'),
    ({'Action': 'ADD', 'Value': {'M': {}}}, 'ADD action is not supported for the type M'),
])
def test_malformed_updates(raw, table, update, message):
    assert raw.refusal('UpdateItem', {'TableName': table, 'Key': KEY, 'AttributeUpdates': {'a': update}}) == one(
        INVALID + message)


def test_keys_cannot_be_updated(raw, table):
    assert raw.refusal('UpdateItem', {'TableName': table, 'Key': KEY, 'AttributeUpdates': {
        'pk': {'Value': {'S': 'x'}}}}) == f'{INVALID}Cannot update attribute pk. This attribute is part of the key'


def test_query(raw):
    make_table(raw, 'sorted', sort='S')
    for sort in 'alpha', 'beta', 'delta', 'epsilon', 'gamma':
        raw.ok('PutItem', {'TableName': 'sorted', 'Item': KEY | {'sk': {'S': sort}, 'n': {'N': str(len(sort))}}})

    def query(conditions, **parameters):
        keys = {'pk': test('EQ', {'S': 'k'})} | conditions
        return raw('Query', {'TableName': 'sorted', 'KeyConditions': keys} | parameters)

    def sorts(answer):
        return [item['sk']['S'] for item in answer.body['Items']]

    assert sorts(query({})) == ['alpha', 'beta', 'delta', 'epsilon', 'gamma']
    assert sorts(query({'sk': test('BEGINS_WITH', {'S': 'al'})})) == ['alpha']
    assert sorts(query({'sk': test('BETWEEN', {'S': 'beta'}, {'S': 'epsilon'})})) == ['beta', 'delta', 'epsilon']
    assert sorts(query({'sk': test('GT', {'S': 'delta'})}, ScanIndexForward=False)) == ['gamma', 'epsilon']
    found = query({}, QueryFilter={'n': test('EQ', {'N': '5'}), 'x': test('NOT_NULL')}, ConditionalOperator='OR')
    assert sorts(found) == ['alpha', 'delta', 'gamma'] and found.body['ScannedCount'] == 5
    assert query({}, AttributesToGet=['n'], Limit=1).body['Items'] == [{'n': {'N': '5'}}]
    assert query({}, AttributesToGet=['n', 'n']).message == f'{INVALID}Duplicate value in attribute name: n'
    assert query({}, AttributesToGet=['n'], Select='COUNT').message.endswith(
        'Cannot specify the AttributesToGet when choosing to get only the Count')
    assert query({'sk': test('NE', {'S': 'x'})}).message == (
        'Attempted conditional constraint is not an indexable operation')
    assert query({'sk': test('EQ', {'N': '1'})}).message == (
        f'{INVALID}Condition parameter type does not match schema type')
    assert query({'pk': test('GT', {'S': 'x'})}).message == 'Query key condition not supported'
    assert query({'a': test('EQ', {'S': 'x'}), 'b': test('EQ', {'S': 'x'})}).message == (
        'Conditions can be of length 1 or 2 only')
    assert query({}, QueryFilter={'sk': test('EQ', {'S': 'x'})}).message == (
        'QueryFilter can only contain non-primary key attributes: Primary key attribute: sk')
    assert raw.refusal('Query', {'TableName': 'sorted'}) == (
        'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.')


def test_attributes_to_get(raw, table):
    raw.ok('PutItem', {'TableName': table, 'Item': ITEM | {'a.b': {'S': 'dot'}}})
    want = {'n': ITEM['n'], 'a.b': {'S': 'dot'}}
    names = ['n', 'a.b', 'missing']
    assert raw.ok('GetItem', {'TableName': table, 'Key': KEY, 'AttributesToGet': names})['Item'] == want
    assert raw.ok('BatchGetItem', {'RequestItems': {table: {'Keys': [KEY], 'AttributesToGet': names}}})[
        'Responses'][table] == [want]
    assert raw.ok('Scan', {'TableName': table, 'AttributesToGet': names})['Items'] == [want]
    assert raw.refusal('GetItem', {'TableName': table, 'Key': KEY, 'AttributesToGet': ['n', 'n']}) == (
        f'{INVALID}Duplicate value in attribute name: n')
