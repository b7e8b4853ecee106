"""IAM and STS through boto3: users, roles, policies, sessions, and what they may do."""

import json

import harness
import pytest
from expect import refused, refused_by_name


def policy(*actions, effect='Allow', resource='*'):
    return json.dumps({'Version': '2012-10-17',
                       'Statement': [{'Effect': effect, 'Action': list(actions), 'Resource': resource}]})


def trust(principal):
    return json.dumps({'Version': '2012-10-17', 'Statement': [
        {'Effect': 'Allow', 'Principal': principal, 'Action': 'sts:AssumeRole'}]})


@pytest.fixture
def iam(client):
    return client('iam')


@pytest.fixture
def user(iam, endpoint):
    """Clients of a new user: user('s3')."""
    iam.create_user(UserName='ada')
    key = iam.create_access_key(UserName='ada')['AccessKey']
    return lambda service: harness.boto_client(endpoint, service, key=key['AccessKeyId'], secret=key['SecretAccessKey'])


def test_roles(iam, account):
    made = iam.create_role(RoleName='r', AssumeRolePolicyDocument=trust({'Service': 'lambda.amazonaws.com'}),
                           Description='d', Path='/app/', MaxSessionDuration=7200, Tags=[{'Key': 'k', 'Value': 'v'}])['Role']
    assert made['Arn'] == f'arn:aws:iam::{account}:role/app/r' and made['RoleId'].startswith('AROA')
    assert made['AssumeRolePolicyDocument']['Statement'][0]['Principal'] == {'Service': 'lambda.amazonaws.com'}
    with refused('EntityAlreadyExists', 409, 'Role with name r already exists.'):
        iam.create_role(RoleName='r', AssumeRolePolicyDocument=trust({'Service': 'lambda.amazonaws.com'}))
    with refused('NoSuchEntity', 404, 'The role with name none cannot be found.'):
        iam.get_role(RoleName='none')
    with refused('MalformedPolicyDocument', 400):
        iam.create_role(RoleName='bad', AssumeRolePolicyDocument='{"Version":"2012-10-17"')
    with refused('MalformedPolicyDocument', 400):
        iam.put_role_policy(RoleName='r', PolicyName='p', PolicyDocument='{"Statement":[{"Effect":"Maybe"}]}')
    iam.put_role_policy(RoleName='r', PolicyName='p', PolicyDocument=policy('s3:*'))
    assert iam.get_role_policy(RoleName='r', PolicyName='p')['PolicyDocument'] == json.loads(policy('s3:*'))
    assert iam.list_role_policies(RoleName='r')['PolicyNames'] == ['p']
    with refused('DeleteConflict', 409, 'Cannot delete entity, must delete policies first.'):
        iam.delete_role(RoleName='r')
    with refused('NoSuchEntity', 404, 'The role policy with name none cannot be found.'):
        iam.get_role_policy(RoleName='r', PolicyName='none')
    iam.delete_role_policy(RoleName='r', PolicyName='p')
    assert iam.list_role_tags(RoleName='r')['Tags'] == [{'Key': 'k', 'Value': 'v'}]
    iam.delete_role(RoleName='r')
    with refused('NoSuchEntity', 404):
        iam.delete_role(RoleName='r')


def test_managed_policies(iam, account):
    arn = iam.create_policy(PolicyName='p', PolicyDocument=policy('s3:GetObject'))['Policy']['Arn']
    assert arn == f'arn:aws:iam::{account}:policy/p'
    with refused('EntityAlreadyExists', 409, 'A policy called p already exists. Duplicate names are not allowed.'):
        iam.create_policy(PolicyName='p', PolicyDocument=policy('s3:GetObject'))
    iam.create_role(RoleName='r', AssumeRolePolicyDocument=trust({'Service': 'lambda.amazonaws.com'}))
    iam.attach_role_policy(RoleName='r', PolicyArn=arn)
    iam.attach_role_policy(RoleName='r', PolicyArn='arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole')
    assert sorted(p['PolicyName'] for p in iam.list_attached_role_policies(RoleName='r')['AttachedPolicies']) == [
        'AWSLambdaBasicExecutionRole', 'p']
    with refused('DeleteConflict', 409, 'Cannot delete a policy attached to entities.'):
        iam.delete_policy(PolicyArn=arn)
    with refused('DeleteConflict', 409, 'Cannot delete entity, must detach all policies first.'):
        iam.delete_role(RoleName='r')
    with refused('NoSuchEntity', 404):
        iam.attach_role_policy(RoleName='r', PolicyArn=arn + 'none')
    assert iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy('s3:*'), SetAsDefault=True)[
        'PolicyVersion']['VersionId'] == 'v2'
    assert iam.get_policy(PolicyArn=arn)['Policy']['DefaultVersionId'] == 'v2'
    for n in (3, 4, 5):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(f's3:Get{n}'))
    with refused('LimitExceeded', 409):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy('s3:*'))
    with refused('DeleteConflict', 409, 'Cannot delete the default version of a policy.'):
        iam.delete_policy_version(PolicyArn=arn, VersionId='v2')


def test_lists_in_pages(iam):
    for i in range(5):
        iam.create_user(UserName=f'u{i}')
    page = iam.list_users(MaxItems=2)
    assert [u['UserName'] for u in page['Users']] == ['u0', 'u1'] and page['IsTruncated'] and page['Marker']
    pages = iam.get_paginator('list_users').paginate(PaginationConfig={'PageSize': 2})
    assert [u['UserName'] for p in pages for u in p['Users']] == [f'u{i}' for i in range(5)]


