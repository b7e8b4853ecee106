"""DynamoDB and DynamoDB Streams through boto3, whose waiters, paginators and resource layer must work."""

import decimal
import threading
import time

import boto3.dynamodb.conditions as conditions
import botocore.exceptions
import pytest


def make_table(client, name='things', sort=None, **options):
    attributes = [{'AttributeName': 'pk', 'AttributeType': 'S'}]
    keys = [{'AttributeName': 'pk', 'KeyType': 'HASH'}]
    if sort:
        attributes.append({'AttributeName': 'sk', 'AttributeType': sort})
        keys.append({'AttributeName': 'sk', 'KeyType': 'RANGE'})
    attributes += options.pop('attributes', [])
    client.create_table(TableName=name, AttributeDefinitions=attributes, KeySchema=keys,
                        BillingMode='PAY_PER_REQUEST', **options)
    client.get_waiter('table_exists').wait(TableName=name)
    return name


@pytest.fixture
def dynamodb(client):
    return client('dynamodb')


@pytest.fixture
def streams(client):
    return client('dynamodbstreams')


def error_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response


def read_stream(streams, arn):
    shards = streams.describe_stream(StreamArn=arn)['StreamDescription']['Shards']
    records = []
    for shard in shards:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard['ShardId'],
                                              ShardIteratorType='TRIM_HORIZON')['ShardIterator']
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            if not page['Records']:
                break
            records += page['Records']
            iterator = page.get('NextShardIterator')
    return records


def test_life_of_a_table(dynamodb):
    make_table(dynamodb)
    assert dynamodb.list_tables()['TableNames'] == ['things']
    table = dynamodb.describe_table(TableName='things')['Table']
    assert table['TableStatus'] == 'ACTIVE'
    assert table['BillingModeSummary']['BillingMode'] == 'PAY_PER_REQUEST'
    assert error_of(dynamodb.create_table, TableName='things', BillingMode='PAY_PER_REQUEST',
                    AttributeDefinitions=table['AttributeDefinitions'],
                    KeySchema=table['KeySchema'])['Error']['Code'] == 'ResourceInUseException'
    dynamodb.delete_table(TableName='things')
    dynamodb.get_waiter('table_not_exists').wait(TableName='things')
    error = error_of(dynamodb.describe_table, TableName='things')['Error']
    assert error == {'Code': 'ResourceNotFoundException',
                     'Message': 'Requested resource not found: Table: things not found'}


def test_every_type_comes_back(dynamodb):
    make_table(dynamodb)
    item = {
        'pk': {'S': 'a'}, 'text': {'S': 'grüße \u0000 \U0001f600'}, 'empty': {'S': ''},
        'number': {'N': '-1.5'}, 'bytes': {'B': bytes(range(256))}, 'yes': {'BOOL': True},
        'nothing': {'NULL': True}, 'list': {'L': [{'S': 'x'}, {'L': []}, {'M': {}}]},
        'map': {'M': {'k': {'N': '1'}}}, 'texts': {'SS': ['a', 'b']}, 'numbers': {'NS': ['1', '2']},
        'blobs': {'BS': [b'1', b'2']},
    }
    dynamodb.put_item(TableName='things', Item=item)
    assert dynamodb.get_item(TableName='things', Key={'pk': {'S': 'a'}})['Item'] == item


def test_numbers_are_exact(dynamodb):
    make_table(dynamodb)
    for given, answered in [('1.50', '1.5'), ('1E+3', '1000'), ('-0', '0'), ('9' * 38, '9' * 38),
                            ('1e-130', '0.' + '0' * 129 + '1')]:
        dynamodb.put_item(TableName='things', Item={'pk': {'S': 'n'}, 'n': {'N': given}})
        assert dynamodb.get_item(TableName='things', Key={'pk': {'S': 'n'}})['Item']['n']['N'] == answered
    error = error_of(dynamodb.put_item, TableName='things',
                     Item={'pk': {'S': 'n'}, 'n': {'N': '1e126'}})['Error']
    assert error['Code'] == 'ValidationException'
    assert 'Number overflow' in error['Message']


