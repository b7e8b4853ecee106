"""CloudWatch Logs through boto3 and the CLI."""

import time

import pytest
from expect import refused, refused_by_name


@pytest.fixture
def logs(client):
    return client('logs')


def now_ms():
    return int(time.time() * 1000)


@pytest.fixture
def stream(logs):
    logs.create_log_group(logGroupName='g')
    logs.create_log_stream(logGroupName='g', logStreamName='s')
    return {'logGroupName': 'g', 'logStreamName': 's'}


def test_groups(logs, account):
    logs.create_log_group(logGroupName='/app/a', tags={'t': '1'})
    logs.create_log_group(logGroupName='/app/b')
    with refused('ResourceAlreadyExistsException', 400, 'The specified log group already exists'):
        logs.create_log_group(logGroupName='/app/a')
    groups = logs.describe_log_groups(logGroupNamePrefix='/app/')['logGroups']
    assert [g['logGroupName'] for g in groups] == ['/app/a', '/app/b']
    assert groups[0]['arn'] == f'arn:aws:logs:us-east-1:{account}:log-group:/app/a:*'
    assert 'retentionInDays' not in groups[0] and groups[0]['storedBytes'] == 0
    logs.put_retention_policy(logGroupName='/app/a', retentionInDays=7)
    assert logs.describe_log_groups(logGroupNamePrefix='/app/a')['logGroups'][0]['retentionInDays'] == 7
    with refused('InvalidParameterException', 400):
        logs.put_retention_policy(logGroupName='/app/a', retentionInDays=8)
    logs.delete_retention_policy(logGroupName='/app/a')
    assert logs.list_tags_log_group(logGroupName='/app/a')['tags'] == {'t': '1'}
    arn = groups[0]['arn'].removesuffix(':*')
    logs.tag_resource(resourceArn=arn, tags={'u': '2'})
    assert logs.list_tags_for_resource(resourceArn=arn)['tags'] == {'t': '1', 'u': '2'}
    logs.delete_log_group(logGroupName='/app/a')
    with refused('ResourceNotFoundException', 400, 'The specified log group does not exist.'):
        logs.delete_log_group(logGroupName='/app/a')
    pages = logs.get_paginator('describe_log_groups').paginate(PaginationConfig={'PageSize': 1})
    assert [g['logGroupName'] for p in pages for g in p['logGroups']] == ['/app/b']


def test_streams_and_events(logs, stream):
    with refused('ResourceAlreadyExistsException', 400, 'The specified log stream already exists'):
        logs.create_log_stream(**stream)
    begin = now_ms()
    logs.put_log_events(**stream, logEvents=[
        {'timestamp': begin + i, 'message': f'line {i} {"ERROR" if i % 3 == 0 else "ok"}'} for i in range(10)])
    got = logs.get_log_events(**stream, startFromHead=True, limit=4)
    assert [e['message'] for e in got['events']] == ['line 0 ERROR', 'line 1 ok', 'line 2 ok', 'line 3 ERROR']
    assert got['events'][0]['timestamp'] == begin and got['events'][0]['ingestionTime'] >= begin
    rest = logs.get_log_events(**stream, nextToken=got['nextForwardToken'], startFromHead=True)
    assert len(rest['events']) == 6
    end = logs.get_log_events(**stream, nextToken=rest['nextForwardToken'], startFromHead=True)
    assert end['events'] == [] and end['nextForwardToken'] == rest['nextForwardToken']
    assert [e['message'] for e in logs.get_log_events(**stream, limit=2)['events']] == ['line 8 ok', 'line 9 ERROR']
    between = logs.get_log_events(**stream, startTime=begin + 2, endTime=begin + 4, startFromHead=True)
    assert [e['timestamp'] - begin for e in between['events']] == [2, 3]  # the end is not included
    shown = logs.describe_log_streams(logGroupName='g')['logStreams'][0]
    assert (shown['firstEventTimestamp'], shown['lastEventTimestamp']) == (begin, begin + 9)
    assert shown['uploadSequenceToken'] if 'uploadSequenceToken' in shown else True
    logs.delete_log_stream(**stream)
    with refused('ResourceNotFoundException', 400, 'The specified log stream does not exist.'):
        logs.get_log_events(**stream)
    with refused('ResourceNotFoundException', 400, 'The specified log group does not exist.'):
        logs.put_log_events(logGroupName='none', logStreamName='s', logEvents=[{'timestamp': 1, 'message': 'x'}])


