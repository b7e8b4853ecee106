"""What the DynamoDB tests share: raw requests, which boto3's own validation would not let out, and tables."""

import collections
import datetime
import http.client
import json

import botocore.exceptions
import pytest

# code: without its namespace. body: the parsed answer.
Answer = collections.namedtuple('Answer', 'status code message body')

INVALID = 'One or more parameter values were invalid: '


def one(message):
    return f'1 validation error detected: {message}'


class Raw:
    """Sends JSON as it is: raw('PutItem', {...}) or raw('PutItem', '{"TableName": 1}')."""

    def __init__(self, endpoint, account, region='us-east-1'):
        self.host = endpoint.split('//')[1].rstrip('/')
        self.scope = (account, region)

    def __call__(self, operation, body, target='DynamoDB_20120810'):
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        now = datetime.datetime.now(datetime.timezone.utc)
        account, region = self.scope
        credential = f'{account}/{now:%Y%m%d}/{region}/dynamodb/aws4_request'
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request('POST', '/', text, {
                'X-Amz-Target': f'{target}.{operation}', 'Content-Type': 'application/x-amz-json-1.0',
                'X-Amz-Date': f'{now:%Y%m%dT%H%M%SZ}',
                'Authorization': f'AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=00'})
            response = connection.getresponse()
            answer = json.loads(response.read())
        finally:
            connection.close()
        code = answer.get('__type', '').rsplit('#')[-1] or None
        return Answer(response.status, code, answer.get('message', answer.get('Message')), answer)

    def ok(self, operation, body):
        answer = self(operation, body)
        assert answer.status == 200, answer
        return answer.body

    def refusal(self, operation, body):
        """The message of the ValidationException that this request must get."""
        answer = self(operation, body)
        assert (answer.status, answer.code) == (400, 'ValidationException'), answer
        return answer.message


def make_table(raw, name='tab', sort=None, hash='S', indexes=(), **options):
    """A table with keys pk and, if `sort` is its type, sk. `indexes` are (kind, name, keys, projection); their
    key attributes are strings."""
    attributes = {'pk': hash} | ({'sk': sort} if sort else {})
    for kind, index, keys, projection in indexes:
        for key in keys:
            attributes.setdefault(key, 'S')
        definition = {'IndexName': index, 'KeySchema': key_schema(*keys), 'Projection': projection}
        options.setdefault('LocalSecondaryIndexes' if kind == 'local' else 'GlobalSecondaryIndexes',
                           []).append(definition)
    raw.ok('CreateTable', {
        'TableName': name, 'BillingMode': 'PAY_PER_REQUEST',
        'KeySchema': key_schema('pk', *(['sk'] if sort else [])),
        'AttributeDefinitions': [{'AttributeName': key, 'AttributeType': type} for key, type in attributes.items()],
    } | options)
    while raw.ok('DescribeTable', {'TableName': name})['Table']['TableStatus'] != 'ACTIVE':
        pass
    return name


def key_schema(*names):
    return [{'AttributeName': name, 'KeyType': type} for name, type in zip(names, ('HASH', 'RANGE'))]


def error_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response


def deep(levels):
    """A string inside so many maps."""
    value = {'S': 'leaf'}
    for _ in range(levels):
        value = {'M': {'n': value}}
    return value
