"""The same story through each kind of client: boto3, the AWS CLI, and @aws-sdk v3 for JavaScript."""

import json

NODE_DYNAMODB = """
const { DynamoDBClient, CreateTableCommand, waitUntilTableExists } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, GetCommand, QueryCommand } = require('@aws-sdk/lib-dynamodb');
(async () => {
  const raw = new DynamoDBClient({ maxAttempts: 1 });
  const db = DynamoDBDocumentClient.from(raw);
  const TableName = process.argv[2];
  await raw.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }, { AttributeName: 'sk', AttributeType: 'N' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }] }));
  await waitUntilTableExists({ client: raw, maxWaitTime: 60 }, { TableName });
  for (let sk = 0; sk < 5; sk++) {
    await db.send(new PutCommand({ TableName, Item: { pk: 'a', sk, deep: { list: [1, 'two', null, true] } } }));
  }
  const { Item } = await db.send(new GetCommand({ TableName, Key: { pk: 'a', sk: 3 } }));
  const { Items } = await db.send(new QueryCommand({ TableName, ScanIndexForward: false,
    KeyConditionExpression: 'pk = :a AND sk BETWEEN :from AND :to',
    ExpressionAttributeValues: { ':a': 'a', ':from': 1, ':to': 3 } }));
  let code;
  try {
    await db.send(new PutCommand({ TableName, Item: { pk: 'a', sk: 1 }, ConditionExpression: 'attribute_not_exists(pk)' }));
  } catch (error) { code = error.name; }
  console.log(JSON.stringify({ Item, order: Items.map((item) => item.sk), code }));
})();
"""

NODE_S3 = """
const s3 = require('@aws-sdk/client-s3');
const { Upload } = require('@aws-sdk/lib-storage');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');
(async () => {
  const client = new s3.S3Client({ forcePathStyle: true, maxAttempts: 1 });
  const Bucket = process.argv[2];
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  await client.send(new s3.PutObjectCommand({ Bucket, Key: 'a b/\\u00fc+.txt', Body: 'hello', ContentType: 'text/plain' }));
  const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'a b/\\u00fc+.txt', Range: 'bytes=1-3' }));
  const big = Buffer.alloc(6 * 1024 * 1024 + 7, 'x');
  await new Upload({ client, params: { Bucket, Key: 'big', Body: big } }).done();
  const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'big' }));
  const url = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'a b/\\u00fc+.txt' }), { expiresIn: 60 });
  const { Contents } = await client.send(new s3.ListObjectsV2Command({ Bucket }));
  let code;
  try { await client.send(new s3.GetObjectCommand({ Bucket, Key: 'none' })); } catch (error) { code = error.name; }
  console.log(JSON.stringify({ range: await got.Body.transformToString(), size: head.ContentLength,
    presigned: await (await fetch(url)).text(), keys: Contents.map((o) => o.Key), code }));
})();
"""


def test_javascript_dynamodb(node):
    seen = node(NODE_DYNAMODB, 'things')
    assert seen['Item'] == {'pk': 'a', 'sk': 3, 'deep': {'list': [1, 'two', None, True]}}
    assert seen['order'] == [3, 2, 1]
    assert seen['code'] == 'ConditionalCheckFailedException'


def test_javascript_s3(node, account):
    seen = node(NODE_S3, f'js-{account}')
    assert seen == {'range': 'ell', 'size': 6 * 1024 * 1024 + 7, 'presigned': 'hello',
                    'keys': ['a b/ü+.txt', 'big'], 'code': 'NoSuchKey'}


def test_cli_dynamodb(aws):
    aws('dynamodb', 'create-table', '--table-name', 'things', '--billing-mode', 'PAY_PER_REQUEST',
        '--attribute-definitions', 'AttributeName=id,AttributeType=S', '--key-schema', 'AttributeName=id,KeyType=HASH')
    aws('dynamodb', 'wait', 'table-exists', '--table-name', 'things')
    aws('dynamodb', 'put-item', '--table-name', 'things', '--item', '{"id":{"S":"1"},"n":{"N":"1.50"}}')
    assert aws('dynamodb', 'get-item', '--table-name', 'things', '--key', '{"id":{"S":"1"}}')['Item'] == {
        'id': {'S': '1'}, 'n': {'N': '1.5'}}
    assert aws('dynamodb', 'list-tables')['TableNames'] == ['things']
    error = aws('dynamodb', 'get-item', '--table-name', 'none', '--key', '{"id":{"S":"1"}}', expect_error=True)
    assert '(ResourceNotFoundException)' in error
    assert 'Requested resource not found' in error


def test_cli_s3(aws, account, tmp_path):
    bucket = f's3://cli-{account}'
    (tmp_path / 'in').mkdir()
    (tmp_path / 'in/small.txt').write_text('hello')
    (tmp_path / 'in/large.bin').write_bytes(b'0123456789abcdef' * (1 << 20))  # 16 MiB: multipart
    aws('s3', 'mb', bucket)
    aws('s3', 'sync', str(tmp_path / 'in'), bucket)
    aws('s3', 'sync', bucket, str(tmp_path / 'out'))
    assert (tmp_path / 'out/small.txt').read_text() == 'hello'
    assert (tmp_path / 'out/large.bin').read_bytes() == (tmp_path / 'in/large.bin').read_bytes()
    aws('s3', 'rb', bucket, '--force')


def test_cli_sts(aws, account):
    assert aws('sts', 'get-caller-identity')['Account'] == account


def test_regions_are_worlds_of_their_own(client):
    here, there = client('dynamodb'), client('dynamodb', region='eu-west-1')
    here.create_table(TableName='things', BillingMode='PAY_PER_REQUEST',
                      AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}],
                      KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}])
    assert here.list_tables()['TableNames'] == ['things']
    assert there.list_tables()['TableNames'] == []


def test_health_says_what_runs(endpoint):
    import requests
    answer = requests.get(f'{endpoint}/_millrace/health', timeout=10)
    assert answer.status_code == 200
    assert json.loads(answer.text)


def test_https_on_the_same_port(endpoint):
    import requests
    answer = requests.get(endpoint.replace('http:', 'https:') + '/_millrace/health', verify=False, timeout=10)
    assert answer.status_code == 200
