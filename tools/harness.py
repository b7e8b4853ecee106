"""Runs the real `millrace serve` for end-to-end tests and the demo: start, kill, start again, leave nothing."""

import os
import pathlib
import re
import select
import signal
import subprocess
import time

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get('MILLRACE_BINARY', ROOT / 'build/release/bin/millrace'))
NODE_MODULES = ROOT / 'runtimes/node/node_modules'
NODE = ROOT / '.cache/node/node_modules/node/bin'  # where ./dev setup puts a node newer than the machine's
READY_TIMEOUT_S = 30
STOP_TIMEOUT_S = 20

if NODE.exists():
    os.environ['PATH'] = f'{NODE}:{os.environ["PATH"]}'


class HarnessError(Exception):
    pass


def credentials_env(endpoint, region='us-east-1', key='test', secret='test', token=None):
    """An environment in which unmodified AWS tools reach `endpoint`, and only it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(('AWS_', 'MILLRACE_'))}
    env |= {'AWS_ENDPOINT_URL': endpoint, 'AWS_ACCESS_KEY_ID': key, 'AWS_SECRET_ACCESS_KEY': secret,
            'AWS_REGION': region, 'AWS_DEFAULT_REGION': region, 'AWS_EC2_METADATA_DISABLED': 'true',
            'AWS_CONFIG_FILE': '/dev/null', 'AWS_SHARED_CREDENTIALS_FILE': '/dev/null', 'AWS_PAGER': ''}
    return env | ({'AWS_SESSION_TOKEN': token} if token else {})


def boto_client(endpoint, service, region='us-east-1', key='test', secret='test', token=None, **config):
    """A boto3 client that fails fast: one try, short waits, unless `config` says otherwise."""
    settings = {'retries': {'total_max_attempts': 1}, 'connect_timeout': 5, 'read_timeout': 60} | config
    return boto3.Session().client(
        service, endpoint_url=endpoint, region_name=region, aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token, config=botocore.config.Config(**settings))


def descendants(pid):
    """Ids of the living processes that `pid` started, directly or through another."""
    parents = {}
    for entry in pathlib.Path('/proc').iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / 'stat').read_text().rsplit(')', 1)[1].split()[:2]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if state != 'Z':
                parents.setdefault(int(parent), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def is_alive(pid):
    try:
        return pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(what, check, timeout_s=30, every_s=0.1):
    """Calls `check` until it gives something true, which is returned; HarnessError naming `what` when late."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = check()
        if value:
            return value
        if time.monotonic() > deadline:
            raise HarnessError(f'{what}: not within {timeout_s} s')
        time.sleep(every_s)


class Server:
    """One `millrace serve` over one data folder. Keeps its port over restarts."""

    def __init__(self, data, args=(), env=None, port=0, wrapper=()):
        """`wrapper` is a command that runs the command behind it in its own place (nsenter, setpriv)."""
        self.data, self.args, self.port = pathlib.Path(data), list(args), port
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(('AWS_', 'MILLRACE_'))} | (env or {})
        self.log = self.data.parent / f'{self.data.name}.log'
        self.wrapper = list(wrapper)
        self.process, self.ready_s = None, None

    @property
    def endpoint(self):
        return f'http://127.0.0.1:{self.port}'

    def start(self):
        if not BINARY.exists():
            raise HarnessError(f'{BINARY} is missing: run ./dev build')
        self.data.parent.mkdir(parents=True, exist_ok=True)
        command = [*self.wrapper, str(BINARY), 'serve', '--data', str(self.data), '--port', str(self.port), *self.args]
        began = time.monotonic()
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=self.data.parent,
                                            env=self.env, stdin=subprocess.DEVNULL)
        line = self._first_line()
        self.ready_s = time.monotonic() - began
        match = re.search(r'https?://[^\s/]*:(\d+)', line)
        if not match:
            self.kill()
            raise HarnessError(f'no ready line from {" ".join(command)}: {line!r}\n{self.log_tail()}')
        self.port = int(match.group(1))
        return self

    def _first_line(self):
        line, deadline = b'', time.monotonic() + READY_TIMEOUT_S
        while not line.endswith(b'\n') and time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                byte = os.read(self.process.stdout.fileno(), 1)
                if not byte:
                    break
                line += byte
        return line.decode(errors='replace').strip()

    def kill(self):
        """kill -9, as a crash would; also the functions' processes must go then."""
        self._end(signal.SIGKILL)

    def stop(self):
        """SIGTERM; raises when the server does not end in time, ends badly or leaves a process behind."""
        code = self._end(signal.SIGTERM)
        if code not in (0, -signal.SIGTERM):
            raise HarnessError(f'millrace serve ended with {code}\n{self.log_tail()}')

    def _end(self, sent):
        if self.process is None:
            return 0
        process, self.process = self.process, None
        children = descendants(process.pid)
        process.send_signal(sent)
        try:
            code = process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise HarnessError(f'millrace serve did not stop within {STOP_TIMEOUT_S} s\n{self.log_tail()}') from None
        finally:
            process.stdout.close()
        wait_until('processes of functions end with the server',
                   lambda: not any(is_alive(pid) for pid in children), timeout_s=10)
        return code

    def restart(self):
        return self.start()

    def client(self, service, **options):
        return boto_client(self.endpoint, service, **options)

    def log_tail(self, lines=30):
        text = self.log.read_text(errors='replace') if self.log.exists() else ''
        return '\n'.join(text.split('\n')[-lines:])

    def __enter__(self):
        return self.start()

    def __exit__(self, *exception):
        if exception[0] is None:
            self.stop()
        else:
            self.kill()
