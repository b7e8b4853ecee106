"""Starts servers, drives load, reads what it cost. Everything runs on loopback and is stopped again."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MILLRACE = ROOT / "build/release/bin/millrace"
BARE = ROOT / "build/release/bin/bare_server"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A process that is ready once `ready` (a regular expression) shows on its standard output, or once its
    port takes connections."""

    def __init__(self, command, port=None, ready=None, env=None, cpu=None, cwd=None, timeout_s=60):
        if cpu is not None:
            command = ["taskset", "-c", str(cpu), *command]
        self.log = tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log", delete=False)
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE if ready else self.log, stderr=self.log,
            env={**os.environ, **(env or {})}, cwd=cwd, start_new_session=True)
        self.port = port
        if ready:
            self._wait_for_line(ready, timeout_s)
        else:
            self._wait_for_port(timeout_s)
        self.ready_s = time.perf_counter() - started

    def _wait_for_line(self, ready, timeout_s):
        os.set_blocking(self.process.stdout.fileno(), True)
        for raw in self.process.stdout:
            match = re.search(ready, raw.decode(errors="replace"))
            if match:
                if match.groups():
                    self.port = int(match.group(1))
                return
        raise RuntimeError(f"{self.process.args} ended before it was ready, see {self.log.name}")

    def _wait_for_port(self, timeout_s):
        deadline = time.perf_counter() + timeout_s
        while time.perf_counter() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args} ended, see {self.log.name}")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                return
            time.sleep(0.002)
        raise RuntimeError(f"{self.process.args} did not listen on {self.port}")

    def cpu_us(self):
        """Processor time of all threads so far."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
        return total / 1_000

    def rss_mb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.log.close()
        os.unlink(self.log.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def millrace(data, *options, cpu=None, env=None):
    return Server([MILLRACE, "serve", "--data", data, "--port", "0", *options],
                  ready=r"127\.0\.0\.1:(\d+)", cpu=cpu, env=env)


def bare(cpu=None):
    return Server([BARE], ready=r"ready (\d+)", cpu=cpu)


class Load:
    """What one run of wrk saw."""

    def __init__(self, text):
        self.requests = int(re.search(r"(\d+) requests in", text).group(1))
        self.per_s = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
        self.p50_us = self._latency(text, "50%")
        self.p99_us = self._latency(text, "99%")
        failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
        self.failed = int(failed.group(1)) if failed else 0

    @staticmethod
    def _latency(text, row):
        value, unit = re.search(rf"{re.escape(row)}\s+([\d.]+)(us|ms|s)", text).groups()
        return float(value) * {"us": 1, "ms": 1e3, "s": 1e6}[unit]


def wrk(url, script, connections, seconds, threads=1, cpu=None):
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", str(script), "--latency", url]
    if cpu is not None:
        command = ["taskset", "-c", str(cpu), *command]
    load = Load(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if load.failed:
        raise RuntimeError(f"{load.failed} of {load.requests} answers were errors: {url}")
    return load


def lua_requests(path, requests):
    """A wrk script that sends the given requests in turn. Each: method, path, headers, body."""
    lines = ["local requests = {}"]
    for method, target, headers, body in requests:
        table = ", ".join(f"[{json.dumps(k)}] = {json.dumps(v)}" for k, v in headers.items())
        lines.append(f"requests[#requests + 1] = wrk.format({json.dumps(method)}, {json.dumps(target)}, "
                     f"{{{table}}}, {json.dumps(body)})")
    lines.append("local next = 0")
    lines.append("function request() next = next % #requests + 1 return requests[next] end")
    path.write_text("\n".join(lines))
    return path


def median(values):
    return statistics.median(values)


def fdatasync_p50_us(directory, count=400, size=450):
    """The disk's own cost of making one small write durable, appended to a file."""
    times = []
    path = pathlib.Path(directory) / "fdatasync.probe"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for _ in range(count):
        begin = time.perf_counter()
        os.write(fd, b"x" * size)
        os.fdatasync(fd)
        times.append((time.perf_counter() - begin) * 1e6)
    os.close(fd)
    path.unlink()
    return median(times)


def have(command):
    return shutil.which(command) is not None
