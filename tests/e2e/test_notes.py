"""A whole application, deployed by an unmodified osls and used over HTTP."""

import re

import botocore.exceptions
import harness
import notes
import pytest
import requests


@pytest.fixture(scope='module')
def app(endpoint, tmp_path_factory):
    app = notes.Notes(endpoint, tmp_path_factory.mktemp('notes') / 'app', key='210987654321')
    app.deploy()
    return app


@pytest.fixture(scope='module')
def http():
    session = requests.Session()
    yield session
    session.close()


def create(app, http, text='buy bread', user='ada'):
    answer = http.post(f'{app.url}/notes', json={'user': user, 'text': text}, timeout=40)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_stack_events_come_newest_first(app):
    events = app.events()
    times = [event['Timestamp'] for event in events]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == len(times)
    assert events[0]['ResourceStatus'] == 'UPDATE_COMPLETE'
    assert events[0]['PhysicalResourceId'] == events[0]['StackId']


def test_the_life_of_a_note(app, http):
    note = create(app, http)
    url = f'{app.url}/notes/{note["id"]}'
    assert http.get(url, timeout=40).json() == note
    changed = http.put(url, json={'text': 'buy two breads'}, timeout=40).json()
    assert (changed['text'], changed['version']) == ('buy two breads', 2)
    assert http.delete(url, timeout=40).status_code == 204
    missing = http.get(url, timeout=40)
    assert missing.status_code == 404
    assert missing.json()['error']['code'] == 'NotFound'


def test_bad_input_is_the_functions_own_400(app, http):
    for body in ('{', '[]', '{"user":"a"}', '{"user":"a","text":""}'):
        assert http.post(f'{app.url}/notes', data=body, timeout=40).status_code == 400


def test_listing_through_both_gateways(app, http):
    first, second = create(app, http, 'one', 'lister'), create(app, http, 'two', 'lister')
    for url in (app.url, app.http_url):
        listed = http.get(f'{url}/notes', params={'user': 'lister'}, timeout=40)
        assert listed.status_code == 200, listed.text
        assert [note['id'] for note in listed.json()['notes']] == [second['id'], first['id']]


def test_cors(app, http):
    preflight = http.options(f'{app.url}/notes', headers={
        'Origin': 'https://app.example.com', 'Access-Control-Request-Method': 'POST'}, timeout=40)
    assert preflight.status_code == 200
    assert preflight.headers['Access-Control-Allow-Origin'] == '*'
    assert 'POST' in preflight.headers['Access-Control-Allow-Methods']


def test_unknown_routes_are_the_gateways_answers(app, http):
    rest = http.get(f'{app.url}/nothing', timeout=40)
    assert (rest.status_code, rest.json()) == (403, {'message': 'Missing Authentication Token'})
    version2 = http.get(f'{app.http_url}/nothing', timeout=40)
    assert (version2.status_code, version2.json()) == (404, {'message': 'Not Found'})


def test_attachments_go_by_presigned_urls(app, http):
    note = create(app, http)
    upload = http.post(f'{app.url}/notes/{note["id"]}/attachment', timeout=40)
    assert upload.status_code == 201, upload.text
    body = bytes(range(256)) * 1000
    stored = http.put(upload.json()['url'], data=body, timeout=40)
    assert stored.status_code == 200, stored.text
    download = http.get(f'{app.url}/notes/{note["id"]}/attachment', timeout=40).json()
    assert http.get(download['url'], timeout=40).content == body


def test_the_stream_reaches_the_audit_function(app, http):
    note = create(app, http)
    http.delete(f'{app.url}/notes/{note["id"]}', timeout=40)

    def events():
        changes = http.get(f'{app.url}/notes/{note["id"]}/audit', timeout=40).json()['changes']
        return [change['event'] for change in changes]
    harness.wait_until('both changes are audited', lambda: events() == ['INSERT', 'REMOVE'], timeout_s=30)


def test_the_role_refuses_what_it_does_not_allow(app, http):
    refused = http.get(f'{app.url}/forbidden', timeout=40)
    assert refused.status_code == 403, refused.text
    error = refused.json()['error']
    assert error['code'] == 'AccessDeniedException'
    assert 'is not authorized to perform: dynamodb:DeleteTable on resource: arn:aws:dynamodb:' in error['message']
    assert app.outputs['NotesTableName'] in app.client('dynamodb').list_tables()['TableNames']