def test_conditions_and_updates(dynamodb):
    make_table(dynamodb)
    key = {'pk': {'S': 'a'}}
    dynamodb.put_item(TableName='things', Item=key, ConditionExpression='attribute_not_exists(pk)')
    response = error_of(dynamodb.put_item, TableName='things', Item=key,
                        ConditionExpression='attribute_not_exists(pk)',
                        ReturnValuesOnConditionCheckFailure='ALL_OLD')
    assert response['Error']['Code'] == 'ConditionalCheckFailedException'
    assert response['Item'] == key
    answer = dynamodb.update_item(
        TableName='things', Key=key, ReturnValues='ALL_NEW', ReturnConsumedCapacity='INDEXES',
        UpdateExpression='SET #n = if_not_exists(#n, :zero) + :one, l = list_append(:list, :list) ADD s :set',
        ExpressionAttributeNames={'#n': 'count'},
        ExpressionAttributeValues={':zero': {'N': '0'}, ':one': {'N': '1'}, ':list': {'L': [{'S': 'x'}]},
                                   ':set': {'SS': ['b', 'a']}})
    assert answer['Attributes'] == {**key, 'count': {'N': '1'}, 'l': {'L': [{'S': 'x'}, {'S': 'x'}]},
                                    's': {'SS': ['a', 'b']}}
    assert answer['ConsumedCapacity'] == {'TableName': 'things', 'CapacityUnits': 1.0,
                                          'Table': {'CapacityUnits': 1.0}}


def test_resource_layer_and_pages(dynamodb, endpoint, account):
    import boto3
    resource = boto3.resource('dynamodb', endpoint_url=endpoint, region_name='us-east-1',
                              aws_access_key_id=account, aws_secret_access_key='test')
    make_table(dynamodb, sort='N')
    table = resource.Table('things')
    with table.batch_writer() as batch:
        for i in range(60):
            batch.put_item(Item={'pk': 'p', 'sk': i, 'even': i % 2 == 0})
    assert table.item_count == 60
    found = table.query(KeyConditionExpression=conditions.Key('pk').eq('p') &
                        conditions.Key('sk').between(10, 19),
                        FilterExpression=conditions.Attr('even').eq(True), ScanIndexForward=False)
    assert [item['sk'] for item in found['Items']] == [decimal.Decimal(n) for n in (18, 16, 14, 12, 10)]
    pages = dynamodb.get_paginator('scan').paginate(TableName='things', PaginationConfig={'PageSize': 7})
    assert sum(len(page['Items']) for page in pages) == 60


def test_global_index_is_added_to_a_full_table(dynamodb):
    make_table(dynamodb)
    for i in range(30):
        dynamodb.put_item(TableName='things', Item={'pk': {'S': str(i)}, 'g': {'S': 'odd' if i % 2 else 'even'}})
    dynamodb.update_table(
        TableName='things', AttributeDefinitions=[{'AttributeName': 'g', 'AttributeType': 'S'}],
        GlobalSecondaryIndexUpdates=[{'Create': {
            'IndexName': 'by-g', 'KeySchema': [{'AttributeName': 'g', 'KeyType': 'HASH'}],
            'Projection': {'ProjectionType': 'KEYS_ONLY'}}}])
    deadline = time.monotonic() + 20
    while True:
        index = dynamodb.describe_table(TableName='things')['Table']['GlobalSecondaryIndexes'][0]
        if index['IndexStatus'] == 'ACTIVE':
            break
        assert time.monotonic() < deadline
        time.sleep(0.1)
    found = dynamodb.query(TableName='things', IndexName='by-g', KeyConditionExpression='g = :g',
                           ExpressionAttributeValues={':g': {'S': 'odd'}})
    assert found['Count'] == 15


def test_transactions(dynamodb):
    make_table(dynamodb)
    put = {'Put': {'TableName': 'things', 'Item': {'pk': {'S': 'a'}},
                   'ConditionExpression': 'attribute_not_exists(pk)'}}
    other = {'Update': {'TableName': 'things', 'Key': {'pk': {'S': 'b'}}, 'UpdateExpression': 'ADD n :one',
                        'ExpressionAttributeValues': {':one': {'N': '1'}}}}
    dynamodb.transact_write_items(TransactItems=[put, other])
    response = error_of(dynamodb.transact_write_items, TransactItems=[other, put])
    assert response['Error']['Code'] == 'TransactionCanceledException'
    assert [reason['Code'] for reason in response['CancellationReasons']] == ['None', 'ConditionalCheckFailed']
    got = dynamodb.transact_get_items(TransactItems=[
        {'Get': {'TableName': 'things', 'Key': {'pk': {'S': key}}}} for key in ('a', 'b', 'c')])
    assert got['Responses'] == [{'Item': {'pk': {'S': 'a'}}}, {'Item': {'pk': {'S': 'b'}, 'n': {'N': '1'}}}, {}]


