"""S3 buckets and their configurations through boto3, in both addressing styles."""

import json

import harness
import pytest
import requests
from expect import refused, refused_by_name


@pytest.fixture
def s3(client):
    return client('s3')


@pytest.fixture
def name(account):
    return f'b-{account}'


@pytest.fixture
def bucket(s3, name):
    s3.create_bucket(Bucket=name)
    return name


def test_life_of_a_bucket(s3, name):
    made = s3.create_bucket(Bucket=name)
    assert made['Location'] == f'/{name}'
    head = s3.head_bucket(Bucket=name)
    assert head['BucketRegion'] == 'us-east-1'
    assert head['ResponseMetadata']['HTTPHeaders']['x-amz-bucket-region'] == 'us-east-1'
    assert s3.get_bucket_location(Bucket=name)['LocationConstraint'] is None
    assert [b['Name'] for b in s3.list_buckets()['Buckets']] == [name]
    s3.put_object(Bucket=name, Key='k', Body=b'1')
    with refused('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty'):
        s3.delete_bucket(Bucket=name)
    s3.delete_object(Bucket=name, Key='k')
    assert s3.delete_bucket(Bucket=name)['ResponseMetadata']['HTTPStatusCode'] == 204
    with refused('NoSuchBucket', 404, 'The specified bucket does not exist') as raised:
        s3.delete_bucket(Bucket=name)
    assert raised.value.response['Error']['BucketName'] == name
    with refused('NoSuchBucket', 404):
        s3.list_objects_v2(Bucket=name)
    with refused('404', 404, 'Not Found'):
        s3.head_bucket(Bucket=name)


def test_a_bucket_twice(s3, client, name):
    s3.create_bucket(Bucket=name)
    s3.create_bucket(Bucket=name)  # in us-east-1 that succeeds
    west = client('s3', region='us-west-2')
    where = {'LocationConstraint': 'us-west-2'}
    with refused('BucketAlreadyOwnedByYou', 409):
        west.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    stranger = client('s3', key='000011112222')
    with refused('BucketAlreadyExists', 409, 'The requested bucket name is not available.'):
        stranger.create_bucket(Bucket=name)
    west.create_bucket(Bucket=name + '-w', CreateBucketConfiguration=where)
    with refused('BucketAlreadyOwnedByYou', 409, 'Your previous request to create the named bucket succeeded'):
        west.create_bucket(Bucket=name + '-w', CreateBucketConfiguration=where)


@pytest.mark.parametrize('bad', ['ab', 'Upper-case', 'under_score', 'a' * 64, '-dash', 'dash-', 'two..dots',
                                 '192.168.5.4', 'xn--a', 'a-s3alias'])
def test_bucket_names(endpoint, account, bad):
    s3 = harness.boto_client(endpoint, 's3', key=account, s3={'addressing_style': 'path'})
    s3.meta.events.unregister('before-parameter-build.s3')
    import botocore.handlers
    s3.meta.events.unregister('before-parameter-build.s3', botocore.handlers.validate_bucket_name)
    with refused('InvalidBucketName', 400, 'The specified bucket is not valid.'):
        s3.create_bucket(Bucket=bad)


def test_location_constraints(s3, client, name):
    with refused('InvalidLocationConstraint', 400, 'The specified location-constraint is not valid'):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': 'us-east-1'})
    with refused('IllegalLocationConstraintException', 400, 'The unspecified location constraint is incompatible'):
        client('s3', region='eu-west-1').create_bucket(Bucket=name)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': 'EU'})
    assert s3.get_bucket_location(Bucket=name)['LocationConstraint'] == 'eu-west-1'


