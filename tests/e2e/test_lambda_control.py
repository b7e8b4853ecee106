"""Lambda's control plane through boto3: functions, versions, aliases, permissions, settings."""

import base64
import hashlib
import json

import harness
from expect import refused, refused_by_name
from lambda_help import archive, deploy, functions, invoke, make_role  # noqa: F401

ECHO = 'exports.handler = async (e) => e;'


def test_what_a_new_function_is(functions, deploy, make_role, account):
    role = make_role('r')
    code = archive(app__js=ECHO)
    made = functions.create_function(FunctionName='f', Runtime='nodejs20.x', Role=role, Handler='app.handler',
                                     Code={'ZipFile': code}, Description='d', Environment={'Variables': {'AA': '1'}},
                                     Tags={'team': 'x'})
    arn = f'arn:aws:lambda:us-east-1:{account}:function:f'
    expected = {'FunctionName': 'f', 'FunctionArn': arn, 'Runtime': 'nodejs20.x', 'Role': role,
                'Handler': 'app.handler', 'CodeSize': len(code), 'Description': 'd', 'Timeout': 3, 'MemorySize': 128,
                'CodeSha256': base64.b64encode(hashlib.sha256(code).digest()).decode(), 'Version': '$LATEST',
                'Environment': {'Variables': {'AA': '1'}}, 'TracingConfig': {'Mode': 'PassThrough'},
                'PackageType': 'Zip', 'Architectures': ['x86_64'], 'EphemeralStorage': {'Size': 512},
                'State': 'Pending', 'StateReasonCode': 'Creating'}
    assert {name: made.get(name) for name in expected} == expected
    assert made['ResponseMetadata']['HTTPStatusCode'] == 201
    functions.get_waiter('function_active_v2').wait(FunctionName='f')
    got = functions.get_function(FunctionName=arn)
    assert (got['Configuration']['State'], got['Configuration']['LastUpdateStatus']) == ('Active', 'Successful')
    assert got['Tags'] == {'team': 'x'} and got['Code']['RepositoryType'] == 'S3'
    with refused('ResourceConflictException', 409, 'Function already exist: f'):
        deploy('f', ECHO)
    with refused('ResourceNotFoundException', 404, f'Function not found: {arn}2'):
        functions.get_function(FunctionName='f2')
    with refused('ResourceNotFoundException', 404, f'Function not found: {arn}:7'):
        functions.get_function(FunctionName='f', Qualifier='7')


def test_updates(functions, deploy):
    deploy('f', ECHO)
    before = functions.get_function_configuration(FunctionName='f')
    changed = functions.update_function_configuration(FunctionName='f', Timeout=7, MemorySize=256)
    assert (changed['Timeout'], changed['MemorySize'], changed['LastUpdateStatus']) == (7, 256, 'InProgress')
    functions.get_waiter('function_updated_v2').wait(FunctionName='f')
    with refused('PreconditionFailedException', 412, 'The RevisionId provided does not match the latest RevisionId.'):
        functions.update_function_configuration(FunctionName='f', Timeout=8, RevisionId=before['RevisionId'])
    updated = functions.update_function_code(FunctionName='f', ZipFile=archive(app__js='exports.handler = async () => 2;'))
    assert updated['CodeSha256'] != before['CodeSha256']
    assert invoke(functions, 'f', {})[1] == 2
    dry = functions.update_function_code(FunctionName='f', ZipFile=archive(app__js=ECHO), DryRun=True)
    assert dry['CodeSha256'] == before['CodeSha256'] and invoke(functions, 'f', {})[1] == 2
    functions.update_function_configuration(FunctionName='f', Environment={'Variables': {}})
    assert 'Environment' not in functions.get_function_configuration(FunctionName='f')


def test_bad_settings(functions, deploy, make_role):
    role = make_role('r')

    def create(**options):
        settings = {'FunctionName': 'f', 'Runtime': 'nodejs20.x', 'Role': role, 'Handler': 'app.handler',
                    'Code': {'ZipFile': archive(app__js=ECHO)}} | options
        return functions.create_function(**{k: v for k, v in settings.items() if v is not None})
    invalid = 'InvalidParameterValueException'
    with refused(invalid, 400, 'exceeded the 4KB limit.'):
        create(Environment={'Variables': {'AA': 'x' * 4096}})
    with refused(invalid, 400, 'Reserved keys used in this request: AWS_REGION'):
        create(Environment={'Variables': {'AWS_REGION': 'x'}})
    with refused('ValidationException', 400, "Value '901' at 'timeout' failed to satisfy constraint: Member must "
                 'have value less than or equal to 900'):
        create(Timeout=901)
    with refused('ValidationException', 400, "Value '10241' at 'memorySize' failed to satisfy constraint: Member must "
                 'have value less than or equal to 10240'):
        create(MemorySize=10241)
    with refused(invalid, 400, 'Uploaded file must be a non-empty zip'):
        create(Code={'ZipFile': b''})
    with refused(invalid, 400, 'Could not unzip uploaded file. Please check your file, then try to upload again.'):
        create(Code={'ZipFile': b'this is no zip file'})
    with refused(invalid, 400, 'Error occurred while GetObject. S3 Error Code: NoSuchBucket.'):
        create(Code={'S3Bucket': 'no-such-bucket-anywhere', 'S3Key': 'k'})
    with refused('ValidationException', 400, "at 'role' failed to satisfy constraint"):
        create(Role='nonsense')
    for option in ({'VpcConfig': {'SubnetIds': ['subnet-1'], 'SecurityGroupIds': ['sg-1']}},
                   {'DeadLetterConfig': {'TargetArn': 'arn:aws:sqs:us-east-1:123456789012:q'}},
                   {'SnapStart': {'ApplyOn': 'PublishedVersions'}}, {'PackageType': 'Image', 'Code': {'ImageUri': 'x'}},
                   {'FileSystemConfigs': [{'Arn': 'arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/'
                                                  'fsap-0123456789abcdef0', 'LocalMountPath': '/mnt/x'}]}):
        with refused(invalid, 400, 'is not supported by Millrace'):
            create(**option)
    assert functions.list_functions()['Functions'] == []


