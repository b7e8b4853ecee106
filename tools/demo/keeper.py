"""Steps 4 to 6: a second region, backup and restore, and what it all would have cost."""

import os
import re
import signal
import time

import harness
from world import EAST, WEST, Writers, scan

REPLICA, RESTORED, BUCKET = 'notes-replica', 'notes-restored', 'notes-backups'
SOURCE_ITEMS = 3000  # at the 500 a second that a copy begins with, some seconds of it


def replicate(world):
    terminal = world.terminal
    world.start(world.west, 'west')
    fill(world)
    pair = (EAST, world.table, WEST, REPLICA, '--source-endpoint', world.east.endpoint,
            '--target-endpoint', world.west.endpoint)
    with Writers(world, count=2, pause_s=0.01, prefix='r', churn=SOURCE_ITEMS) as writers:
        worker = world.start_keeper('replicate', 'run', *pair)
        harness.wait_until('a part of the table is copied', lambda: 0 < copied(world), timeout_s=60, every_s=0.02)
        kill(world, worker)
        terminal.check('killed amid the copy', state(world)['META'] == 'COPY' and running_segments(world),
                       f'{copied(world)} of {SOURCE_ITEMS} items copied')
        worker = world.start_keeper('replicate', 'run', *pair)
        harness.wait_until('the copy is complete', lambda: state(world)['META'] == 'LIVE', timeout_s=120)
        before, mark = checkpoints(world), writers.done
        harness.wait_until('the tail moves on',
                           lambda: checkpoints(world) != before and writers.done > mark + 100, timeout_s=60)
        kill(world, worker)
        mark = writers.done
        harness.wait_until('writes go on', lambda: writers.done > mark + 100, timeout_s=60)
        expected = scan(world.east.endpoint, EAST, world.table)
        terminal.check('killed amid the tail, and writes go on without it',
                       scan(world.west.endpoint, WEST, REPLICA) != expected, f'{writers.done} writes so far')
        before = checkpoints(world)
        worker = world.start_keeper('replicate', 'run', *pair)
        harness.wait_until('it follows the stream again', lambda: checkpoints(world) != before, timeout_s=60)
    terminal.say(f'The writers stop after {writers.done} puts, updates and deletes; the replicator catches up.')
    expected = scan(world.east.endpoint, EAST, world.table)
    harness.wait_until('the replica has caught up',
                       lambda: scan(world.west.endpoint, WEST, REPLICA) == expected, timeout_s=60)
    harness.wait_until('it says that it lags less than a second',
                       lambda: re.search(r'live; .* lag 0\.\d s\n$', said(worker)), timeout_s=10)
    terminal.output(said(worker), limit=1, keep='tail')
    printed = world.keeper('verify', *pair)
    terminal.output(printed)
    terminal.check('millrace verify: both tables are equal, item by item', 'equal' in printed)
    replica = scan(world.west.endpoint, WEST, REPLICA)
    terminal.check('a plain comparison says so, too', replica == expected, f'{len(replica)} items')
    stop(worker)


def fill(world):
    """Enough items that the copy takes a moment."""
    db = world.east.client('dynamodb')
    for start in range(0, SOURCE_ITEMS, 25):
        requests = [{'PutRequest': {'Item': {
            'id': {'S': f'bulk-{n}'}, 'user': {'S': f'user-{n % 50}'}, 'text': {'S': f'bulk note {n} ' * 20},
            'createdAt': {'S': f'2026-02-01T{n:08d}'}, 'version': {'N': str(n)}}}} for n in range(start, start + 25)]
        while requests:
            requests = db.batch_write_item(RequestItems={world.table: requests})['UnprocessedItems'].get(world.table)
    world.terminal.say(f'{SOURCE_ITEMS} more notes are in the table.')


def coordination(world):
    """The replicator's own rows, in the target region: {row: item}."""
    db = harness.boto_client(world.west.endpoint, 'dynamodb', WEST)
    try:
        rows = db.query(TableName='millrace-replication', ConsistentRead=True, KeyConditionExpression='t = :t',
                        ExpressionAttributeValues={':t': {'S': f'{EAST}/{world.table}>{WEST}/{REPLICA}'}})['Items']
    except db.exceptions.ResourceNotFoundException:
        return {}
    return {row['k']['S']: row for row in rows}


