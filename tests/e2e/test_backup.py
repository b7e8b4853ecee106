"""`millrace backup` and `millrace restore`: AWS's export layout, and damage told by the object's name."""

import base64
import gzip
import hashlib
import json

import pytest
from keeping import EAST, awkward_item, contents, fill, keeper, key_of, make_table

PREFIX = 'nightly/orders'


@pytest.fixture
def db(client):
    return client('dynamodb', region=EAST)


@pytest.fixture
def s3(client):
    return client('s3', region=EAST)


@pytest.fixture
def run(endpoint, account):
    return lambda *arguments, code=0: keeper(endpoint, account, *arguments, code=code)


@pytest.fixture
def bucket(s3, account):
    """Names of buckets are the whole server's."""
    name = f'backups-{account}'
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def where(bucket):
    return f's3://{bucket}/{PREFIX}'


@pytest.fixture
def objects(s3, bucket):
    """All objects of the backups, or those whose key ends so."""
    def read(suffix=''):
        pages = s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, Prefix=PREFIX)
        return {entry['Key']: s3.get_object(Bucket=bucket, Key=entry['Key'])['Body'].read()
                for page in pages for entry in page.get('Contents', []) if entry['Key'].endswith(suffix)}
    return read


@pytest.fixture
def backed_up(db, where, run):
    """A table, and its backup; gives the table's contents."""
    make_table(db, 'orders', StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_IMAGE'},
               Tags=[{'Key': 'team', 'Value': 'shop'}])
    db.update_time_to_live(TableName='orders', TimeToLiveSpecification={'Enabled': True, 'AttributeName': 'ends'})
    fill(db, 'orders', (awkward_item(number) for number in range(300)))
    expected = contents(db, 'orders')
    run('backup', EAST, 'orders', where, '--quiet')
    return expected


def one(found):
    (key, body), = found.items()
    return key, body


def md5(body):
    return base64.b64encode(hashlib.md5(body).digest()).decode()


def test_the_layout_is_that_of_an_export_by_aws(backed_up, objects, bucket):
    summary_key, summary = one(objects('manifest-summary.json'))
    folder = summary_key.rsplit('/', 1)[0]
    assert folder.startswith(f'{PREFIX}/AWSDynamoDB/0')
    assert f'{folder}/_started' in objects()
    summary = json.loads(summary)
    assert summary['itemCount'] == len(backed_up) == 300
    assert summary['outputFormat'] == 'DYNAMODB_JSON'
    assert summary['s3Bucket'] == bucket and summary['s3Prefix'] == PREFIX
    assert summary['tableArn'].endswith('table/orders')
    for name in ('manifest-summary', 'manifest-files'):
        assert one(objects(f'{name}.md5'))[1].decode() == md5(one(objects(f'{name}.json'))[1])
    files = [json.loads(line) for line in objects()[summary['manifestFilesS3Key']].splitlines()]
    items = {}
    for file in files:
        assert file['dataFileS3Key'].startswith(f'{folder}/data/')
        body = objects()[file['dataFileS3Key']]
        assert file['md5Checksum'] == md5(body)
        lines = [json.loads(line)['Item'] for line in gzip.decompress(body).splitlines()]
        assert file['itemCount'] == len(lines)
        items |= {(item['pk']['S'], item['sk']['N']): item for item in lines}
    assert items.keys() == backed_up.keys()
    assert items['part-1 ü/#', '1']['large'] == {'N': '12345678901234567890123456789012345678'}
    assert items['part-1 ü/#', '1']['binary'] == {'B': base64.b64encode(b'\x01\x00\xff').decode()}


def test_a_deleted_table_comes_back_whole(backed_up, db, objects, run, where):
    make_table(db, 'untouched', GlobalSecondaryIndexes=[],
               AttributeDefinitions=[{'AttributeName': 'pk', 'AttributeType': 'S'},
                                     {'AttributeName': 'sk', 'AttributeType': 'N'}])
    fill(db, 'untouched', [{name: item[name] for name in item} for item in backed_up.values()])
    db.delete_table(TableName='orders')
    db.get_waiter('table_not_exists').wait(TableName='orders', WaiterConfig={'Delay': 1})
    assert '300 items' in run('restore', where, EAST, 'restored', '--quiet')
    assert contents(db, 'restored') == backed_up
    run('verify', EAST, 'untouched', EAST, 'restored', '--quiet')
    table = db.describe_table(TableName='restored')['Table']
    assert table['GlobalSecondaryIndexes'][0]['IndexName'] == 'by-owner'
    assert table['StreamSpecification'] == {'StreamEnabled': True, 'StreamViewType': 'NEW_IMAGE'}
    assert db.describe_time_to_live(TableName='restored')['TimeToLiveDescription']['AttributeName'] == 'ends'
    assert db.list_tags_of_resource(ResourceArn=table['TableArn'])['Tags'] == [{'Key': 'team', 'Value': 'shop'}]
    found = db.query(TableName='restored', IndexName='by-owner', KeyConditionExpression='#o = :o',
                     ExpressionAttributeNames={'#o': 'owner'}, ExpressionAttributeValues={':o': {'S': 'owner-1'}})
    assert found['Count'] == 60
    assert not [key for key in objects() if '_rep/restore' in key]


def test_an_older_backup_by_its_id(backed_up, db, objects, run, where):
    older = one(objects('manifest-summary.json'))[0].split('/')[-2]
    db.delete_item(TableName='orders', Key=key_of(awkward_item(1)))
    newer = json.loads(run('backup', EAST, 'orders', where, '--json'))
    assert newer['items'] == 299 and newer['exportId'] > older
    assert '299 items' in run('restore', where, EAST, 'newest', '--quiet')
    assert '300 items' in run('restore', where, EAST, 'older', '--export-id', older, '--quiet')
    assert contents(db, 'older') == backed_up


def damage(s3, bucket, key, kind):
    body = s3.get_object(Bucket=bucket, Key=key)['Body'].read()
    if kind == 'missing':
        s3.delete_object(Bucket=bucket, Key=key)
    elif kind == 'truncated':
        s3.put_object(Bucket=bucket, Key=key, Body=body[:len(body) // 2])
    else:
        middle = len(body) // 2
        s3.put_object(Bucket=bucket, Key=key, Body=body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1:])


@pytest.mark.parametrize('kind', ['missing', 'truncated', 'bit flipped'])
@pytest.mark.parametrize('name', ['.json.gz', 'manifest-files.json', 'manifest-summary.json'])
def test_damage_is_told_by_name(backed_up, s3, bucket, objects, run, where, kind, name):
    key = sorted(objects(name))[0]
    damage(s3, bucket, key, kind)
    printed = run('restore', where, EAST, 'restored', '--quiet', code=1)
    if kind == 'missing' and name == 'manifest-summary.json':
        assert 'BackupNotFound' in printed and where in printed  # as if it had never been finished
    else:
        assert 'InvalidBackup' in printed and key in printed


def test_refused(backed_up, db, run, bucket, where):
    assert 'table orders exists' in run('restore', where, EAST, 'orders', '--quiet', code=5)
    assert contents(db, 'orders') == backed_up
    assert 'no complete backup' in run('restore', f's3://{bucket}/elsewhere', EAST, 'new', '--quiet', code=1)
    assert 'NoSuchBucket' in run('backup', EAST, 'orders', 's3://no-such-bucket-at-all/x', '--quiet', code=1)
    assert 'ResourceNotFoundException' in run('backup', EAST, 'nothing', where, '--quiet', code=1)
    assert 's3://' in run('backup', EAST, 'orders', 'https://example.com/x', '--quiet', code=1)