def test_code_from_s3(functions, make_role, client, account):
    s3, bucket = client('s3'), f'code-{account}'
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key='a.zip', Body=archive(app__js='exports.handler = async () => "s3";'))
    functions.create_function(FunctionName='f', Runtime='nodejs20.x', Role=make_role(), Handler='app.handler',
                              Code={'S3Bucket': bucket, 'S3Key': 'a.zip'})
    assert invoke(functions, 'f', {})[1] == 's3'


def test_lists_in_pages(functions, deploy):
    for i in range(5):
        deploy(f'f{i}', ECHO, wait=False)
    page = functions.list_functions(MaxItems=2)
    assert [f['FunctionName'] for f in page['Functions']] == ['f0', 'f1'] and page['NextMarker']
    pages = functions.get_paginator('list_functions').paginate(PaginationConfig={'PageSize': 2})
    assert [f['FunctionName'] for p in pages for f in p['Functions']] == [f'f{i}' for i in range(5)]
    functions.publish_version(FunctionName='f0')
    everything = functions.list_functions(FunctionVersion='ALL')['Functions']
    assert [f['Version'] for f in everything if f['FunctionName'] == 'f0'] == ['$LATEST', '1']


def test_versions_and_aliases(functions, deploy):
    arn = deploy('f', 'exports.handler = async (e, c) => [process.env.VV, c.functionVersion, c.invokedFunctionArn];',
                 Environment={'Variables': {'VV': 'one'}})
    one = functions.publish_version(FunctionName='f', Description='first')
    assert (one['Version'], one['FunctionArn'], one['Description']) == ('1', f'{arn}:1', 'first')
    assert functions.publish_version(FunctionName='f')['Version'] == '1'  # nothing has changed
    functions.update_function_configuration(FunctionName='f', Environment={'Variables': {'VV': 'two'}})
    two = functions.publish_version(FunctionName='f', CodeSha256=one['CodeSha256'])
    assert two['Version'] == '2'
    with refused('InvalidParameterValueException', 400, 'CodeSHA256'):
        functions.publish_version(FunctionName='f', CodeSha256='x')
    assert [v['Version'] for v in functions.list_versions_by_function(FunctionName='f')['Versions']] == [
        '$LATEST', '1', '2']
    alias = functions.create_alias(FunctionName='f', Name='live', FunctionVersion='1')
    assert (alias['AliasArn'], alias['FunctionVersion']) == (f'{arn}:live', '1')
    answer, payload = invoke(functions, 'f', {}, Qualifier='live')
    assert payload == ['one', '1', f'{arn}:live'] and answer['ExecutedVersion'] == '1'
    functions.update_alias(FunctionName='f', Name='live', FunctionVersion='2')
    assert invoke(functions, 'f:live', {})[1][:2] == ['two', '2']
    functions.update_alias(FunctionName='f', Name='live', FunctionVersion='2',
                           RoutingConfig={'AdditionalVersionWeights': {'1': 0.5}})
    seen = {invoke(functions, 'f:live', {})[0]['ExecutedVersion'] for _ in range(40)}
    assert seen == {'1', '2'}
    with refused('ResourceConflictException', 409, f'Alias already exists: {arn}:live'):
        functions.create_alias(FunctionName='f', Name='live', FunctionVersion='1')
    with refused('ResourceNotFoundException', 404, f'Function not found: {arn}:9'):
        functions.create_alias(FunctionName='f', Name='other', FunctionVersion='9')
    with refused('ResourceNotFoundException', 404, f'Cannot find alias arn: {arn}:none'):
        functions.get_alias(FunctionName='f', Name='none')
    with refused('ResourceConflictException', 409):
        functions.delete_function(FunctionName='f', Qualifier='2')
    functions.delete_alias(FunctionName='f', Name='live')
    functions.delete_function(FunctionName='f', Qualifier='2')
    assert [v['Version'] for v in functions.list_versions_by_function(FunctionName='f')['Versions']] == ['$LATEST', '1']
    assert functions.delete_function(FunctionName='f')['ResponseMetadata']['HTTPStatusCode'] == 204
    with refused('ResourceNotFoundException', 404, f'Function not found: {arn}:1'):
        functions.invoke(FunctionName='f:1')