def state(world):
    """States by row: META, C# for each segment of the copy, S# for each shard of the stream."""
    return {key: row.get('state', {}).get('S') for key, row in ({'META': {}} | coordination(world)).items()}


def copied(world):
    return sum(int(row['n']['N']) for key, row in coordination(world).items() if key.startswith('C#'))


def running_segments(world):
    return [key for key, value in state(world).items() if key.startswith('C#') and value == 'RUN']


def checkpoints(world):
    return {key: row['ckpt']['S'] for key, row in coordination(world).items() if key.startswith('S#')}


def said(worker):
    with open(worker.log.name) as log:
        return log.read()


def kill(world, worker):
    """kill -9 of the supervisor and its worker at once."""
    pids = [worker.pid] + harness.descendants(worker.pid)
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    worker.wait()
    world.terminal.output('\n'.join(said(worker).split('\n')[-2:]) or '(said nothing yet)', wrap=True)
    world.terminal.command(f'kill -9 {" ".join(map(str, pids))}')


def stop(worker):
    worker.send_signal(signal.SIGTERM)
    worker.wait(30)


def backup_and_restore(world):
    terminal = world.terminal
    world.east.client('s3').create_bucket(Bucket=BUCKET)
    expected = scan(world.east.endpoint, EAST, world.table)
    terminal.output(world.keeper('backup', EAST, world.table, f's3://{BUCKET}/notes',
                                 '--endpoint', world.east.endpoint))
    objects = world.east.client('s3').list_objects_v2(Bucket=BUCKET, Prefix='notes/')['Contents']
    terminal.say('In the bucket:')
    terminal.output('\n'.join(f'{o["Size"]:>9}  …/{o["Key"].split("/AWSDynamoDB/")[-1]}' for o in objects), limit=6)
    data = [o for o in objects if re.search(r'/AWSDynamoDB/[^/]+/data/[^/]+\.json\.gz$', o['Key'])]
    manifest = [o for o in objects if o['Key'].endswith('/manifest-summary.json')]
    terminal.check('the backup has the layout of AWS\'s exports', data and manifest, f'{len(data)} data files')
    terminal.command(f'aws dynamodb delete-table --table-name {world.table}')
    db = world.east.client('dynamodb')
    db.delete_table(TableName=world.table)
    harness.wait_until('the table is gone', lambda: world.table not in db.list_tables()['TableNames'])
    terminal.output(world.keeper('restore', f's3://{BUCKET}/notes', EAST, RESTORED,
                                 '--endpoint', world.east.endpoint))
    restored = scan(world.east.endpoint, EAST, RESTORED)
    terminal.check('every item is back', restored == expected, f'{len(restored)} items')
    if not world.west.process:
        return
    pair = (EAST, RESTORED, WEST, REPLICA, '--source-endpoint', world.east.endpoint,
            '--target-endpoint', world.west.endpoint)
    printed = world.keeper('verify', *pair)
    terminal.output(printed)
    terminal.check('and equal to the replica in the other region', 'equal' in printed)
    show_divergence(world, pair)


def show_divergence(world, pair):
    """A verify that cannot fail would prove nothing. No replication runs here, so lag excuses no difference."""
    db = harness.boto_client(world.west.endpoint, 'dynamodb', WEST)
    victim = db.scan(TableName=REPLICA, Limit=1)['Items'][0]
    world.terminal.say('Is verify able to fail? One item of the replica is changed behind its back.')
    db.put_item(TableName=REPLICA, Item=victim | {'text': {'S': 'not what the source says'}})
    code, printed = world.try_keeper('verify', *pair, '--settle', '1')
    world.terminal.output(printed)
    world.terminal.check('verify finds the one item that differs', code == 2 and victim['id']['S'] in printed,
                         f'exit code {code}')
    db.put_item(TableName=REPLICA, Item=victim)


def cost(world):
    terminal = world.terminal
    time.sleep(1.2)  # counts are written once a second
    printed = world.keeper('cost', '--endpoint-url', world.east.endpoint)
    terminal.output(printed)
    if not world.app:
        return
    metered = re.search(r'API Gateway REST requests +(\d+)', printed)
    terminal.check('each request to the API was metered', metered and int(metered[1]) == world.requests,
                   f'{world.requests} requests')
    used = ('Lambda requests', 'Lambda GB-seconds', 'DynamoDB write request units', 'S3 PUT')
    terminal.check('and each service that was used has its line', all(what in printed for what in used))
