"""A function is who its role says, whatever keys it claims to have; and policies see where a request came from."""

import io
import json
import zipfile

import botocore.exceptions
import pytest
import requests

import harness

ACCOUNT = '000000000000'
TRUST = {'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]}
# In the open mode nobody verifies the signature of a key that nobody issued.
CODE = '''
import os, urllib.error, urllib.request

def ask(path, headers, body=None):
    request = urllib.request.Request(os.environ['AWS_ENDPOINT_URL'] + path, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return [answer.status, answer.read().decode()[:300]]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode()[:300]]

def handler(event, context):
    signed = {'X-Amz-Target': 'DynamoDB_20120810.ListTables', 'Content-Type': 'application/x-amz-json-1.0',
              'X-Amz-Date': '20260101T000000Z', 'Authorization': 'AWS4-HMAC-SHA256 Credential=%s/20260101/us-east-1/'
              'dynamodb/aws4_request, SignedHeaders=host, Signature=%s' % (event['key'], '0' * 64)}
    s3 = dict(signed, Authorization=signed['Authorization'].replace('dynamodb', 's3'))
    del s3['X-Amz-Target']
    return {'dynamodb': ask('/', signed, b'{}'), 's3': ask('/', s3), 'outbox': ask('/_millrace/outbox', {}),
            'health': ask('/_millrace/health', {})}
'''


@pytest.fixture
def invoke(server):
    """Runs the function with a key that it claims: invoke('test')."""
    server.client('iam', key=ACCOUNT).create_role(RoleName='poor', AssumeRolePolicyDocument=json.dumps(TRUST))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w') as file:
        file.writestr(zipfile.ZipInfo('index.py'), CODE)
        file.filelist[0].external_attr = 0o100644 << 16
    functions = server.client('lambda', key=ACCOUNT)
    functions.create_function(FunctionName='f', Runtime='python3.11', Handler='index.handler', Timeout=30,
                              Role=f'arn:aws:iam::{ACCOUNT}:role/poor', Code={'ZipFile': archive.getvalue()})

    def run(key):
        answer = functions.invoke(FunctionName='f', Payload=json.dumps({'key': key}))
        payload = json.loads(answer['Payload'].read())
        assert 'FunctionError' not in answer, payload
        return payload
    return run


@pytest.mark.parametrize('key', ['test', ACCOUNT, 'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE'])
def test_a_function_is_not_root_by_a_key_that_nobody_issued(invoke, key):
    said = invoke(key)
    assert said['health'][0] == 200
    assert said['dynamodb'][0] == 400 and 'UnrecognizedClientException' in said['dynamodb'][1], said
    assert said['s3'][0] == 403 and 'InvalidAccessKeyId' in said['s3'][1], said
    assert said['outbox'][0] == 403, said


def test_the_same_request_from_a_user_of_this_machine_is_root(server):
    assert server.client('dynamodb', key='test').list_tables()['TableNames'] == []
    assert requests.get(f'{server.endpoint}/_millrace/outbox', timeout=10).status_code == 200


@pytest.fixture
def allowed_if(client):
    """Whether a user may list tables under a condition: allowed_if({'IpAddress': ...})."""
    iam = client('iam')
    iam.create_user(UserName='asker')
    key = iam.create_access_key(UserName='asker')['AccessKey']

    def check(condition, region='us-east-1'):
        iam.put_user_policy(UserName='asker', PolicyName='p', PolicyDocument=json.dumps({
            'Version': '2012-10-17',
            'Statement': [{'Effect': 'Allow', 'Action': '*', 'Resource': '*', 'Condition': condition}]}))
        dynamodb = client('dynamodb', key=key['AccessKeyId'], secret=key['SecretAccessKey'], region=region)
        try:
            dynamodb.list_tables()
            return True
        except botocore.exceptions.ClientError as error:
            assert error.response['Error']['Code'] == 'AccessDeniedException'
            return False
    return check


@pytest.mark.parametrize(('holds', 'condition'), [
    (True, {'IpAddress': {'aws:SourceIp': '127.0.0.0/8'}}), (False, {'IpAddress': {'aws:SourceIp': '10.0.0.0/8'}}),
    (True, {'Bool': {'aws:SecureTransport': 'true'}}), (False, {'Bool': {'aws:SecureTransport': 'false'}}),
    (True, {'StringEquals': {'aws:RequestedRegion': 'us-east-1'}}),
    (False, {'StringEquals': {'aws:RequestedRegion': 'eu-west-1'}}),
    (True, {'StringEquals': {'aws:username': 'asker'}}), (False, {'StringEquals': {'aws:username': 'other'}}),
    (True, {'StringLike': {'aws:userid': 'AIDA*'}}), (True, {'ArnLike': {'aws:PrincipalArn': 'arn:aws:iam::*:user/asker'}}),
    (True, {'DateGreaterThan': {'aws:CurrentTime': '2020-01-01T00:00:00Z'}}),
    (False, {'DateGreaterThan': {'aws:CurrentTime': '2120-01-01T00:00:00Z'}}),
    (True, {'StringLike': {'aws:UserAgent': '*Boto3*'}}), (True, {'Null': {'aws:SourceArn': 'true'}}),
], ids=lambda value: str(value))
def test_conditions(allowed_if, holds, condition):
    assert allowed_if(condition) == holds


def test_tags_that_a_request_brings(client, account):
    iam = client('iam')
    iam.create_user(UserName='tagger')
    iam.put_user_policy(UserName='tagger', PolicyName='p', PolicyDocument=json.dumps({
        'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'dynamodb:*', 'Resource': '*', 'Condition': {
            'StringEquals': {'aws:RequestTag/team': 'blue'}}}]}))
    key = iam.create_access_key(UserName='tagger')['AccessKey']
    dynamodb = client('dynamodb', key=key['AccessKeyId'], secret=key['SecretAccessKey'])
    table = {'KeySchema': [{'AttributeName': 'id', 'KeyType': 'HASH'}], 'BillingMode': 'PAY_PER_REQUEST',
             'AttributeDefinitions': [{'AttributeName': 'id', 'AttributeType': 'S'}]}
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        dynamodb.create_table(TableName='red', Tags=[{'Key': 'team', 'Value': 'red'}], **table)
    assert raised.value.response['Error']['Code'] == 'AccessDeniedException'
    dynamodb.create_table(TableName='blue', Tags=[{'Key': 'team', 'Value': 'blue'}], **table)
    assert client('dynamodb').list_tables()['TableNames'] == ['blue']


def test_a_key_that_was_deleted_is_nobodys(client, endpoint):
    """It does not fall back to what a key that nobody issued may do in the open mode."""
    iam = client('iam')
    iam.create_user(UserName='leaver')
    key = iam.create_access_key(UserName='leaver')['AccessKey']
    iam.delete_access_key(UserName='leaver', AccessKeyId=key['AccessKeyId'])
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        harness.boto_client(endpoint, 'dynamodb', key=key['AccessKeyId'], secret=key['SecretAccessKey']).list_tables()
    assert raised.value.response['Error']['Code'] == 'UnrecognizedClientException'
