"""S3 bucket notifications that call functions, through boto3."""

import json

import pytest
from expect import eventually, refused
from lambda_help import deploy, functions, make_role, messages  # noqa: F401


@pytest.fixture
def sink(deploy, functions, client):
    class Sink:
        arn = deploy('sink', 'exports.handler = async (e) => { console.log("GOT", JSON.stringify(e.Records)); };')

        def got(self):
            return [r for m in messages(client('logs'), 'sink', 'GOT') for r in json.loads(m.split('GOT ', 1)[1])]
    functions.add_permission(FunctionName='sink', StatementId='s', Action='lambda:InvokeFunction',
                             Principal='s3.amazonaws.com')
    return Sink()


@pytest.fixture
def s3(client):
    return client('s3')


@pytest.fixture
def bucket(s3, account):
    s3.create_bucket(Bucket=f'n-{account}')
    return f'n-{account}'


def notify(arn, *events, **options):
    return {'LambdaFunctionConfigurations': [{'LambdaFunctionArn': arn, 'Events': list(events), **options}]}


def test_records_as_s3_sends_them(s3, bucket, sink):
    rules = [{'Name': 'prefix', 'Value': 'in/'}, {'Name': 'suffix', 'Value': '.txt'}]
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notify(
        sink.arn, 's3:ObjectCreated:*', 's3:ObjectRemoved:*', Id='mine', Filter={'Key': {'FilterRules': rules}}))
    put = s3.put_object(Bucket=bucket, Key='in/a b+ü.txt', Body=b'hello')
    s3.put_object(Bucket=bucket, Key='in/other.bin', Body=b'')
    s3.put_object(Bucket=bucket, Key='out/a.txt', Body=b'')
    s3.copy_object(Bucket=bucket, Key='in/copy.txt', CopySource=f'{bucket}/out/a.txt')
    s3.delete_object(Bucket=bucket, Key='in/copy.txt')
    got = eventually(lambda: len(sink.got()) >= 3 and sink.got())
    by_name = {r['eventName']: r for r in got}
    assert sorted(by_name) == ['ObjectCreated:Copy', 'ObjectCreated:Put', 'ObjectRemoved:Delete'] and len(got) == 3
    record = by_name['ObjectCreated:Put']
    assert (record['eventSource'], record['awsRegion']) == ('aws:s3', 'us-east-1')
    assert record['eventVersion'].startswith('2.') and record['eventTime'].endswith('Z')
    assert record['s3']['configurationId'] == 'mine'
    assert record['s3']['bucket']['name'] == bucket and record['s3']['bucket']['arn'] == f'arn:aws:s3:::{bucket}'
    assert record['s3']['object']['key'] == 'in/a+b%2B%C3%BC.txt'  # as in a form
    assert record['s3']['object']['size'] == 5 and record['s3']['object']['eTag'] == put['ETag'].strip('"')
    assert record['s3']['object']['sequencer']
    assert 'size' not in by_name['ObjectRemoved:Delete']['s3']['object']


def test_bad_configurations(s3, bucket, sink):
    put = s3.put_bucket_notification_configuration
    with refused('NotImplemented', 400, 'is not supported by Millrace'):
        put(Bucket=bucket, NotificationConfiguration={'QueueConfigurations': [
            {'QueueArn': 'arn:aws:sqs:us-east-1:123456789012:q', 'Events': ['s3:ObjectCreated:*']}]})
    with refused('NotImplemented', 400, 's3:ObjectRestore:Post is not supported by Millrace'):
        put(Bucket=bucket, NotificationConfiguration=notify(sink.arn, 's3:ObjectRestore:Post'))
    with refused('InvalidArgument', 400, 'filter rule name must be either prefix or suffix'):
        put(Bucket=bucket, NotificationConfiguration=notify(sink.arn, 's3:ObjectCreated:*', Filter={
            'Key': {'FilterRules': [{'Name': 'middle', 'Value': 'x'}]}}))
    assert 'LambdaFunctionConfigurations' not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_a_function_that_may_not_be_called(s3, bucket, sink, functions):
    """A difference: AWS refuses the configuration, here the events are dropped as when permission is lost later."""
    functions.remove_permission(FunctionName='sink', StatementId='s')
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=notify(
        sink.arn, 's3:ObjectCreated:*'))
    s3.put_object(Bucket=bucket, Key='k', Body=b'')
    assert not eventually(sink.got, seconds=1)
