"""What the tests of replicate, verify, backup and restore share: running the commands, and awkward items."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time

import botocore.exceptions
import harness

EAST, WEST = 'us-east-1', 'eu-west-1'


def keeper(endpoint, account, *arguments, code=0):
    """Runs `millrace ARGUMENTS` to its end; gives what it printed (the errors, when `code` is not 0)."""
    done = subprocess.run([harness.BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120,
                          env=harness.credentials_env(endpoint, key=account))
    assert done.returncode == code, f'exit code {done.returncode}\n{done.stdout}\n{done.stderr}'
    return done.stdout + done.stderr if code else done.stdout


class Replicator:
    """A running `millrace replicate run`."""

    def __init__(self, account, log, *arguments, endpoint='http://127.0.0.1:1'):
        self.log = log
        with open(log, 'ab') as out:
            self.process = subprocess.Popen(
                [harness.BINARY, 'replicate', 'run', *arguments, '--json'], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, env=harness.credentials_env(endpoint, key=account))

    def printed(self):
        return self.log.read_text(errors='replace')

    def status(self):
        """The newest line of its state, or {}."""
        lines = [line for line in self.printed().split('\n') if line.startswith('{')]
        return json.loads(lines[-1]) if lines else {}

    def workers(self):
        return harness.descendants(self.process.pid)

    def kill(self):
        """kill -9 of supervisor and worker."""
        pids = [self.process.pid, *self.workers()]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        harness.wait_until('the worker is gone', lambda: not any(map(harness.is_alive, pids[1:])))

    def stop(self):
        """SIGTERM; gives the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.kill()


def wait_live(replicator):
    return harness.wait_until('the replication is live', lambda: replicator.status().get('state') == 'live',
                              every_s=0.05)


def make_table(db, name, **options):
    """A table with partition and sort key and an index, unless `options` says otherwise ([]: without)."""
    settings = {
        'AttributeDefinitions': [{'AttributeName': 'pk', 'AttributeType': 'S'},
                                 {'AttributeName': 'sk', 'AttributeType': 'N'},
                                 {'AttributeName': 'owner', 'AttributeType': 'S'}],
        'KeySchema': [{'AttributeName': 'pk', 'KeyType': 'HASH'}, {'AttributeName': 'sk', 'KeyType': 'RANGE'}],
        'GlobalSecondaryIndexes': [{'IndexName': 'by-owner', 'Projection': {'ProjectionType': 'ALL'},
                                    'KeySchema': [{'AttributeName': 'owner', 'KeyType': 'HASH'},
                                                  {'AttributeName': 'sk', 'KeyType': 'RANGE'}]}],
        'BillingMode': 'PAY_PER_REQUEST'} | options
    db.create_table(TableName=name, **{option: value for option, value in settings.items() if value})
    db.get_waiter('table_exists').wait(TableName=name, WaiterConfig={'Delay': 1})


def awkward_item(number, version=0):
    """One of many, with every type, 38-digit numbers and what else a copy could spoil."""
    return {
        'pk': {'S': f'part-{number % 7} ü/#'}, 'sk': {'N': str(number)}, 'owner': {'S': f'owner-{number % 5}'},
        'version': {'N': str(version)}, 'text': {'S': f'note {number} ' * (number % 9)},
        'large': {'N': '12345678901234567890123456789012345678'}, 'small': {'N': '-1.2345678901234567890123456789E-100'},
        'binary': {'B': bytes([number % 256, 0, 255])}, 'none': {'NULL': True}, 'flag': {'BOOL': number % 2 == 0},
        'strings': {'SS': ['b', 'a', f's{number}']}, 'numbers': {'NS': ['3', '1E+20', '-0.5']},
        'blobs': {'BS': [b'\x00', b'\xff\x01']},
        'nested': {'M': {'list': {'L': [{'N': '1'}, {'M': {'deep': {'S': ''}}}, {'L': []}]}, 'empty': {'M': {}}}}}


def key_of(item):
    return {'pk': item['pk'], 'sk': item['sk']}


def fill(db, table, items):
    items = list(items)
    for start in range(0, len(items), 25):
        requests = [{'PutRequest': {'Item': item}} for item in items[start:start + 25]]
        while requests:
            requests = db.batch_write_item(RequestItems={table: requests})['UnprocessedItems'].get(table)


def sorted_sets(value):
    """The same value with its sets in one order: sets have none."""
    (kind, inner), = value.items()
    if kind in ('SS', 'NS', 'BS'):
        return {kind: sorted(inner)}
    if kind == 'L':
        return {kind: [sorted_sets(element) for element in inner]}
    if kind == 'M':
        return {kind: {name: sorted_sets(element) for name, element in inner.items()}}
    return value


def contents(db, table):
    """Every item, by its key, as plain values to compare."""
    found = {}
    for page in db.get_paginator('scan').paginate(TableName=table, ConsistentRead=True):
        for item in page['Items']:
            found[item['pk']['S'], item.get('sk', {}).get('N')] = {
                name: sorted_sets(value) for name, value in item.items()}
    return found


def count(db, table):
    try:
        return sum(page['Count'] for page in db.get_paginator('scan').paginate(TableName=table, Select='COUNT'))
    except botocore.exceptions.ClientError:
        return 0


class Writers:
    """Threads that put, change and delete items until they are told to stop; a server may die under them."""

    def __init__(self, connect, table, keys, threads=2, pause_s=0.004):
        self.done = 0
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(connect, table, keys, number, pause_s))
                         for number in range(threads)]

    def _run(self, connect, table, keys, writer, pause_s):
        db = connect()
        for step in range(1_000_000):
            if self._stop.is_set():
                return
            # A step through the keys that visits all of them, differently for each writer.
            item = awkward_item((step * (37 + 2 * writer)) % keys, version=step + 1)
            try:
                if step % 3 == 0:
                    db.delete_item(TableName=table, Key=key_of(item))
                elif step % 3 == 1:
                    db.put_item(TableName=table, Item=item)
                else:
                    db.update_item(TableName=table, Key=key_of(item), UpdateExpression='SET #v = :v ADD seen :one',
                                   ExpressionAttributeNames={'#v': 'version'},
                                   ExpressionAttributeValues={':v': {'N': str(step)}, ':one': {'N': '1'}})
                self.done += 1
            except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError):
                time.sleep(0.05)
            time.sleep(pause_s)

    def wait_for_more(self, writes):
        mark = self.done
        harness.wait_until('writes go on', lambda: self.done >= mark + writes, every_s=0.02)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def __exit__(self, *exception):
        self.stop()
