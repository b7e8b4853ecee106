"""CloudWatch metrics through boto3 (rpc-v2-cbor) and the CLI."""

import datetime

import pytest
from expect import eventually, refused, refused_by_name
from lambda_help import deploy, functions, invoke, make_role  # noqa: F401

NOW = datetime.datetime.now(datetime.timezone.utc)
WINDOW = {'StartTime': NOW - datetime.timedelta(hours=1), 'EndTime': NOW + datetime.timedelta(hours=1), 'Period': 3600}


@pytest.fixture
def metrics(client):
    return client('cloudwatch')


def statistics(metrics, name, namespace='App', wanted=('Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'), **options):
    points = metrics.get_metric_statistics(Namespace=namespace, MetricName=name, Statistics=list(wanted),
                                           **WINDOW | {'Period': 86400} | options)['Datapoints']
    return points[0] if points else None


def test_what_is_put_comes_back(metrics):
    dimensions = [{'Name': 'Stage', 'Value': 'dev'}]
    metrics.put_metric_data(Namespace='App', MetricData=[
        {'MetricName': 'Latency', 'Value': 3, 'Unit': 'Milliseconds', 'Dimensions': dimensions},
        {'MetricName': 'Latency', 'Values': [5, 7], 'Counts': [2, 1], 'Unit': 'Milliseconds', 'Dimensions': dimensions},
        {'MetricName': 'Latency', 'Unit': 'Milliseconds', 'Dimensions': dimensions, 'StatisticValues': {
            'SampleCount': 2, 'Sum': 10, 'Minimum': 1, 'Maximum': 9}}])
    seen = statistics(metrics, 'Latency', Dimensions=dimensions)
    assert (seen['Sum'], seen['SampleCount'], seen['Minimum'], seen['Maximum']) == (30, 6, 1, 9)
    assert (seen['Average'], seen['Unit']) == (5, 'Milliseconds')
    assert statistics(metrics, 'Latency') is None  # without dimensions it is another metric
    data = metrics.get_metric_data(StartTime=WINDOW['StartTime'], EndTime=WINDOW['EndTime'], MetricDataQueries=[
        {'Id': 'a', 'MetricStat': {'Metric': {'Namespace': 'App', 'MetricName': 'Latency', 'Dimensions': dimensions},
                                   'Period': 86400, 'Stat': 'Sum'}}])['MetricDataResults'][0]
    assert (data['Id'], data['Label'], data['Values'], data['StatusCode']) == ('a', 'Latency', [30.0], 'Complete')
    listed = metrics.list_metrics(Namespace='App', Dimensions=[{'Name': 'Stage'}])['Metrics']
    assert listed == [{'Namespace': 'App', 'MetricName': 'Latency', 'Dimensions': dimensions}]


def test_the_protocol_of_each_client(metrics, aws):
    """boto3 speaks rpc-v2-cbor, older clients query: what one puts the other reads."""
    for n in range(3):
        metrics.put_metric_data(Namespace='App', MetricData=[{'MetricName': f'Orders{n}', 'Value': n}])
        names = [m['MetricName'] for m in metrics.list_metrics(Namespace='App')['Metrics']]
        assert names == [f'Orders{i}' for i in range(n + 1)]
    names = aws('cloudwatch', 'list-metrics', '--namespace', 'App')['Metrics']
    assert [metric['MetricName'] for metric in names] == ['Orders0', 'Orders1', 'Orders2']


def test_metrics_of_functions(metrics, functions, deploy):
    deploy('f', 'exports.handler = async (e) => { if (e.fail) throw Error("no"); };')
    for fail in (False, True, False):
        invoke(functions, 'f', {'fail': fail})
    functions.put_function_concurrency(FunctionName='f', ReservedConcurrentExecutions=0)
    with refused('TooManyRequestsException', 429):
        functions.invoke(FunctionName='f')

    def total(name):
        seen = statistics(metrics, name, 'AWS/Lambda', Dimensions=[{'Name': 'FunctionName', 'Value': 'f'}])
        return seen and seen['Sum']
    assert eventually(lambda: (total('Invocations'), total('Errors'), total('Throttles')) == (3, 1, 1), seconds=20), (
        total('Invocations'), total('Errors'), total('Throttles'))


def test_bad_input(metrics):
    with refused('InvalidParameterValue', 400, 'The value AWS/ for parameter Namespace is invalid.'):
        metrics.put_metric_data(Namespace='AWS/Lambda', MetricData=[{'MetricName': 'm', 'Value': 1}])
    with refused('InvalidParameterCombination', 400):
        metrics.put_metric_data(Namespace='App', MetricData=[{'MetricName': 'm', 'Value': 1, 'Values': [1.0]}])
    with refused('InvalidParameterValue', 400):
        metrics.put_metric_data(Namespace='App', MetricData=[
            {'MetricName': 'm', 'Value': 1, 'Timestamp': NOW - datetime.timedelta(days=20)}])
    with refused('InvalidParameterCombination', 400, 'which exceeds the limit of 1,440'):
        metrics.get_metric_statistics(Namespace='App', MetricName='m', StartTime=NOW - datetime.timedelta(days=3),
                                      EndTime=NOW, Period=60, Statistics=['Sum'])
    with refused('ValidationError', 400, 'Expression is not supported by Millrace'):
        metrics.get_metric_data(StartTime=NOW - datetime.timedelta(hours=1), EndTime=NOW, MetricDataQueries=[
            {'Id': 'e', 'Expression': '1+1'}])


def test_what_is_not_built_is_refused_by_name(metrics):
    refused_by_name({
        'PutMetricAlarm': lambda: metrics.put_metric_alarm(
            AlarmName='a', ComparisonOperator='GreaterThanThreshold', EvaluationPeriods=1),
        'PutDashboard': lambda: metrics.put_dashboard(DashboardName='d', DashboardBody='{}'),
    })
