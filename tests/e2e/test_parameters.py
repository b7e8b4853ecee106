"""SSM parameters through boto3 and the CLI."""

import pytest
from expect import refused, refused_by_name


@pytest.fixture
def ssm(client):
    return client('ssm')


def test_life_of_a_parameter(ssm, account):
    made = ssm.put_parameter(Name='/app/db/url', Value='one', Type='String', Description='d')
    assert (made['Version'], made['Tier']) == (1, 'Standard')
    got = ssm.get_parameter(Name='/app/db/url')['Parameter']
    assert (got['Value'], got['Type'], got['Version'], got['DataType']) == ('one', 'String', 1, 'text')
    assert got['ARN'] == f'arn:aws:ssm:us-east-1:{account}:parameter/app/db/url'
    with refused('ParameterAlreadyExists', 400, 'The parameter already exists. To overwrite this value, set the '
                 'overwrite option in the request to true.'):
        ssm.put_parameter(Name='/app/db/url', Value='two', Type='String')
    assert ssm.put_parameter(Name='/app/db/url', Value='two', Overwrite=True)['Version'] == 2
    assert ssm.get_parameter(Name='/app/db/url:1')['Parameter']['Value'] == 'one'
    with refused('ParameterVersionNotFound', 400):
        ssm.get_parameter(Name='/app/db/url:9')
    ssm.delete_parameter(Name='/app/db/url')
    for call in (lambda: ssm.get_parameter(Name='/app/db/url'), lambda: ssm.delete_parameter(Name='/app/db/url')):
        with refused('ParameterNotFound', 400):
            call()


def test_secrets(ssm):
    ssm.put_parameter(Name='secret', Value='s3cret', Type='SecureString')
    assert ssm.get_parameter(Name='secret', WithDecryption=True)['Parameter']['Value'] == 's3cret'
    assert 's3cret' not in ssm.get_parameter(Name='secret')['Parameter']['Value']


def test_many(ssm):
    for name in ('/app/a', '/app/b', '/app/deep/c', '/other/d'):
        ssm.put_parameter(Name=name, Value=name, Type='String')
    got = ssm.get_parameters(Names=['/app/a', '/none', '/other/d'])
    assert sorted(p['Name'] for p in got['Parameters']) == ['/app/a', '/other/d'] and got['InvalidParameters'] == ['/none']
    assert [p['Name'] for p in ssm.get_parameters_by_path(Path='/app')['Parameters']] == ['/app/a', '/app/b']
    pages = ssm.get_paginator('get_parameters_by_path').paginate(Path='/app', Recursive=True,
                                                                PaginationConfig={'PageSize': 1})
    assert [p['Name'] for page in pages for p in page['Parameters']] == ['/app/a', '/app/b', '/app/deep/c']
    found = ssm.describe_parameters(ParameterFilters=[{'Key': 'Name', 'Option': 'BeginsWith', 'Values': ['/app']}])
    assert sorted(p['Name'] for p in found['Parameters']) == ['/app/a', '/app/b', '/app/deep/c']
    gone = ssm.delete_parameters(Names=['/app/a', '/none'])
    assert (gone['DeletedParameters'], gone['InvalidParameters']) == (['/app/a'], ['/none'])


def test_bad_input(ssm):
    for name, text in (('a b', 'symbols .-_'), ('ssm-mine', 'can\'t be prefixed with "ssm"'), ('a/b', 'fully qualified')):
        with refused('ValidationException', 400, text):
            ssm.put_parameter(Name=name, Value='x', Type='String')
    with refused('AccessDeniedException', 400, 'No access to reserved parameter name: /aws/mine.'):
        ssm.put_parameter(Name='/aws/mine', Value='x', Type='String')
    with refused('ValidationException', 400):
        ssm.put_parameter(Name='a', Value='x' * 4097, Type='String')
    with refused('ValidationException', 400):
        ssm.put_parameter(Name='a', Value='x')


def test_the_cli(aws):
    aws('ssm', 'put-parameter', '--name', '/cli/x', '--value', 'v', '--type', 'String')
    assert aws('ssm', 'get-parameter', '--name', '/cli/x')['Parameter']['Value'] == 'v'
    assert '(ParameterNotFound)' in aws('ssm', 'get-parameter', '--name', '/cli/y', expect_error=True)


def test_what_is_not_built_is_refused_by_name(ssm):
    refused_by_name({
        'GetParameterHistory': lambda: ssm.get_parameter_history(Name='x'),
        'SendCommand': lambda: ssm.send_command(DocumentName='AWS-RunShellScript'),
    })
