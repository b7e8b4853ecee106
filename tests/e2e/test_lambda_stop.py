"""An orderly stop with functions running in the background: what ends in time is done with, what does not is run
again, and neither counts as a failure of the function."""

import time

import harness
import pytest
from lambda_help import deploy, functions, make_role, messages  # noqa: F401

SLEEPS = '''
exports.handler = async (event) => {
  console.log('BEGAN', event.n);
  await new Promise((done) => setTimeout(done, event.ms));
  console.log('ENDED', event.n);
};'''


@pytest.fixture
def own(start_server):
    return start_server(args=['--drain-timeout-s', '2'])


@pytest.fixture
def client(own):
    return own.client


def begin(functions, client, ms):  # noqa: F811
    functions.put_function_event_invoke_config(FunctionName='f', MaximumRetryAttempts=0)
    functions.invoke(FunctionName='f', InvocationType='Event', Payload='{"n":1,"ms":%d}' % ms)
    harness.wait_until('the function runs', lambda: messages(client('logs'), 'f', 'BEGAN'))


def test_what_a_stop_cuts_off_is_run_again(own, functions, deploy, client):  # noqa: F811
    deploy('f', SLEEPS)
    begin(functions, client, 6_000)
    own.stop()
    own.restart()
    harness.wait_until('it has run to its end', lambda: messages(client('logs'), 'f', 'ENDED'))
    assert len(messages(client('logs'), 'f', 'BEGAN')) == 2


def test_what_ends_in_time_is_not(own, functions, deploy, client):  # noqa: F811
    deploy('f', SLEEPS)
    begin(functions, client, 1_000)
    own.stop()
    own.restart()
    time.sleep(3)
    assert len(messages(client('logs'), 'f', 'ENDED')) == 1
    assert len(messages(client('logs'), 'f', 'BEGAN')) == 1
