"""The demo holds what it shows, and leaves nothing running."""

import os
import pathlib
import subprocess
import sys

import harness


def run_demo(tmp_path, *arguments, **env):
    return subprocess.run([sys.executable, harness.ROOT / 'tools/demo', '--plain', *arguments], capture_output=True,
                          text=True, timeout=600, env=os.environ | {'NO_COLOR': '1', 'TMPDIR': str(tmp_path)} | env)


def processes_with(text):
    """Command lines of living processes that contain it."""
    lines = []
    for file in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            lines.append(file.read_text(errors='replace').replace('\0', ' '))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return [line for line in lines if text in line]


def test_demo(tmp_path):
    done = run_demo(tmp_path)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert done.stdout.count(' proven: ') == 6
    assert '\033[' not in done.stdout
    assert 'checks held' in done.stdout
    # osls leaves node's compile cache there; the demo nothing, and no process either.
    assert list(tmp_path.glob('millrace-demo-*')) == []
    assert processes_with(str(tmp_path)) == []


def test_a_demo_that_fails_says_why_and_keeps_the_evidence(tmp_path):
    broken = tmp_path / 'millrace'
    broken.write_text('#!/bin/sh\necho the disk is on fire >&2\nexit 1\n')
    broken.chmod(0o755)
    done = run_demo(tmp_path, MILLRACE_BINARY=str(broken))
    assert done.returncode == 1
    assert 'The demo failed' in done.stdout
    assert 'the disk is on fire' in done.stdout
    assert done.stderr == ''
    folder = tmp_path / done.stdout.split('Logs and data are in ')[1].split()[0]
    assert (folder / 'east.log').read_text() == 'the disk is on fire\n'
