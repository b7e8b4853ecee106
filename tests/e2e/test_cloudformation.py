"""Stacks through boto3 and the AWS CLI: what deploy tools do, what they read, and what a crash leaves."""

import json
import threading

import botocore.exceptions
import harness
import pytest
import requests

ROLE = {'Type': 'AWS::IAM::Role', 'Properties': {'AssumeRolePolicyDocument': {
    'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sts:AssumeRole',
                                            'Principal': {'Service': 'lambda.amazonaws.com'}}]}}}
FUNCTION = {'Type': 'AWS::Lambda::Function', 'DependsOn': 'Logs', 'Properties': {
    'Runtime': 'python3.12', 'Handler': 'index.handler', 'Role': {'Fn::GetAtt': ['Role', 'Arn']},
    'Code': {'ZipFile': 'def handler(event, context):\n    return {"statusCode": 200, "body": "hello"}\n'}}}


def group(name=None, **more):
    """A log group, the cheapest resource there is."""
    return {'Type': 'AWS::Logs::LogGroup', 'Properties': {'LogGroupName': name} if name else {}, **more}


def template(resources, **sections):
    return json.dumps({'Resources': resources, **sections})


class Stack:
    """One stack of a test; every operation waits until it is over."""

    def __init__(self, client, name='app'):
        self.cfn, self.name, self.id = client, name, None

    def create(self, body, **options):
        self.id = self.cfn.create_stack(StackName=self.name, TemplateBody=body,
                                        Capabilities=['CAPABILITY_NAMED_IAM'], **options)['StackId']
        return self.settled()

    def update(self, body, **options):
        self.cfn.update_stack(StackName=self.name, TemplateBody=body, Capabilities=['CAPABILITY_NAMED_IAM'],
                              **options)
        return self.settled()

    def delete(self, **options):
        self.cfn.delete_stack(StackName=self.name, **options)
        return self.settled()

    def describe(self):
        return self.cfn.describe_stacks(StackName=self.id or self.name)['Stacks'][0]

    def settled(self):
        harness.wait_until('the stack is settled',
                           lambda: not self.describe()['StackStatus'].endswith('_IN_PROGRESS'), every_s=0.03)
        return self.describe()['StackStatus']

    def events(self):
        pages = self.cfn.get_paginator('describe_stack_events').paginate(StackName=self.id or self.name)
        events = [event for page in pages for event in page['StackEvents']]
        times = [event['Timestamp'] for event in events]
        assert times == sorted(times, reverse=True) and len(set(times)) == len(times), 'strictly newest first'
        return events

    def outputs(self):
        return {output['OutputKey']: output['OutputValue'] for output in self.describe().get('Outputs', [])}

    def physical_ids(self):
        pages = self.cfn.get_paginator('list_stack_resources').paginate(StackName=self.id or self.name)
        return {one['LogicalResourceId']: one['PhysicalResourceId']
                for page in pages for one in page['StackResourceSummaries']}


@pytest.fixture
def stack(client):
    return Stack(client('cloudformation'))


