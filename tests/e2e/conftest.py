"""Fixtures of the end-to-end tests. They see Millrace only through its program and its wire.

    ./dev test --e2e -k NAME
    .venv/bin/python -m pytest tests/e2e --endpoint http://127.0.0.1:4566

Each test has an account of its own (Millrace takes a 12-digit access key id as the account), so tests share a
server and run in parallel. With --endpoint they run against a server that is already there; tests that need to
start or kill one are skipped then.
"""

import json
import os
import pathlib
import random
import socket
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'tools'))
import harness  # noqa: E402
import keeping  # noqa: E402


def pytest_addoption(parser):
    parser.addoption('--endpoint', help='run against this endpoint instead of starting millrace')


def pytest_collection_modifyitems(config, items):
    if config.getoption('--endpoint'):
        skip = pytest.mark.skip(reason='starts a server of its own')
        for item in items:
            if {'start_server', 'server'} & set(getattr(item, 'fixturenames', ())):
                item.add_marker(skip)


@pytest.fixture(scope='session')
def shared_server(request, tmp_path_factory):
    """The server that most tests of this worker share; None with --endpoint."""
    if request.config.getoption('--endpoint'):
        yield None
        return
    with harness.Server(tmp_path_factory.mktemp('millrace') / 'data') as server:
        yield server


@pytest.fixture(scope='session')
def endpoint(request, shared_server):
    return request.config.getoption('--endpoint') or shared_server.endpoint


@pytest.fixture
def start_server(tmp_path):
    """Starts servers that this test may kill and restart: start_server(name='data', args=[...], env={...})."""
    servers = []

    def start(name='data', args=(), env=None):
        server = harness.Server(tmp_path / name, args, env)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(start_server):
    """A server of this test's own."""
    return start_server()


@pytest.fixture
def account():
    """The account that this test works in, and its access key id."""
    return f'{random.randrange(10**11, 10**12)}'


@pytest.fixture
def client(endpoint, account):
    """boto3 clients in this test's account: client('dynamodb', region='eu-west-1')."""
    def make(service, **options):
        return harness.boto_client(endpoint, service, **({'key': account} | options))
    return make


@pytest.fixture
def region(client):
    """DynamoDB of one region of the shared server."""
    return lambda name, service='dynamodb': client(service, region=name)


@pytest.fixture
def replicate(endpoint, account, tmp_path):
    """Starts replications between two regions of the shared server; none survives the test."""
    started = []

    def start(source, target, *options):
        log = tmp_path / f'replicate-{len(started)}.log'
        started.append(keeping.Replicator(account, log, keeping.EAST, source, keeping.WEST, target, *options,
                                          endpoint=endpoint))
        return started[-1]
    yield start
    for replicator in started:
        if replicator.process.poll() is None:
            replicator.kill()


@pytest.fixture
def aws(endpoint, account):
    """The AWS CLI: aws('dynamodb', 'list-tables') gives its parsed output; expect_error=True its stderr."""
    def run(*arguments, expect_error=False, endpoint=endpoint):
        done = subprocess.run([ROOT / '.venv/bin/aws', *arguments, '--output', 'json'], capture_output=True,
                              text=True, timeout=120, env=harness.credentials_env(endpoint, key=account))
        if expect_error:
            assert done.returncode != 0, done.stdout
            return done.stderr
        assert done.returncode == 0, done.stderr
        try:
            return json.loads(done.stdout) if done.stdout.strip() else None
        except json.JSONDecodeError:
            return done.stdout
    return run


@pytest.fixture
def node(endpoint, account):
    """Runs JavaScript that may require('@aws-sdk/...') and prints one JSON value, which is returned."""
    def run(script, *arguments, endpoint=endpoint):
        env = harness.credentials_env(endpoint, key=account) | {'NODE_PATH': str(harness.NODE_MODULES)}
        done = subprocess.run(['node', '--input-type=commonjs', '-', *arguments], input=script, text=True,
                              capture_output=True, timeout=120, env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


@pytest.fixture
def raw(endpoint):
    """Sends bytes to the server and gives back all it answers until it closes or is silent for `wait_s`."""
    host, port = endpoint.split('//')[1].rstrip('/').split(':')

    def send(data, wait_s=5):
        with socket.create_connection((host, int(port)), timeout=wait_s) as connection:
            answer = b''
            try:
                connection.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may refuse before it has read all; the answer is what counts
            try:
                while chunk := connection.recv(65536):
                    answer += chunk
            except (TimeoutError, ConnectionResetError):
                pass
            return answer
    return send


@pytest.fixture
def local_names(monkeypatch):
    """Names below .localhost lead here, as most systems have it."""
    resolve = socket.getaddrinfo

    def resolve_here(host, *arguments, **options):
        return resolve('127.0.0.1' if str(host).endswith('.localhost') else host, *arguments, **options)
    monkeypatch.setattr(socket, 'getaddrinfo', resolve_here)


@pytest.fixture(scope='session', autouse=True)
def no_credentials_of_ours():
    """Nothing in these tests may reach a real account."""
    for name in list(os.environ):
        if name.startswith('AWS_'):
            del os.environ[name]