def test_the_function_in_cpp(app, http):
    counted = http.post(f'{app.url}/stats', json={'text': 'to be or not to be'}, timeout=40)
    assert counted.status_code == 200, counted.text
    assert counted.json()['words'] == 6
    assert counted.json()['distinct'] == 4
    assert http.post(f'{app.url}/stats', json={'text': 1}, timeout=40).status_code == 400
    assert http.get(f'{app.url}/stats/health', timeout=40).json() == {'status': 'ok'}


def test_report_lines_are_honest(app, http):
    for _ in range(3):
        assert http.get(f'{app.url}/health', timeout=40).status_code == 200
    def reports():
        return [m for m in app.log_messages('health') if m.startswith('REPORT ')]
    harness.wait_until('three reports', lambda: len(reports()) >= 3, timeout_s=10)
    assert 'Init Duration' in reports()[0]
    assert all('Init Duration' not in report for report in reports()[1:])
    last = notes.report_of(app.log_messages('health'))
    duration = float(last['Duration'].split()[0])
    assert int(last['Billed Duration'].split()[0]) in (int(duration), int(duration) + 1)
    assert last['Memory Size'] == '256 MB'


def test_the_digest_is_mailed(app):
    done = app.client('lambda').invoke(FunctionName='notes-dev-digest', Payload=b'{"time":"now"}', LogType='Tail')
    assert 'FunctionError' not in done, done['Payload'].read()


def test_a_second_deploy_brings_what_changed_and_keeps_the_rest(app, http):
    note, url = create(app, http), app.url
    app.edit('src/health.mjs', "{ status: 'ok' }", "{ status: 'ok', release: 2 }")
    app.deploy()
    assert app.url == url
    assert http.get(f'{url}/health', timeout=40).json() == {'status': 'ok', 'release': 2}
    assert http.get(f'{url}/notes/{note["id"]}', timeout=40).json() == note


def test_one_function_is_deployed_alone(app, http):
    app.edit('src/health.mjs', 'release: 2', 'release: 3')
    assert 'Function code deployed' in app.run_tool('deploy', 'function', '-f', 'health')
    assert http.get(f'{app.url}/health', timeout=40).json() == {'status': 'ok', 'release': 3}


def test_the_tools_other_commands(app):
    assert 'notes-dev-createNote' in app.run_tool('info')
    assert "'distinct': 2" in app.run_tool('invoke', '-f', 'stats', '-d', '{"text": "one two"}').replace('"', "'")
    assert 'END Duration' in app.run_tool('logs', '-f', 'stats')


def test_a_bucket_that_holds_something_is_not_removed(app):
    # "The bucket you tried to delete is not empty": the stack stays, DELETE_FAILED.
    bucket = app.outputs['AttachmentsBucketName']
    app.client('s3').put_object(Bucket=bucket, Key='kept', Body=b'kept')
    with pytest.raises(harness.HarnessError, match='not empty'):
        app.remove()
    stack = app.client('cloudformation').describe_stacks(StackName=app.stack)['Stacks'][0]
    assert stack['StackStatus'] == 'DELETE_FAILED'
    keys = [o['Key'] for o in app.client('s3').list_objects_v2(Bucket=bucket)['Contents']]
    app.client('s3').delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': key} for key in keys]})


def test_it_goes_without_a_trace(app):
    app.remove()
    with pytest.raises(botocore.exceptions.ClientError, match='does not exist'):
        app.client('cloudformation').describe_stacks(StackName=app.stack)
    left = {
        'tables': app.client('dynamodb').list_tables()['TableNames'],
        'functions': app.client('lambda').list_functions()['Functions'],
        'mappings': app.client('lambda').list_event_source_mappings()['EventSourceMappings'],
        'buckets': app.client('s3').list_buckets()['Buckets'],
        'rules': app.client('events').list_rules()['Rules'],
        'roles': app.client('iam').list_roles()['Roles'],
        'REST APIs': app.client('apigateway').get_rest_apis()['items'],
        'HTTP APIs': app.client('apigatewayv2').get_apis()['Items'],
        'log groups': app.client('logs').describe_log_groups()['logGroups'],
        'identities': app.client('sesv2').list_email_identities()['EmailIdentities'],
    }
    assert {name: rows for name, rows in left.items() if rows} == {}


def test_a_deploy_without_changes_is_skipped(endpoint, tmp_path):
    # Without the C++ function: osls deploys a function with an artifact of its own each time.
    app = notes.Notes(endpoint, tmp_path / 'app', key='310987654321')
    app.copy()
    template = app.folder / 'serverless.yml'
    template.write_text(re.sub(r'\n  stats:\n.*?\n\n', '\n\n', template.read_text(), flags=re.S))
    app.deploy()
    assert 'No changes' in app.deploy()
    app.remove()
