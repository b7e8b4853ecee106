"""`millrace verify`: equal tables are found equal, and every difference is named by its key."""

import json

import pytest
from keeping import EAST, WEST, awkward_item, fill, keeper, key_of, make_table

PAIR = (EAST, 'orders', WEST, 'replica')


@pytest.fixture
def verify(endpoint, account):
    def run(*options, code=0):
        return keeper(endpoint, account, 'verify', *PAIR, '--quiet', '--settle', 0, *options, code=code)
    return run


@pytest.fixture
def tables(client):
    """Two equal tables in two regions."""
    source, target = client('dynamodb', region=EAST), client('dynamodb', region=WEST)
    items = [awkward_item(number) for number in range(60)]
    for db, name in ((source, 'orders'), (target, 'replica')):
        make_table(db, name)
        fill(db, name, items)
    return source, target


def test_equal(tables, verify):
    assert 'equal, item by item' in verify()
    assert json.loads(verify('--json')) == {'equal': True, 'sourceItems': 60, 'targetItems': 60, 'candidates': 0,
                                            'hot': 0, 'behind': [], 'divergent': []}


def test_order_in_a_set_and_zeros_of_a_number_are_no_difference(tables, verify):
    _, target = tables
    item = awkward_item(1) | {'numbers': {'NS': ['-0.50', '100000000000000000000', '3.0']},
                              'strings': {'SS': ['s1', 'a', 'b']}}
    target.put_item(TableName='replica', Item=item)
    verify()


def test_each_difference_is_named_by_its_key(tables, verify):
    _, target = tables
    target.delete_item(TableName='replica', Key=key_of(awkward_item(3)))
    target.put_item(TableName='replica', Item=awkward_item(77))
    target.update_item(TableName='replica', Key=key_of(awkward_item(5)), UpdateExpression='SET #n = :n',
                       ExpressionAttributeNames={'#n': 'large'},
                       ExpressionAttributeValues={':n': {'N': '12345678901234567890123456789012345679'}})
    printed = verify(code=2)
    assert 'DIVERGENT: 3 items' in printed
    for kind, number in (('missing', 3), ('extra', 77), ('different', 5)):
        line, = (line for line in printed.split('\n') if line.strip().startswith(kind))
        assert f'"{number}"' in line and 'part-' in line
    found = {row['difference']: row['key']['sk']['N']
             for row in json.loads(verify('--json', code=2))['divergent']}
    assert found == {'missing': '3', 'extra': '77', 'different': '5'}


def test_what_cannot_be_compared_is_an_error(tables, client, endpoint, account, verify):
    assert 'ResourceNotFoundException' in keeper(endpoint, account, 'verify', EAST, 'nothing', WEST, 'replica', code=1)
    make_table(client('dynamodb', region=WEST), 'other',
               AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}],
               KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}], GlobalSecondaryIndexes=[])
    assert 'different keys' in keeper(endpoint, account, 'verify', EAST, 'orders', WEST, 'other', code=1)
