"""What `millrace replicate run` refuses, parks or gives up with a word, and its exit codes."""

import re

import harness
from keeping import EAST, WEST, awkward_item, count, fill, keeper, make_table, wait_live


def test_a_second_replicator_is_refused(region, replicate):
    make_table(region(EAST), 'orders')
    wait_live(replicate('orders', 'replica'))
    second = replicate('orders', 'replica')
    assert second.process.wait(20) == 5
    assert 'another worker runs this replication' in second.printed()


def test_refused_before_anything_is_touched(region, endpoint, account):
    source, target = region(EAST), region(WEST)
    make_table(source, 'orders')
    make_table(target, 'full')
    target.put_item(TableName='full', Item=awkward_item(1))
    make_table(target, 'other', AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'}],
               KeySchema=[{'AttributeName': 'pk', 'KeyType': 'HASH'}], GlobalSecondaryIndexes=[])
    make_table(source, 'keys-only', StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'KEYS_ONLY'})

    def refused(*pair):
        return keeper(endpoint, account, 'replicate', 'run', *pair, code=5)
    assert 'there is no table nothing in us-east-1' in refused(EAST, 'nothing', WEST, 'replica')
    assert 'is not empty' in refused(EAST, 'orders', WEST, 'full')
    assert 'the keys of orders and other differ' in refused(EAST, 'orders', WEST, 'other')
    assert 'KEYS_ONLY' in refused(EAST, 'keys-only', WEST, 'replica')
    assert count(target, 'full') == 1


def test_a_new_stream_is_a_gap(region, replicate):
    """Between two streams changes may be lost: said, with the way out, instead of skipped."""
    source = region(EAST)
    make_table(source, 'orders')
    first = replicate('orders', 'replica')
    wait_live(first)
    assert first.stop() == 0
    source.update_table(TableName='orders', StreamSpecification={'StreamEnabled': False})
    source.put_item(TableName='orders', Item=awkward_item(1))
    source.update_table(TableName='orders', StreamSpecification={'StreamEnabled': True,
                                                                 'StreamViewType': 'NEW_AND_OLD_IMAGES'})
    second = replicate('orders', 'replica')
    assert second.process.wait(20) == 3
    assert 'the source\'s stream is a new one' in second.printed()
    assert 'millrace replicate run us-east-1 orders eu-west-1 replica-2' in second.printed()


def test_a_refused_item_is_parked_and_the_others_go_on(region, replicate, endpoint, account):
    """The target has an index whose key is a number; two items of the source have text there."""
    source, target = region(EAST), region(WEST)
    make_table(source, 'orders', GlobalSecondaryIndexes=[], AttributeDefinitions=[
        {'AttributeName': 'pk', 'AttributeType': 'S'}, {'AttributeName': 'sk', 'AttributeType': 'N'}])
    make_table(target, 'replica', AttributeDefinitions=[
        {'AttributeName': 'pk', 'AttributeType': 'S'}, {'AttributeName': 'sk', 'AttributeType': 'N'},
        {'AttributeName': 'rank', 'AttributeType': 'N'}], GlobalSecondaryIndexes=[
            {'IndexName': 'by-rank', 'KeySchema': [{'AttributeName': 'rank', 'KeyType': 'HASH'}],
             'Projection': {'ProjectionType': 'ALL'}}])

    def bad(number):
        return awkward_item(number) | {'rank': {'S': 'first'}}
    fill(source, 'orders', [awkward_item(n) for n in range(60)] + [bad(100)])
    first = replicate('orders', 'replica')
    wait_live(first)
    assert count(target, 'replica') == 60
    source.put_item(TableName='orders', Item=bad(101))
    source.put_item(TableName='orders', Item=awkward_item(102))
    harness.wait_until('the others go on', lambda: count(target, 'replica') == 61)
    harness.wait_until('both are parked', lambda: first.status()['parked'] == 2)
    for number in ('100', '101'):
        assert re.search(r'the target refuses .*"%s".*Type mismatch' % number, first.printed())
    printed = keeper(endpoint, account, 'verify', EAST, 'orders', WEST, 'replica', '--quiet', code=2)
    assert 'DIVERGENT: 2 items' in printed and '"100"' in printed and '"101"' in printed
    # The next change of a key that the target takes frees it.
    source.put_item(TableName='orders', Item=awkward_item(101))
    harness.wait_until('one is freed', lambda: first.status()['parked'] == 1)
    assert first.stop() == 4
    # So does a target that takes the item now, when replicate starts again.
    target.update_table(TableName='replica', GlobalSecondaryIndexUpdates=[{'Delete': {'IndexName': 'by-rank'}}])
    second = replicate('orders', 'replica')
    harness.wait_until('both are right', lambda: count(target, 'replica') == 63 and
                       second.status()['parked'] == 0)
    keeper(endpoint, account, 'verify', EAST, 'orders', WEST, 'replica', '--quiet')
    assert second.stop() == 0
