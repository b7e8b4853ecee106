"""A disk that fills up: writes are refused, nothing that was acknowledged is lost, and it goes on when there is room.

The disk is a small one in memory that only the server sees, in a mount namespace of its own.
"""

import itertools
import os
import pathlib
import subprocess
import threading
import time

import botocore.exceptions
import pytest

import harness

DISK_MB = 400  # 128 of them are kept free
TABLE = {'TableName': 'things', 'BillingMode': 'PAY_PER_REQUEST',
         'KeySchema': [{'AttributeName': 'id', 'KeyType': 'HASH'}],
         'AttributeDefinitions': [{'AttributeName': 'id', 'AttributeType': 'S'}]}


class Disk:
    """A process that holds the mount: servers come and go in its namespace, and we see it through /proc."""

    def __init__(self, mount_point):
        mount_point.mkdir()
        self.mount_point = mount_point
        as_root = os.geteuid() == 0
        self.holder = subprocess.Popen(
            ['unshare', '--mount', *([] if as_root else ['--user', '--map-root-user']), 'sh', '-c',
             f'mount -t tmpfs -o size={DISK_MB}m tmpfs "$0" && echo ready && exec sleep 1000', str(mount_point)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != 'ready\n':
            error = self.holder.stderr.read()
            self.end()
            pytest.skip(f'no mount namespace here: {error}')
        self.wrapper = ['nsenter', '--target', str(self.holder.pid), '--mount',
                        *([] if as_root else ['--user', '--preserve-credentials'])]
        self.seen = pathlib.Path(f'/proc/{self.holder.pid}/root{mount_point}')

    def fill(self):
        """Leaves nothing, as another program would."""
        with open(self.seen / 'filler', 'wb', buffering=0) as file:
            try:
                while True:
                    file.write(b'x' * 65536)
            except OSError:
                pass

    def free(self):
        (self.seen / 'filler').unlink()

    def end(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()
        self.holder.stderr.close()


@pytest.fixture
def disk(tmp_path):
    disk = Disk(tmp_path / 'disk')
    yield disk
    disk.end()


@pytest.fixture
def server(disk, tmp_path):
    server = harness.Server(disk.mount_point / 'data', wrapper=disk.wrapper)
    server.log = tmp_path / 'server.log'
    server.start()
    yield server
    server.stop()


def put_until_refused(dynamodb, start=0):
    """Gives back what was acknowledged, and the refusal."""
    acknowledged = []
    for i in range(start, start + 5000):
        try:
            dynamodb.put_item(TableName='things', Item={'id': {'S': str(i)}, 'data': {'B': os.urandom(75_000)}})
        except botocore.exceptions.ClientError as error:
            return acknowledged, error.response
        acknowledged.append(str(i))
    raise AssertionError('the disk did not fill up')


def stored_ids(dynamodb):
    pages = dynamodb.get_paginator('scan').paginate(TableName='things', ProjectionExpression='id', ConsistentRead=True)
    return {item['id']['S'] for page in pages for item in page['Items']}


def test_items_until_the_disk_is_full_and_after(server, disk):
    dynamodb = server.client('dynamodb')
    dynamodb.create_table(**TABLE)
    disk.fill()
    acknowledged, refusal = put_until_refused(dynamodb)
    assert refusal['ResponseMetadata']['HTTPStatusCode'] == 500
    assert refusal['Error']['Code'] == 'InternalServerError'
    assert stored_ids(dynamodb) == set(acknowledged)  # reading goes on

    disk.free()
    more, refusal = put_until_refused(dynamodb, start=10_000)  # by itself now
    assert refusal['ResponseMetadata']['HTTPStatusCode'] == 500
    assert len(more) > 100
    assert stored_ids(dynamodb) == set(acknowledged + more)

    server.kill()
    server.restart()
    assert stored_ids(dynamodb) >= set(acknowledged + more)


def test_a_disk_that_others_fill_while_we_write(server, disk):
    dynamodb = server.client('dynamodb')
    dynamodb.create_table(**TABLE)
    acknowledged, refused, stop = set(), [], threading.Event()

    def write():
        """An item after the other, whatever becomes of them."""
        for i in itertools.count():
            if stop.is_set():
                return
            try:  # some items are in memory and must be written out sooner or later: 1000 ids bound the disk's use
                dynamodb.put_item(TableName='things', Item={'id': {'S': str(i % 1000)}, 'data': {'B': os.urandom(50_000)}})
                acknowledged.add(str(i % 1000))
            except botocore.exceptions.ClientError as error:
                refused.append(error.response['Error']['Code'])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            time.sleep(1)
            disk.fill()
            count = len(refused)
            harness.wait_until('writes are refused', lambda: len(refused) > count)
            disk.free()
            harness.wait_until('writes go on', lambda: accepts_items(dynamodb))
    finally:
        stop.set()
        writer.join()
    assert set(refused) == {'InternalServerError'}
    assert stored_ids(dynamodb) >= acknowledged
    server.kill()
    server.restart()
    assert stored_ids(dynamodb) >= acknowledged


def accepts_items(dynamodb):
    try:
        dynamodb.put_item(TableName='things', Item={'id': {'S': 'again'}})
        return True
    except botocore.exceptions.ClientError:
        return False


def test_objects_and_code(server, disk):
    s3 = server.client('s3')
    s3.create_bucket(Bucket='full')
    kept = []
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        for i in range(200):
            s3.put_object(Bucket='full', Key=str(i), Body=bytes([i]) * 2_000_000)
            kept.append(i)
    assert raised.value.response['ResponseMetadata']['HTTPStatusCode'] == 500
    assert raised.value.response['Error']['Code'] == 'InternalError'
    assert len(kept) > 10
    data = disk.seen / 'data'
    harness.wait_until('nothing half-written is left', lambda: not list((data / 'incoming').iterdir()), timeout_s=5)
    for i in kept:
        assert s3.get_object(Bucket='full', Key=str(i))['Body'].read() == bytes([i]) * 2_000_000
    # Room is made from within: deleting goes on when uploads do not.
    for i in kept:
        s3.delete_object(Bucket='full', Key=str(i))
    harness.wait_until('there is room again', lambda: accepts(s3))


def accepts(s3):
    try:
        s3.put_object(Bucket='full', Key='again', Body=b'x' * 2_000_000)
        return True
    except botocore.exceptions.ClientError:
        return False