def test_what_a_user_may(iam, user, account):
    s3, db = user('s3'), user('dynamodb')
    arn = f'arn:aws:iam::{account}:user/ada'
    assert user('sts').get_caller_identity()['Arn'] == arn
    message = (f'User: {arn} is not authorized to perform: dynamodb:ListTables on resource: '
               f'arn:aws:dynamodb:us-east-1:{account}:table/* because no identity-based policy allows the '
               'dynamodb:ListTables action')
    with refused('AccessDeniedException', 400, message):
        db.list_tables()
    iam.put_user_policy(UserName='ada', PolicyName='p', PolicyDocument=policy('dynamodb:*', 's3:*'))
    assert db.list_tables()['TableNames'] == []
    s3.create_bucket(Bucket=f'i-{account}')
    iam.put_user_policy(UserName='ada', PolicyName='deny', PolicyDocument=policy('s3:DeleteBucket', effect='Deny'))
    with refused('AccessDenied', 403, 'with an explicit deny in an identity-based policy'):
        s3.delete_bucket(Bucket=f'i-{account}')
    with refused('DeleteConflict', 409):
        iam.delete_user(UserName='ada')


def test_keys(iam, user, endpoint):
    key = iam.list_access_keys(UserName='ada')['AccessKeyMetadata'][0]
    assert key['Status'] == 'Active'
    iam.create_access_key(UserName='ada')
    with refused('LimitExceeded', 409, 'Cannot exceed quota for AccessKeysPerUser: 2'):
        iam.create_access_key(UserName='ada')
    assert user('sts').get_caller_identity()
    iam.update_access_key(UserName='ada', AccessKeyId=key['AccessKeyId'], Status='Inactive')
    with refused('InvalidClientTokenId', 403, 'The security token included in the request is invalid'):
        user('sts').get_caller_identity()


def test_assumed_roles(iam, user, client, endpoint, account):
    iam.create_role(RoleName='r', AssumeRolePolicyDocument=trust({'AWS': f'arn:aws:iam::{account}:user/ada'}))
    iam.put_role_policy(RoleName='r', PolicyName='p', PolicyDocument=policy('dynamodb:*', 'sqs:*'))
    arn = f'arn:aws:iam::{account}:role/r'
    sts = user('sts')

    def session(**options):
        got = sts.assume_role(RoleArn=arn, RoleSessionName='ses', **options)
        c = got['Credentials']
        return got, lambda service: harness.boto_client(endpoint, service, key=c['AccessKeyId'],
                                                        secret=c['SecretAccessKey'], token=c['SessionToken'])
    got, as_role = session()
    assert got['AssumedRoleUser']['Arn'] == f'arn:aws:sts::{account}:assumed-role/r/ses'
    assert got['Credentials']['AccessKeyId'].startswith('ASIA')
    assert as_role('sts').get_caller_identity()['Arn'] == f'arn:aws:sts::{account}:assumed-role/r/ses'
    assert as_role('dynamodb').list_tables()['TableNames'] == []
    with refused('AccessDenied', 403):
        as_role('s3').list_buckets()
    # A session policy narrows what the role has, and widens nothing.
    _, narrow = session(Policy=policy('s3:*', 'dynamodb:DescribeLimits'))
    narrow('dynamodb').describe_limits()
    with refused('AccessDeniedException', 400, 'because no session policy allows the dynamodb:ListTables action'):
        narrow('dynamodb').list_tables()
    with refused('AccessDenied', 403):
        narrow('s3').list_buckets()
    iam.create_user(UserName='eve')
    key = iam.create_access_key(UserName='eve')['AccessKey']
    eve = harness.boto_client(endpoint, 'sts', key=key['AccessKeyId'], secret=key['SecretAccessKey'])
    with refused('AccessDenied', 403, f'User: arn:aws:iam::{account}:user/eve is not authorized to perform: '
                 f'sts:AssumeRole on resource: {arn}'):
        eve.assume_role(RoleArn=arn, RoleSessionName='ses')
    with refused('ValidationError', 400):
        sts.assume_role(RoleArn=arn, RoleSessionName='ses', DurationSeconds=4000)
    tampered = harness.boto_client(endpoint, 'sts', key=got['Credentials']['AccessKeyId'],
                                   secret=got['Credentials']['SecretAccessKey'], token='wrong')
    with refused('InvalidClientTokenId', 403):
        tampered.get_caller_identity()


def test_what_is_not_built_is_refused_by_name(iam, client):
    sts = client('sts')
    refused_by_name({
        'CreateGroup': lambda: iam.create_group(GroupName='g'),
        'CreateInstanceProfile': lambda: iam.create_instance_profile(InstanceProfileName='i'),
        'SimulatePrincipalPolicy': lambda: iam.simulate_principal_policy(
            PolicySourceArn='arn:aws:iam::123456789012:user/u', ActionNames=['s3:*']),
        'GetFederationToken': lambda: sts.get_federation_token(Name='xx'),
        'AssumeRoleWithWebIdentity': lambda: sts.assume_role_with_web_identity(
            RoleArn='arn:aws:iam::123456789012:role/r', RoleSessionName='ss', WebIdentityToken='tttt'),
    })
