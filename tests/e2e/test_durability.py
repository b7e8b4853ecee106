"""What was acknowledged is there after kill -9, and so is what follows from it."""

import threading

import botocore.exceptions
import harness


def make_table(db, name='things'):
    db.create_table(TableName=name, BillingMode='PAY_PER_REQUEST',
                    AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}],
                    KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}],
                    StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_IMAGE'})
    harness.wait_until('the table is active',
                       lambda: db.describe_table(TableName=name)['Table']['TableStatus'] == 'ACTIVE')


def write_until_it_dies(server, writer, acknowledged):
    db = server.client('dynamodb')
    for number in range(100_000):
        key = f'{writer}-{number}'
        try:
            db.put_item(TableName='things', Item={'id': {'S': key}, 'n': {'N': str(number)}})
        except (botocore.exceptions.ClientError, botocore.exceptions.HTTPClientError):
            return
        acknowledged.append(key)


def stream_keys(server, table='things'):
    """The id of every record in the table's stream."""
    db, streams = server.client('dynamodb'), server.client('dynamodbstreams')
    arn = db.describe_table(TableName=table)['Table']['LatestStreamArn']
    keys = []
    for shard in streams.describe_stream(StreamArn=arn)['StreamDescription']['Shards']:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard['ShardId'],
                                              ShardIteratorType='TRIM_HORIZON')['ShardIterator']
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            keys += [record['dynamodb']['Keys']['id']['S'] for record in page['Records']]
            iterator = page.get('NextShardIterator') if page['Records'] else None
    return keys


def test_acknowledged_writes_survive_kill_9(server):
    make_table(server.client('dynamodb'))
    acknowledged = []
    for round_number in range(3):
        writers = [threading.Thread(target=write_until_it_dies,
                                    args=(server, f'{round_number}-{i}', acknowledged)) for i in range(4)]
        before = len(acknowledged)
        for writer in writers:
            writer.start()
        harness.wait_until('some writes', lambda: len(acknowledged) > before + 50)
        server.kill()
        for writer in writers:
            writer.join()
        server.restart()
    db = server.client('dynamodb')
    stored = {item['id']['S'] for page in db.get_paginator('scan').paginate(TableName='things')
              for item in page['Items']}
    assert set(acknowledged) <= stored
    records = stream_keys(server)
    assert len(records) == len(set(records))
    assert set(records) == stored


def test_objects_survive_kill_9(server):
    s3 = server.client('s3')
    s3.create_bucket(Bucket='kept')
    body = b'0123456789' * 100_000
    s3.put_object(Bucket='kept', Key='big', Body=body)
    s3.put_object(Bucket='kept', Key='small', Body=b'x')
    server.kill()
    server.restart()
    assert server.client('s3').get_object(Bucket='kept', Key='big')['Body'].read() == body
    assert server.client('s3').get_object(Bucket='kept', Key='small')['Body'].read() == b'x'


def test_sigterm_ends_in_an_orderly_way(server):
    make_table(server.client('dynamodb'))
    server.stop()
    server.restart()
    assert server.client('dynamodb').list_tables()['TableNames'] == ['things']


def test_two_servers_on_one_folder(server):
    """The second is told so, and the first goes on."""
    second = harness.Server(server.data)
    try:
        second.start()
    except harness.HarnessError:
        pass
    else:
        second.kill()
        raise AssertionError('two servers share a data folder')
    server.client('dynamodb').list_tables()
