"""`millrace replicate run` against real servers, through kill -9 of everything that can be killed."""

import json
import os
import signal
import time

import harness
from keeping import (EAST, WEST, Replicator, Writers, awkward_item, contents, count, fill, keeper, key_of, make_table,
                     wait_live)

ITEMS = 1200


def test_copy_and_tail_through_kill_9(start_server, account, tmp_path):
    east, west = start_server('east'), start_server('west')

    def connect(server=east, region=EAST):
        return server.client('dynamodb', region=region, key=account)
    source, target = connect(), connect(west, WEST)
    make_table(source, 'orders')
    fill(source, 'orders', (awkward_item(n) for n in range(ITEMS)))
    pair = (EAST, 'orders', WEST, 'replica', '--source-endpoint', east.endpoint, '--target-endpoint', west.endpoint)

    def start(name):
        return Replicator(account, tmp_path / f'{name}.log', *pair)
    with Writers(connect, 'orders', ITEMS + 300) as writers:
        with start('first') as first:
            harness.wait_until('amid the copy', lambda: count(target, 'replica') > 50, every_s=0.02)
            first.kill()
        assert count(target, 'replica') < ITEMS * 0.9
        with start('second') as second:
            harness.wait_until('amid the copy again', lambda: second.status().get('copied', 0) > 300, every_s=0.02)
            # The supervisor starts another worker by itself.
            for pid in second.workers():
                os.kill(pid, signal.SIGKILL)
            wait_live(second)
            assert 'another one starts' in second.printed()
            writers.wait_for_more(100)
            second.kill()
        with start('third') as third:
            writers.wait_for_more(100)
            west.kill()
            west.restart()
            writers.wait_for_more(100)
            east.kill()
            east.restart()
            writers.wait_for_more(100)
            harness.wait_until('changes are applied', lambda: third.status().get('applied', 0) > 50)
            writers.stop()
            printed = keeper(east.endpoint, account, 'verify', *pair, '--quiet')
            assert 'equal, item by item' in printed
            assert contents(connect(west, WEST), 'replica') == contents(connect(), 'orders')
            assert third.stop() == 0
    assert source.describe_table(TableName='orders')['Table']['StreamSpecification']['StreamEnabled']
    made = connect(west, WEST).describe_table(TableName='replica')['Table']
    assert [index['IndexName'] for index in made['GlobalSecondaryIndexes']] == ['by-owner']
    assert made['BillingModeSummary']['BillingMode'] == 'PAY_PER_REQUEST'


def test_lag_is_honest(region, replicate):
    """What was acknowledged before `now - lag` is at the target, also when the replicator was stopped for a while."""
    source, target = region(EAST), region(WEST)
    make_table(source, 'orders')
    replicator = replicate('orders', 'replica')
    wait_live(replicator)
    harness.wait_until('lag is known', lambda: 0 <= replicator.status()['lagMs'] < 2000)
    worker, = replicator.workers()
    os.kill(worker, signal.SIGSTOP)
    source.put_item(TableName='orders', Item=awkward_item(1))
    written = time.time()
    time.sleep(1.5)
    assert count(target, 'replica') == 0
    os.kill(worker, signal.SIGCONT)

    def arrived():
        """Once the lag says so, the item has to be there."""
        status, stamp = replicator.status(), replicator.log.stat().st_mtime
        return status['lagMs'] >= 0 and stamp - status['lagMs'] / 1000 > written + 0.2
    harness.wait_until('the lag says that the item has arrived', arrived, every_s=0.02)
    assert count(target, 'replica') == 1


def test_deletes_amid_the_copy_leave_nothing_behind(region, replicate, endpoint, account):
    source, target = region(EAST), region(WEST)
    make_table(source, 'orders')
    fill(source, 'orders', (awkward_item(n) for n in range(600)))
    replicator = replicate('orders', 'replica')
    harness.wait_until('the copy has begun', lambda: count(target, 'replica') > 0, every_s=0.02)
    for number in range(0, 600, 2):
        source.delete_item(TableName='orders', Key=key_of(awkward_item(number)))
    wait_live(replicator)
    keeper(endpoint, account, 'verify', EAST, 'orders', WEST, 'replica', '--quiet')
    assert contents(target, 'replica') == contents(source, 'orders')
    assert len(contents(target, 'replica')) == 300


def test_verify_does_not_take_lag_for_a_difference(region, replicate, endpoint, account):
    source = region(EAST)
    make_table(source, 'orders')
    fill(source, 'orders', [awkward_item(n) for n in range(20)])

    def verify(*options, code=0):
        return keeper(endpoint, account, 'verify', EAST, 'orders', WEST, 'replica', '--quiet', *options, code=code)
    first = replicate('orders', 'replica')
    wait_live(first)
    verify()
    assert first.stop() == 0
    source.put_item(TableName='orders', Item=awkward_item(7, version=1))
    printed = verify('--settle', 1, code=1)
    assert 'NOT JUDGED: 1 keys differ, but the replication ' in printed and '"7"' in printed
    assert json.loads(verify('--settle', 0, '--json', code=1))['behind'][0]['key']['sk'] == {'N': '7'}
    # Not to ask the replication is to call it a difference.
    assert 'DIVERGENT: 1 items' in verify('--settle', 0, '--coordination-table', '', code=2)
    replicate('orders', 'replica')
    verify()