def test_filters(logs, stream):
    begin = now_ms()
    logs.create_log_stream(logGroupName='g', logStreamName='other')
    logs.put_log_events(**stream, logEvents=[
        {'timestamp': begin + i, 'message': m} for i, m in enumerate(
            ['[ERROR] disk full', 'all is well', 'ERROR: "no" route', 'WARN slow'])])
    logs.put_log_events(logGroupName='g', logStreamName='other', logEvents=[{'timestamp': begin + 1, 'message': 'x ERROR'}])

    def found(**options):
        return [e['message'] for e in logs.filter_log_events(logGroupName='g', **options)['events']]
    assert len(found()) == 5
    assert found(filterPattern='ERROR') == ['[ERROR] disk full', 'x ERROR', 'ERROR: "no" route']
    assert found(filterPattern='ERROR disk') == ['[ERROR] disk full']
    assert found(filterPattern='ERROR -disk', logStreamNames=['s']) == ['ERROR: "no" route']
    assert found(filterPattern='?WARN ?well') == ['all is well', 'WARN slow']
    assert found(filterPattern='"is well"') == ['all is well']
    assert found(logStreamNamePrefix='o') == ['x ERROR']
    assert found(startTime=begin + 2) == ['ERROR: "no" route', 'WARN slow']
    pages = logs.get_paginator('filter_log_events').paginate(logGroupName='g', PaginationConfig={'PageSize': 2})
    assert [e['message'] for p in pages for e in p['events']] == found()
    for pattern in ('{ $.a = 1 }', '[a, b]', '%re%'):
        with refused('InvalidParameterException', 400, 'not supported by Millrace'):
            found(filterPattern=pattern)
    with refused('ResourceNotFoundException', 400):
        logs.filter_log_events(logGroupName='none')


def test_events_out_of_range(logs, stream):
    with refused('InvalidParameterException', 400, 'must be in chronological order'):
        logs.put_log_events(**stream, logEvents=[{'timestamp': now_ms(), 'message': 'a'},
                                                 {'timestamp': now_ms() - 1000, 'message': 'b'}])
    day = 86_400_000
    info = logs.put_log_events(**stream, logEvents=[
        {'timestamp': now_ms() - 15 * day, 'message': 'old'}, {'timestamp': now_ms(), 'message': 'good'},
        {'timestamp': now_ms() + day, 'message': 'new'}])['rejectedLogEventsInfo']
    assert info == {'tooOldLogEventEndIndex': 1, 'tooNewLogEventStartIndex': 2}
    assert [e['message'] for e in logs.filter_log_events(logGroupName='g')['events']] == ['good']


def test_the_cli(aws, logs, stream):
    logs.put_log_events(**stream, logEvents=[{'timestamp': now_ms(), 'message': 'seen by the CLI'}])
    seen = aws('logs', 'filter-log-events', '--log-group-name', 'g', '--filter-pattern', 'CLI')
    assert [e['message'] for e in seen['events']] == ['seen by the CLI']


def test_what_is_not_built_is_refused_by_name(logs, stream):
    refused_by_name({
        'StartQuery': lambda: logs.start_query(logGroupName='g', startTime=0, endTime=1, queryString='fields @message'),
        'PutSubscriptionFilter': lambda: logs.put_subscription_filter(
            logGroupName='g', filterName='f', filterPattern='', destinationArn='arn:aws:lambda:us-east-1:1:function:f'),
        'PutMetricFilter': lambda: logs.put_metric_filter(
            logGroupName='g', filterName='f', filterPattern='', metricTransformations=[
                {'metricName': 'm', 'metricNamespace': 'n', 'metricValue': '1'}]),
        'CreateExportTask': lambda: logs.create_export_task(logGroupName='g', fromTime=0, to=1, destination='b'),
    })
