"""Steps 4 to 6: a second region, backup and restore, and what it all would have cost."""

import os
import signal

import harness
from world import EAST, WEST, Writers, scan

REPLICA, RESTORED, BUCKET = 'notes-replica', 'notes-restored', 'notes-backups'
SOURCE_ITEMS = 3000


def replicate(world):
    terminal = world.terminal
    terminal.step(4, 'A second region', 'A second server with its own data is the other region. The replicator copies '
                  'the table while writes go on, and is killed twice: amid the copy and amid the tail.')
    world.start(world.west, 'west')
    fill(world)
    pair = (EAST, world.table, WEST, REPLICA, '--source-endpoint', world.east.endpoint,
            '--target-endpoint', world.west.endpoint)
    with Writers(world, count=2, pause_s=0.01, prefix='r') as _:
        worker = world.start_keeper('replicate', 'run', *pair)
        kill_when(world, worker, 'amid the copy', lambda n: 0 < n < SOURCE_ITEMS)
        worker = world.start_keeper('replicate', 'run', *pair)
        harness.wait_until('the copy is complete', lambda: replica_size(world) >= SOURCE_ITEMS, timeout_s=120)
        mark = len(world.acknowledged)
        harness.wait_until('writes go on', lambda: len(world.acknowledged) > mark + 50)
        kill_when(world, worker, 'amid the tail', lambda n: n > 0)
        worker = world.start_keeper('replicate', 'run', *pair)
        mark = len(world.acknowledged)
        harness.wait_until('writes go on', lambda: len(world.acknowledged) > mark + 50)
    terminal.say('The writers have stopped; the tail catches up.')
    expected = scan(world.east.endpoint, EAST, world.table)
    harness.wait_until('the replica has caught up', lambda: replica_size(world) == len(expected), timeout_s=120)
    terminal.output(open(worker.log.name).read(), limit=6, keep='tail')
    printed = world.keeper('verify', *pair)
    terminal.output(printed, limit=12)
    terminal.check('millrace verify finds both tables equal, item by item', True)
    replica = scan(world.west.endpoint, WEST, REPLICA)
    terminal.check('and so does a plain comparison', replica == expected, f'{len(replica)} items')
    stop_keeper(worker)


def fill(world):
    """Enough items that the copy takes a moment."""
    db = world.east.client('dynamodb')
    for start in range(0, SOURCE_ITEMS, 25):
        requests = [{'PutRequest': {'Item': {
            'id': {'S': f'bulk-{n}'}, 'user': {'S': f'user-{n % 50}'}, 'text': {'S': f'bulk note {n} ' * 20},
            'createdAt': {'S': f'2026-02-01T{n:08d}'}, 'version': {'N': str(n)}}}} for n in range(start, start + 25)]
        while requests:
            requests = db.batch_write_item(RequestItems={world.table: requests})['UnprocessedItems'].get(world.table)
    world.terminal.say(f'{SOURCE_ITEMS} more notes are in the source table.')


def replica_size(world):
    db = harness.boto_client(world.west.endpoint, 'dynamodb', WEST)
    try:
        return sum(page['Count'] for page in db.get_paginator('scan').paginate(TableName=REPLICA, Select='COUNT'))
    except db.exceptions.ResourceNotFoundException:
        return 0


def kill_when(world, worker, what, reached):
    harness.wait_until(f'the replicator is {what}', lambda: reached(replica_size(world)), timeout_s=60, every_s=0.02)
    count = replica_size(world)
    pids = [worker.pid] + harness.descendants(worker.pid)
    world.terminal.command(f'kill -9 {" ".join(map(str, pids))}      # {what}, {count} items in the replica')
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    worker.wait()


def stop_keeper(worker):
    worker.send_signal(signal.SIGTERM)
    worker.wait(30)


def backup_and_restore(world):
    terminal = world.terminal
    terminal.step(5, 'Backup, loss, restore', 'The table goes to S3 in the layout of AWS\'s own exports, is deleted, and '
                  'comes back as a new table.')
    world.east.client('s3').create_bucket(Bucket=BUCKET)
    expected = scan(world.east.endpoint, EAST, world.table)
    terminal.output(world.keeper('backup', EAST, world.table, f's3://{BUCKET}/notes',
                                 '--endpoint', world.east.endpoint), limit=12)
    objects = world.east.client('s3').list_objects_v2(Bucket=BUCKET, Prefix='notes/')['Contents']
    terminal.output('\n'.join(f'{o["Size"]:>9}  {o["Key"]}' for o in objects), limit=10)
    data = [o for o in objects if '/AWSDynamoDB/' in o['Key'] and o['Key'].endswith('.json.gz')]
    terminal.check('the backup is in AWS\'s export layout', bool(data), f'{len(data)} data files')
    terminal.command(f'aws dynamodb delete-table --table-name {world.table}')
    db = world.east.client('dynamodb')
    db.delete_table(TableName=world.table)
    harness.wait_until('the table is gone', lambda: world.table not in db.list_tables()['TableNames'])
    terminal.output(world.keeper('restore', f's3://{BUCKET}/notes', EAST, RESTORED,
                                 '--endpoint', world.east.endpoint), limit=12)
    restored = scan(world.east.endpoint, EAST, RESTORED)
    terminal.check('every item is back', restored == expected, f'{len(restored)} items')
    if not world.west.process:
        return
    printed = world.keeper('verify', EAST, RESTORED, WEST, REPLICA, '--source-endpoint', world.east.endpoint,
                           '--target-endpoint', world.west.endpoint)
    terminal.output(printed, limit=6)
    terminal.check('millrace verify finds it equal to the replica in the other region', True)


def cost(world):
    terminal = world.terminal
    terminal.step(6, 'What it would have cost', 'Each request, GB-second (in steps of 1 ms) and read and write unit of '
                  'this run was metered. Prices are list prices, with region and date.')
    printed = world.keeper('cost', '--endpoint-url', world.east.endpoint)
    terminal.output(printed)
    terminal.check('each service that was used has its line',
                   all(word in printed for word in (('Lambda', 'API Gateway', 'DynamoDB') if world.app
                                                    else ('DynamoDB',))))