def refusal(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(**arguments)
    assert 400 <= refused.value.response['ResponseMetadata']['HTTPStatusCode'] < 500
    error = refused.value.response['Error']
    return f"{error['Code']}: {error['Message']}"


def group_names(client):
    pages = client('logs').get_paginator('describe_log_groups').paginate()
    return [one['logGroupName'] for page in pages for one in page['logGroups']]


def test_an_application_is_made_called_changed_and_deleted(stack, client):
    permission = {'Type': 'AWS::Lambda::Permission', 'Properties': {
        'FunctionName': {'Fn::GetAtt': ['Hello', 'Arn']}, 'Action': 'lambda:InvokeFunction',
        'Principal': 'apigateway.amazonaws.com',
        'SourceArn': {'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*'}}}
    resources = {
        'Logs': group({'Fn::Sub': '/aws/lambda/${AWS::StackName}-hello'}), 'Role': ROLE, 'Hello': FUNCTION,
        'Api': {'Type': 'AWS::ApiGatewayV2::Api', 'Properties': {'Name': 'hello', 'ProtocolType': 'HTTP'}},
        'Stage': {'Type': 'AWS::ApiGatewayV2::Stage', 'Properties': {
            'ApiId': {'Ref': 'Api'}, 'StageName': '$default', 'AutoDeploy': True}},
        'Integration': {'Type': 'AWS::ApiGatewayV2::Integration', 'Properties': {
            'ApiId': {'Ref': 'Api'}, 'IntegrationType': 'AWS_PROXY', 'PayloadFormatVersion': '2.0',
            'IntegrationUri': {'Fn::GetAtt': ['Hello', 'Arn']}}},
        'Route': {'Type': 'AWS::ApiGatewayV2::Route', 'Properties': {
            'ApiId': {'Ref': 'Api'}, 'RouteKey': 'GET /hello',
            'Target': {'Fn::Join': ['/', ['integrations', {'Ref': 'Integration'}]]}}},
        'Permission': permission}
    outputs = {'Url': {'Value': {'Fn::Sub': 'https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/hello'}},
               'Function': {'Value': {'Ref': 'Hello'}}}
    assert stack.create(template(resources, Outputs=outputs), Tags=[{'Key': 'stage', 'Value': 'dev'}]) \
        == 'CREATE_COMPLETE', stack.events()
    answer = requests.get(stack.outputs()['Url'], timeout=40)
    assert (answer.status_code, answer.text) == (200, 'hello')
    name = stack.outputs()['Function']
    tags = client('lambda').get_function(FunctionName=name)['Tags']
    assert tags['stage'] == 'dev' and tags['aws:cloudformation:stack-name'] == 'app'
    assert tags['aws:cloudformation:logical-id'] == 'Hello'
    changed = json.loads(json.dumps(resources).replace('hello\\"}', 'changed\\"}'))
    assert stack.update(template(changed, Outputs=outputs)) == 'UPDATE_COMPLETE', stack.events()
    assert stack.outputs()['Function'] == name
    assert requests.get(stack.outputs()['Url'], timeout=40).text == 'changed'
    assert stack.delete() == 'DELETE_COMPLETE'
    assert 'does not exist' in refusal(stack.cfn.describe_stacks, StackName='app')
    assert client('lambda').list_functions()['Functions'] == []
    assert client('iam').list_roles()['Roles'] == []


def test_a_replacement_keeps_its_dependents_right(stack, client):
    resources = {'A': group('/one'), 'P': {'Type': 'AWS::SSM::Parameter', 'Properties': {
        'Name': '/which', 'Type': 'String', 'Value': {'Ref': 'A'}}}}
    assert stack.create(template(resources)) == 'CREATE_COMPLETE'
    assert stack.update(template(resources | {'A': group('/two')})) == 'UPDATE_COMPLETE'
    assert group_names(client) == ['/two']
    assert client('ssm').get_parameter(Name='/which')['Parameter']['Value'] == '/two'
    story = [(event['LogicalResourceId'], event['ResourceStatus']) for event in reversed(stack.events())]
    replaced = story.index(('A', 'UPDATE_COMPLETE'))
    assert replaced < story.index(('P', 'UPDATE_COMPLETE')) < story.index(('A', 'DELETE_COMPLETE'))
    reasons = [event.get('ResourceStatusReason') for event in stack.events()]
    assert ('Requested update requires the creation of a new physical resource; hence creating one.') in reasons


def test_a_failure_rolls_back(stack, client):
    body = template({'A': group('/x'), 'B': group('/x', DependsOn='A')})
    assert stack.create(body) == 'ROLLBACK_COMPLETE'
    assert group_names(client) == []
    failed = next(event for event in stack.events() if event['ResourceStatus'] == 'CREATE_FAILED')
    assert 'already exists' in failed['ResourceStatusReason']
    assert refusal(stack.cfn.update_stack, StackName='app', TemplateBody=template({'A': group('/x')})).endswith(
        'is in ROLLBACK_COMPLETE state and can not be updated.')
    assert stack.delete() == 'DELETE_COMPLETE'
    assert stack.create(template({'A': group('/x')})) == 'CREATE_COMPLETE'
    assert stack.update(template({'A': group('/y'), 'B': group('/y', DependsOn='A')})) \
        == 'UPDATE_ROLLBACK_COMPLETE'
    assert group_names(client) == ['/x']
    assert stack.physical_ids() == {'A': '/x'}


def test_a_change_set_without_changes_fails_in_the_words_that_tools_match(stack):
    body = template({'A': group('/x')})
    stack.create(body)
    stack.cfn.create_change_set(StackName='app', ChangeSetName='same', TemplateBody=body)
    with pytest.raises(botocore.exceptions.WaiterError):
        stack.cfn.get_waiter('change_set_create_complete').wait(
            StackName='app', ChangeSetName='same', WaiterConfig={'Delay': 1, 'MaxAttempts': 3})
    described = stack.cfn.describe_change_set(StackName='app', ChangeSetName='same')
    assert described['Status'] == 'FAILED'
    assert "The submitted information didn't contain changes." in described['StatusReason']
    assert refusal(stack.cfn.update_stack, StackName='app', TemplateBody=body) \
        == 'ValidationError: No updates are to be performed.'


def test_change_sets_make_a_stack_and_change_it(stack):
    cfn = stack.cfn
    cfn.create_change_set(StackName='app', ChangeSetName='first', ChangeSetType='CREATE',
                          TemplateBody=template({'A': group('/x')}))
    assert stack.describe()['StackStatus'] == 'REVIEW_IN_PROGRESS'
    cfn.execute_change_set(StackName='app', ChangeSetName='first')
    assert stack.describe()['StackStatus'] != 'REVIEW_IN_PROGRESS'
    cfn.get_waiter('stack_create_complete').wait(StackName='app', WaiterConfig={'Delay': 1})
    cfn.create_change_set(StackName='app', ChangeSetName='second',
                          TemplateBody=template({'A': group('/y'), 'B': group('/z')}))
    changes = cfn.describe_change_set(StackName='app', ChangeSetName='second')['Changes']
    assert [(change['ResourceChange']['Action'], change['ResourceChange'].get('Replacement'))
            for change in changes] == [('Modify', 'True'), ('Add', None)]
    cfn.execute_change_set(StackName='app', ChangeSetName='second')
    cfn.get_waiter('stack_update_complete').wait(StackName='app', WaiterConfig={'Delay': 1})
    assert stack.physical_ids() == {'A': '/y', 'B': '/z'}


def test_a_retained_resource_stays(stack, client):
    stack.create(template({'A': group('/kept', DeletionPolicy='Retain'), 'B': group('/gone')}))
    assert stack.delete() == 'DELETE_COMPLETE'
    assert group_names(client) == ['/kept']
    assert ('A', 'DELETE_SKIPPED') in [(event['LogicalResourceId'], event['ResourceStatus'])
                                       for event in stack.events()]


def test_what_cannot_be_deleted_is_retained_on_request(stack, client):
    stack.create(template({'Full': {'Type': 'AWS::S3::Bucket'}, 'A': group()}))
    bucket = stack.physical_ids()['Full']
    client('s3').put_object(Bucket=bucket, Key='k', Body=b'x')
    assert stack.delete() == 'DELETE_FAILED'
    assert stack.describe()['StackStatusReason'] == 'The following resource(s) failed to delete: [Full]. '
    assert stack.delete(RetainResources=['Full']) == 'DELETE_COMPLETE'
    client('s3').head_bucket(Bucket=bucket)


def test_exports_and_imports(stack, client):
    cfn = stack.cfn
    stack.create(template({'A': group()}, Outputs={'Name': {'Value': {'Ref': 'A'}, 'Export': {'Name': 'shared'}}}))
    user = Stack(cfn, 'user')
    assert user.create(template({'B': group({'Fn::Join': ['', [{'Fn::ImportValue': 'shared'}, '-b']]})})) \
        == 'CREATE_COMPLETE'
    exported = cfn.list_exports()['Exports']
    assert [(one['Name'], one['Value']) for one in exported] == [('shared', stack.physical_ids()['A'])]
    assert cfn.list_imports(ExportName='shared')['Imports'] == ['user']
    assert user.physical_ids()['B'] == exported[0]['Value'] + '-b'
    assert stack.delete() == 'CREATE_COMPLETE', 'it stays as it was'
    assert stack.describe()['StackStatusReason'] == 'Export shared cannot be deleted as it is in use by user'
    assert user.delete() == 'DELETE_COMPLETE'
    assert stack.delete() == 'DELETE_COMPLETE'


def test_refusals_come_before_anything_is_made(stack, client):
    def refused(resources, **sections):
        return refusal(stack.cfn.create_stack, StackName='app', TemplateBody=template(resources, **sections))
    assert refused({'A': group('/x', DependsOn='B'), 'B': group({'Ref': 'A'})}) \
        == 'ValidationError: Circular dependency between resources: [A, B]'
    assert refused({'G': group('/x'), 'A': {'Type': 'AWS::EC2::Instance'}}) \
        == 'ValidationError: Template format error: Unrecognized resource types: [AWS::EC2::Instance]'
    assert 'extraneous key [Nope] is not permitted' in refused(
        {'G': group('/x'), 'A': {'Type': 'AWS::Logs::LogGroup', 'Properties': {'Nope': 1}}})
    assert refused({'A': group({'Ref': 'Nope'})}) == (
        'ValidationError: Template format error: Unresolved resource dependencies [Nope] in the Resources block '
        'of the template')
    assert refused({'A': group()}, Transform='AWS::Serverless-2016-10-31') \
        == 'ValidationError: Transform "AWS::Serverless-2016-10-31" is not supported by Millrace'
    assert refused({'Role': ROLE}) \
        == 'InsufficientCapabilitiesException: Requires capabilities : [CAPABILITY_IAM]'
    assert group_names(client) == []
    assert stack.cfn.list_stacks()['StackSummaries'] == []
    assert refusal(stack.cfn.set_stack_policy, StackName='app', StackPolicyBody='{}').count('SetStackPolicy')


def test_a_deployer_needs_his_permissions_or_a_role(client):
    """A run acts as who began it, or as the role that he may pass."""
    iam = client('iam')
    iam.create_user(UserName='deployer')
    key = iam.create_access_key(UserName='deployer')['AccessKey']
    cfn = client('cloudformation', key=key['AccessKeyId'], secret=key['SecretAccessKey'])

    def policy_of(**statement):
        return json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', **statement}]})

    def allow(*actions):
        iam.put_user_policy(UserName='deployer', PolicyName='p',
                            PolicyDocument=policy_of(Action=list(actions), Resource='*'))
    body = template({'A': group('/x')})
    assert 'AccessDenied' in refusal(cfn.create_stack, StackName='app', TemplateBody=body)
    allow('cloudformation:*')
    stack = Stack(cfn)
    assert stack.create(body) == 'ROLLBACK_COMPLETE'
    failed = next(event for event in stack.events() if event['ResourceStatus'] == 'CREATE_FAILED')
    assert 'is not authorized to perform: logs:CreateLogGroup' in failed['ResourceStatusReason']
    assert stack.delete() == 'DELETE_COMPLETE'
    role = iam.create_role(RoleName='cfn', AssumeRolePolicyDocument=policy_of(
        Action='sts:AssumeRole', Principal={'Service': 'cloudformation.amazonaws.com'}))['Role']['Arn']
    iam.put_role_policy(RoleName='cfn', PolicyName='p', PolicyDocument=policy_of(Action='logs:*', Resource='*'))
    assert 'iam:PassRole' in refusal(cfn.create_stack, StackName='app', TemplateBody=body, RoleARN=role)
    allow('cloudformation:*', 'iam:PassRole')
    assert stack.create(body, RoleARN=role) == 'CREATE_COMPLETE'
    assert stack.delete() == 'DELETE_COMPLETE'


FUNCTIONS = {
    'Sub': ({'Fn::Sub': '${AWS::StackName}/${Stage}/${!Keep}'}, 'app/dev/${Keep}'),
    'SubMap': ({'Fn::Sub': ['${x}-${AWS::Region}', {'x': {'Ref': 'Stage'}}]}, 'dev-us-east-1'),
    'Join': ({'Fn::Join': ['-', {'Ref': 'Zones'}]}, 'a-b-c'),
    'Select': ({'Fn::Select': [1, {'Ref': 'Zones'}]}, 'b'),
    'Split': ({'Fn::Select': ['2', {'Fn::Split': ['/', 'x/y/z']}]}, 'z'),
    'GetAtt': ({'Fn::Select': [5, {'Fn::Split': [':', {'Fn::GetAtt': ['A', 'Arn']}]}]}, 'log-group'),
    'If': ({'Fn::If': ['IsDev', 'yes', 'no']}, 'yes'),
    'FindInMap': ({'Fn::FindInMap': ['Sizes', {'Ref': 'Stage'}, 'Memory']}, '128'),
    'FindInMapDefault': ({'Fn::FindInMap': ['Sizes', 'none', 'Memory', {'DefaultValue': '64'}]}, '64'),
    'Base64': ({'Fn::Base64': 'hi'}, 'aGk='),
    'Cidr': ({'Fn::Select': [2, {'Fn::Cidr': ['10.0.0.0/16', 4, 8]}]}, '10.0.2.0/24'),
    'GetAZs': ({'Fn::Select': [0, {'Fn::GetAZs': ''}]}, 'us-east-1a'),
    'ToJsonString': ({'Fn::ToJsonString': {'stage': {'Ref': 'Stage'}}}, '{"stage":"dev"}'),
    'Length': ({'Fn::Length': {'Ref': 'Zones'}}, '3'),
    'Ssm': ({'Ref': 'FromSsm'}, 'from-ssm'),
    'Resolve': ('{{resolve:ssm:/app/value}}!', 'from-ssm!'),
    'Partition': ({'Ref': 'AWS::Partition'}, 'aws'),
    'Number': ({'Ref': 'Count'}, '7'),
}


def test_intrinsic_functions_parameters_and_conditions(stack, client):
    client('ssm').put_parameter(Name='/app/value', Value='from-ssm', Type='String')
    body = template(
        {'A': group(), 'OnlyProd': group('/prod', Condition='IsProd')},
        Transform='AWS::LanguageExtensions',
        Parameters={'Stage': {'Type': 'String', 'AllowedValues': ['dev', 'prod']},
                    'Zones': {'Type': 'CommaDelimitedList', 'Default': 'a, b,c'},
                    'Count': {'Type': 'Number', 'Default': 7, 'MinValue': 1, 'MaxValue': 9},
                    'Secret': {'Type': 'String', 'NoEcho': True, 'Default': 'hush'},
                    'FromSsm': {'Type': 'AWS::SSM::Parameter::Value<String>', 'Default': '/app/value'}},
        Mappings={'Sizes': {'dev': {'Memory': '128'}}},
        Conditions={'IsDev': {'Fn::Equals': [{'Ref': 'Stage'}, 'dev']},
                    'IsProd': {'Fn::Not': [{'Condition': 'IsDev'}]}},
        Outputs={name: {'Value': value} for name, (value, _) in FUNCTIONS.items()}
        | {'Gone': {'Condition': 'IsProd', 'Value': 'x'}})
    for parameters, message in (
            ([], 'Parameters: [Stage] must have values'),
            ([('Stage', 'test')], "Parameter 'Stage' must be one of AllowedValues"),
            ([('Stage', 'dev'), ('Count', '10')], "Parameter 'Count' must be a number not greater than 9"),
            ([('Stage', 'dev'), ('Nope', '1')], 'Parameters: [Nope] do not exist in the template')):
        assert refusal(stack.cfn.create_stack, StackName='app', TemplateBody=body,
                       Capabilities=['CAPABILITY_AUTO_EXPAND'],
                       Parameters=[{'ParameterKey': key, 'ParameterValue': value} for key, value in parameters]
                       ) == f'ValidationError: {message}'
    stack.cfn.create_stack(StackName='app', TemplateBody=body, Capabilities=['CAPABILITY_AUTO_EXPAND'],
                           Parameters=[{'ParameterKey': 'Stage', 'ParameterValue': 'dev'}])
    assert stack.settled() == 'CREATE_COMPLETE', stack.events()
    assert stack.outputs() == {name: value for name, (_, value) in FUNCTIONS.items()}
    assert list(stack.physical_ids()) == ['A']
    shown = {one['ParameterKey']: one for one in stack.describe()['Parameters']}
    assert shown['Secret']['ParameterValue'] == '****'
    assert shown['FromSsm'] == {'ParameterKey': 'FromSsm', 'ParameterValue': '/app/value',
                                'ResolvedValue': 'from-ssm'}


def test_cli_deploy_and_wait(aws, client, account, tmp_path):
    """`aws cloudformation deploy` and `package`, as they are."""
    (tmp_path / 'code').mkdir()
    (tmp_path / 'code/index.py').write_text('def handler(event, context):\n    return "packaged"\n')
    source = tmp_path / 'template.yaml'
    source.write_text('''
Parameters: {Name: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: lambda.amazonaws.com}}]
  Hello:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: !Ref Name
      Runtime: python3.12
      Handler: index.handler
      Code: code
      Role: !GetAtt Role.Arn
Outputs: {Name: {Value: !Ref Hello}}
''')
    bucket = f'code-{account}'
    aws('s3', 'mb', f's3://{bucket}')
    packaged = tmp_path / 'packaged.yaml'
    aws('cloudformation', 'package', '--template-file', str(source), '--s3-bucket', bucket,
        '--output-template-file', str(packaged))
    deploy = ('cloudformation', 'deploy', '--template-file', str(packaged), '--stack-name', 'cli',
              '--parameter-overrides', 'Name=cli-hello', '--capabilities', 'CAPABILITY_IAM', '--tags', 'stage=dev')
    assert 'Successfully created/updated stack - cli' in aws(*deploy)
    assert 'No changes to deploy. Stack cli is up to date' in aws(*deploy, '--no-fail-on-empty-changeset')
    answer = client('lambda').invoke(FunctionName='cli-hello')
    assert answer['Payload'].read() == b'"packaged"'
    events = aws('cloudformation', 'describe-stack-events', '--stack-name', 'cli')['StackEvents']
    assert events[0]['ResourceStatus'] == 'CREATE_COMPLETE'
    assert events[0]['PhysicalResourceId'] == events[0]['StackId']
    aws('cloudformation', 'delete-stack', '--stack-name', 'cli')
    Stack(client('cloudformation'), events[0]['StackId']).settled()  # the CLI would ask every 30 s
    aws('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', 'cli')


def test_cli_ssm(aws):
    for name, kind in (('/app/a', 'String'), ('/app/b', 'SecureString'), ('/app/deep/c', 'String')):
        aws('ssm', 'put-parameter', '--name', name, '--value', f'value of {name}', '--type', kind)
    assert aws('ssm', 'get-parameter', '--name', '/app/a')['Parameter']['Value'] == 'value of /app/a'
    both = aws('ssm', 'get-parameters', '--names', '/app/a', '/app/b', '/none', '--with-decryption')
    assert [one['Value'] for one in both['Parameters']] == ['value of /app/a', 'value of /app/b']
    assert both['InvalidParameters'] == ['/none']
    by_path = aws('ssm', 'get-parameters-by-path', '--path', '/app', '--recursive')['Parameters']
    assert [one['Name'] for one in by_path] == ['/app/a', '/app/b', '/app/deep/c']
    assert [one['Name'] for one in aws('ssm', 'get-parameters-by-path', '--path', '/app')['Parameters']] == [
        '/app/a', '/app/b']
    assert '(ParameterNotFound)' in aws('ssm', 'get-parameter', '--name', '/none', expect_error=True)


# What is deployed while the server is killed: a chain, so that much of it is still to come.
CHAIN = 25


def chain(prefix, last=None):
    resources = {'G00': group(f'/{prefix}/00')}
    for number in range(1, CHAIN):
        resources[f'G{number:02}'] = group(f'/{prefix}/{number:02}', DependsOn=f'G{number - 1:02}')
    resources['Table'] = {'Type': 'AWS::DynamoDB::Table', 'DependsOn': f'G{CHAIN // 2:02}', 'Properties': {
        'BillingMode': 'PAY_PER_REQUEST', 'KeySchema': [{'AttributeName': 'id', 'KeyType': 'HASH'}],
        'AttributeDefinitions': [{'AttributeName': 'id', 'AttributeType': 'S'}]}}
    if last:
        resources['Last'] = group(last, DependsOn=f'G{CHAIN - 1:02}')
    return template(resources)


class Killed:
    """A server that is killed amid runs, and what is left of them when it is back."""

    def __init__(self, server):
        self.server, self.went_on = server, 0

    def run(self, operation, after_s, **arguments):
        """Begins a run, kills the server `after_s` later and starts it again; the stack when it is settled."""
        killer = threading.Timer(after_s, self.server.kill)
        getattr(self.server.client('cloudformation'), operation)(**arguments)
        killer.start()
        killer.join()
        before = self.server.log.read_text().count('going on with its run')
        self.server.restart()
        stack = Stack(self.server.client('cloudformation'), arguments['StackName'])
        stack.settled()
        self.went_on += self.server.log.read_text().count('going on with its run') - before
        return stack

    def groups(self):
        return group_names(self.server.client)

    def tables(self):
        return self.server.client('dynamodb').list_tables()['TableNames']


def test_kill_9_amid_deployments(start_server):
    """The run goes on after the restart; no resource is made twice, none is lost."""
    killed = Killed(start_server(args=['--log-level', 'info']))
    expected = [f'/a/{number:02}' for number in range(CHAIN)]
    for after_ms in (0, 5, 15, 30, 60, 120):
        wait_s = after_ms / 1000
        made = killed.run('create_stack', wait_s, StackName='app', TemplateBody=chain('a'))
        assert made.describe()['StackStatus'] == 'CREATE_COMPLETE'
        assert killed.groups() == expected and len(killed.tables()) == 1
        complete = [event['LogicalResourceId'] for event in made.events()
                    if event['ResourceStatus'] == 'CREATE_COMPLETE']
        assert len(complete) == len(set(complete)) == CHAIN + 2
        # An update that replaces everything and fails at its end: everything is as it was.
        failed = killed.run('update_stack', wait_s, StackName='app', TemplateBody=chain('b', last='/b/00'))
        assert failed.describe()['StackStatus'] == 'UPDATE_ROLLBACK_COMPLETE'
        assert killed.groups() == expected
        assert len(failed.physical_ids()) == CHAIN + 1
        # One that works, then the end.
        updated = killed.run('update_stack', wait_s, StackName='app', TemplateBody=chain('b'))
        assert updated.describe()['StackStatus'] == 'UPDATE_COMPLETE'
        assert killed.groups() == [name.replace('/a/', '/b/') for name in expected]
        stack_id = updated.describe()['StackId']
        gone = killed.run('delete_stack', wait_s, StackName=stack_id)
        assert gone.describe()['StackStatus'] == 'DELETE_COMPLETE'
        assert killed.groups() == killed.tables() == []
    assert killed.went_on >= 12, 'most of the kills came amid a run'