def test_counter_loses_no_update_under_contention(dynamodb, client):
    make_table(dynamodb)
    threads_count, each = 4, 25

    def work():
        own = client('dynamodb')
        for _ in range(each):
            own.update_item(TableName='things', Key={'pk': {'S': 'n'}}, UpdateExpression='ADD n :one',
                            ExpressionAttributeValues={':one': {'N': '1'}})
    threads = [threading.Thread(target=work) for _ in range(threads_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    item = dynamodb.get_item(TableName='things', Key={'pk': {'S': 'n'}}, ConsistentRead=True)['Item']
    assert item['n']['N'] == str(threads_count * each)


def test_stream(dynamodb, streams):
    make_table(dynamodb, StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_AND_OLD_IMAGES'})
    arn = dynamodb.describe_table(TableName='things')['Table']['LatestStreamArn']
    dynamodb.put_item(TableName='things', Item={'pk': {'S': 'a'}, 'v': {'N': '1'}})
    dynamodb.put_item(TableName='things', Item={'pk': {'S': 'a'}, 'v': {'N': '1'}})
    dynamodb.put_item(TableName='things', Item={'pk': {'S': 'a'}, 'v': {'N': '2'}})
    dynamodb.delete_item(TableName='things', Key={'pk': {'S': 'a'}})
    records = read_stream(streams, arn)
    assert [record['eventName'] for record in records] == ['INSERT', 'MODIFY', 'REMOVE']
    assert records[1]['dynamodb']['OldImage']['v'] == {'N': '1'}
    assert records[1]['dynamodb']['NewImage']['v'] == {'N': '2'}
    numbers = [int(record['dynamodb']['SequenceNumber']) for record in records]
    assert numbers == sorted(set(numbers))
    assert streams.list_streams(TableName='things')['Streams'][0]['StreamArn'] == arn


def test_expired_items_go_away_and_say_so_on_the_stream(dynamodb, streams):
    make_table(dynamodb, StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'KEYS_ONLY'})
    dynamodb.update_time_to_live(TableName='things', TimeToLiveSpecification={
        'Enabled': True, 'AttributeName': 'exp'})
    dynamodb.put_item(TableName='things', Item={'pk': {'S': 'a'}, 'exp': {'N': str(int(time.time()) + 1)}})
    deadline = time.monotonic() + 20
    while 'Item' in dynamodb.get_item(TableName='things', Key={'pk': {'S': 'a'}}):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    arn = dynamodb.describe_table(TableName='things')['Table']['LatestStreamArn']
    assert read_stream(streams, arn)[-1]['userIdentity'] == {
        'PrincipalId': 'dynamodb.amazonaws.com', 'Type': 'Service'}


def test_bad_input_is_a_4xx(dynamodb, raw):
    make_table(dynamodb)
    cases = [
        ({'Item': {'pk': {'S': 'a'}, 'x': {'SS': []}}}, 'An string set  may not be empty'),
        ({'Item': {'pk': {'S': 'a'}}, 'ConditionExpression': 'a = = b'}, 'Syntax error; token: "="'),
        ({'Item': {'pk': {'N': '1'}}}, 'Type mismatch for key pk expected: S actual: N'),
    ]
    for arguments, message in cases:
        response = error_of(dynamodb.put_item, TableName='things', **arguments)
        assert response['ResponseMetadata']['HTTPStatusCode'] == 400
        assert response['Error']['Code'] == 'ValidationException'
        assert message in response['Error']['Message']


def test_json_nested_a_hundred_thousand_deep(endpoint, account, raw):
    body = b'{"TableName":"things","Item":{"pk":' + b'{"L":[' * 100_000
    answer = raw(b'POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.PutItem\r\n'
                 b'Content-Type: application/x-amz-json-1.0\r\nConnection: close\r\n'
                 b'Authorization: AWS4-HMAC-SHA256 Credential=' + account.encode() +
                 b'/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00\r\n'
                 b'Content-Length: ' + str(len(body)).encode() + b'\r\n\r\n' + body)
    assert answer.startswith(b'HTTP/1.1 4')