def test_permissions(functions, deploy, client):
    arn = deploy('f', ECHO)
    with refused('ResourceNotFoundException', 404, 'The resource you requested does not exist.'):
        functions.get_policy(FunctionName='f')
    made = functions.add_permission(FunctionName='f', StatementId='s', Action='lambda:InvokeFunction',
                                    Principal='apigateway.amazonaws.com', SourceArn='arn:aws:execute-api:us-east-1:123456789012:x/*')
    statement = {'Sid': 's', 'Effect': 'Allow', 'Principal': {'Service': 'apigateway.amazonaws.com'},
                 'Action': 'lambda:InvokeFunction', 'Resource': arn,
                 'Condition': {'ArnLike': {'AWS:SourceArn': 'arn:aws:execute-api:us-east-1:123456789012:x/*'}}}
    assert json.loads(made['Statement']) == statement
    policy = json.loads(functions.get_policy(FunctionName='f')['Policy'])
    assert policy == {'Version': '2012-10-17', 'Id': 'default', 'Statement': [statement]}
    with refused('ResourceConflictException', 409, 'The statement id (s) provided already exists.'):
        functions.add_permission(FunctionName='f', StatementId='s', Action='lambda:InvokeFunction', Principal='*')
    with refused('ResourceNotFoundException', 404, 'Statement none is not found in resource policy.'):
        functions.remove_permission(FunctionName='f', StatementId='none')
    functions.remove_permission(FunctionName='f', StatementId='s')
    with refused('ResourceNotFoundException', 404):
        functions.get_policy(FunctionName='f')


def test_another_account_needs_the_functions_permission(functions, deploy, endpoint):
    arn = deploy('f', ECHO)
    stranger = harness.boto_client(endpoint, 'lambda', key='000011112222')
    with refused('AccessDeniedException', 403, 'is not authorized to perform: lambda:InvokeFunction on resource'):
        stranger.invoke(FunctionName=arn)
    functions.add_permission(FunctionName='f', StatementId='s', Action='lambda:InvokeFunction',
                             Principal='000011112222')
    assert json.loads(stranger.invoke(FunctionName=arn, Payload='1')['Payload'].read()) == 1


def test_concurrency(functions, deploy):
    deploy('f', ECHO)
    functions.put_function_concurrency(FunctionName='f', ReservedConcurrentExecutions=0)
    assert functions.get_function_concurrency(FunctionName='f')['ReservedConcurrentExecutions'] == 0
    with refused('TooManyRequestsException', 429, 'Rate Exceeded.') as raised:
        functions.invoke(FunctionName='f')
    assert raised.value.response['Reason'] == 'ReservedFunctionConcurrentInvocationLimitExceeded'
    with refused('InvalidParameterValueException', 400, "below its minimum value of [100]."):
        functions.put_function_concurrency(FunctionName='f', ReservedConcurrentExecutions=901)
    functions.delete_function_concurrency(FunctionName='f')
    assert 'ReservedConcurrentExecutions' not in functions.get_function_concurrency(FunctionName='f')
    assert invoke(functions, 'f', 1)[1] == 1
    limits = functions.get_account_settings()
    assert limits['AccountLimit']['ConcurrentExecutions'] == 1000 and limits['AccountUsage']['FunctionCount'] == 1


def test_tags(functions, deploy):
    arn = deploy('f', ECHO, Tags={'a': '1'})
    functions.tag_resource(Resource=arn, Tags={'b': '2'})
    functions.untag_resource(Resource=arn, TagKeys=['a'])
    assert functions.list_tags(Resource=arn)['Tags'] == {'b': '2'}
    with refused('ResourceNotFoundException', 404):
        functions.list_tags(Resource=arn + 'x')


def test_what_is_not_built_is_refused_by_name(functions, deploy):
    deploy('f', ECHO)
    refused_by_name({
        'CreateFunctionUrlConfig': lambda: functions.create_function_url_config(FunctionName='f', AuthType='NONE'),
        'PublishLayerVersion': lambda: functions.publish_layer_version(LayerName='l', Content={'ZipFile': b'x'}),
        'ListLayers': lambda: functions.list_layers(),
        'PutProvisionedConcurrencyConfig': lambda: functions.put_provisioned_concurrency_config(
            FunctionName='f', Qualifier='1', ProvisionedConcurrentExecutions=1),
        'CreateCodeSigningConfig': lambda: functions.create_code_signing_config(
            AllowedPublishers={'SigningProfileVersionArns': [
                'arn:aws:signer:us-east-1:123456789012:/signing-profiles/x/abcdefghij']}),
        'PutRuntimeManagementConfig': lambda: functions.put_runtime_management_config(
            FunctionName='f', UpdateRuntimeOn='Auto'),
    })