def test_a_bucket_of_another_region(s3, client, name):
    """boto3 finds the right region by itself, from the headers of the refusal: that is what makes it work."""
    eu = client('s3', region='eu-west-1')
    eu.create_bucket(Bucket=name, CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
    eu.put_object(Bucket=name, Key='k', Body=b'there')
    assert s3.get_object(Bucket=name, Key='k')['Body'].read() == b'there'
    assert s3.head_object(Bucket=name, Key='k')['ContentLength'] == 5
    fresh = client('s3', region='ap-southeast-2')
    assert fresh.head_bucket(Bucket=name)['BucketRegion'] == 'eu-west-1'


@pytest.mark.parametrize('style', ['path', 'virtual'])
def test_addressing_styles(endpoint, account, name, style, local_names):
    port = endpoint.rsplit(':', 1)[1]
    s3 = harness.boto_client(f'http://s3.localhost:{port}', 's3', key=account, s3={'addressing_style': style})
    s3.create_bucket(Bucket=name)
    key = 'a b/ü+ä?&=#%25/x'
    s3.put_object(Bucket=name, Key=key, Body=b'x')
    assert s3.get_object(Bucket=name, Key=key)['Body'].read() == b'x'
    assert [o['Key'] for o in s3.list_objects_v2(Bucket=name)['Contents']] == [key]
    url = s3.generate_presigned_url('get_object', Params={'Bucket': name, 'Key': key})
    assert (f'{name}.s3.localhost' in url) == (style == 'virtual')
    assert requests.get(url, timeout=10).content == b'x'
    s3.delete_object(Bucket=name, Key=key)
    s3.delete_bucket(Bucket=name)


def test_hosts_as_on_aws(endpoint, client, bucket, account):
    """With AWS's own host names, as a proxy or an /etc/hosts entry would send them."""
    client('s3').put_object(Bucket=bucket, Key='k', Body=b'v', Tagging='public=yes')
    url = client('s3').generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': 'k'})
    query = url.split('?', 1)[1]
    answer = requests.get(f'{endpoint}/k?{query}', headers={'Host': f'{bucket}.s3.us-east-1.amazonaws.com'}, timeout=10)
    assert answer.status_code in (200, 403) and b'NoSuchBucket' not in answer.content


def test_list_buckets_in_pages(s3, client, name):
    for i in range(5):
        s3.create_bucket(Bucket=f'{name}-{i}')
    client('s3', region='eu-west-1').create_bucket(
        Bucket=f'{name}-eu', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
    first = s3.list_buckets(MaxBuckets=2)
    assert [b['Name'] for b in first['Buckets']] == [f'{name}-0', f'{name}-1']
    pages = s3.get_paginator('list_buckets').paginate(PaginationConfig={'PageSize': 2})
    assert [b['Name'] for page in pages for b in page['Buckets']] == [f'{name}-{i}' for i in [0, 1, 2, 3, 4, 'eu']]
    assert [b['Name'] for b in s3.list_buckets(BucketRegion='eu-west-1')['Buckets']] == [f'{name}-eu']
    assert [b['Name'] for b in s3.list_buckets(Prefix=f'{name}-3')['Buckets']] == [f'{name}-3']
    owner = s3.list_buckets()['Owner']
    assert len(owner['ID']) == 64


def test_expected_owner(s3, bucket, account):
    s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    with refused('AccessDenied', 403, 'Access Denied'):
        s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner='111122223333')


def test_what_every_new_bucket_has(s3, bucket):
    rule = s3.get_bucket_encryption(Bucket=bucket)['ServerSideEncryptionConfiguration']['Rules'][0]
    assert rule['ApplyServerSideEncryptionByDefault'] == {'SSEAlgorithm': 'AES256'}
    assert all(s3.get_public_access_block(Bucket=bucket)['PublicAccessBlockConfiguration'].values())
    assert s3.get_bucket_ownership_controls(Bucket=bucket)['OwnershipControls']['Rules'] == [
        {'ObjectOwnership': 'BucketOwnerEnforced'}]
    grants = s3.get_bucket_acl(Bucket=bucket)['Grants']
    assert [g['Permission'] for g in grants] == ['FULL_CONTROL']
    assert 'Status' not in s3.get_bucket_versioning(Bucket=bucket)
    for call, code in ((s3.get_bucket_policy, 'NoSuchBucketPolicy'), (s3.get_bucket_tagging, 'NoSuchTagSet'),
                       (s3.get_bucket_cors, 'NoSuchCORSConfiguration'),
                       (s3.get_bucket_lifecycle_configuration, 'NoSuchLifecycleConfiguration')):
        with refused(code, 404):
            call(Bucket=bucket)


def test_configurations_come_back(s3, bucket):
    tags = [{'Key': 'team', 'Value': 'a'}, {'Key': 'cost', 'Value': ''}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={'TagSet': tags})
    assert s3.get_bucket_tagging(Bucket=bucket)['TagSet'] == tags
    s3.delete_bucket_tagging(Bucket=bucket)
    policy = {'Version': '2012-10-17', 'Statement': [
        {'Sid': 'tls', 'Effect': 'Deny', 'Principal': '*', 'Action': 's3:*', 'Resource': f'arn:aws:s3:::{bucket}/*',
         'Condition': {'StringEquals': {'aws:PrincipalAccount': 'nobody'}}}]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)['Policy']) == policy
    s3.delete_bucket_policy(Bucket=bucket)
    with refused('MalformedPolicy', 400):
        s3.put_bucket_policy(Bucket=bucket, Policy='{"Version":"2012-10-17"')
    cors = [{'AllowedMethods': ['GET', 'PUT'], 'AllowedOrigins': ['https://app.example.com'], 'AllowedHeaders': ['*'],
             'ExposeHeaders': ['ETag'], 'MaxAgeSeconds': 300}]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={'CORSRules': cors})
    assert s3.get_bucket_cors(Bucket=bucket)['CORSRules'] == cors
    s3.delete_bucket_cors(Bucket=bucket)
    rule = {'ID': 'mpu', 'Status': 'Enabled', 'Filter': {'Prefix': ''},
            'AbortIncompleteMultipartUpload': {'DaysAfterInitiation': 7}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={'Rules': [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)['Rules'] == [rule]


def test_cors_as_a_browser_sees_it(s3, bucket, endpoint):
    s3.put_object(Bucket=bucket, Key='k', Body=b'x')
    origin = {'Origin': 'https://app.example.com', 'Access-Control-Request-Method': 'PUT',
              'Access-Control-Request-Headers': 'content-type'}
    assert requests.options(f'{endpoint}/{bucket}/k', headers=origin, timeout=10).status_code == 403
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={'CORSRules': [
        {'AllowedMethods': ['GET', 'PUT'], 'AllowedOrigins': ['https://*.example.com'], 'AllowedHeaders': ['*'],
         'ExposeHeaders': ['ETag'], 'MaxAgeSeconds': 300}]})
    answer = requests.options(f'{endpoint}/{bucket}/k', headers=origin, timeout=10)
    assert answer.status_code == 200
    assert answer.headers['Access-Control-Allow-Origin'] == 'https://app.example.com'
    assert answer.headers['Access-Control-Max-Age'] == '300'
    url = s3.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': 'k'})
    seen = requests.get(url, headers={'Origin': 'https://app.example.com'}, timeout=10)
    assert seen.headers['Access-Control-Allow-Origin'] == 'https://app.example.com'
    assert seen.headers['Access-Control-Expose-Headers'] == 'ETag'


def test_what_is_not_built_is_refused_by_name(s3, bucket):
    expiration = {'Rules': [{'ID': 'x', 'Status': 'Enabled', 'Filter': {'Prefix': ''}, 'Expiration': {'Days': 1}}]}
    refused_by_name({
        'versioning': lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={'Status': 'Enabled'}),
        'Expiration': lambda: s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=expiration),
        'PutBucketWebsite': lambda: s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration={
            'IndexDocument': {'Suffix': 'index.html'}}),
        'PutBucketLogging': lambda: s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={}),
        'GetBucketWebsite': lambda: s3.get_bucket_website(Bucket=bucket),
        'PutBucketAcl': lambda: s3.put_bucket_acl(Bucket=bucket, ACL='private'),
        'GetObjectAcl': lambda: s3.get_object_acl(Bucket=bucket, Key='k'),
        'RestoreObject': lambda: s3.restore_object(Bucket=bucket, Key='k', RestoreRequest={'Days': 1}),
        'SelectObjectContent': lambda: s3.select_object_content(
            Bucket=bucket, Key='k', Expression='select 1', ExpressionType='SQL', InputSerialization={'CSV': {}},
            OutputSerialization={'CSV': {}}),
    })
