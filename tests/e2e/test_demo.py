"""The demo holds what it shows, and leaves nothing running."""

import os
import subprocess
import sys

import harness


def test_demo(tmp_path):
    done = subprocess.run([sys.executable, harness.ROOT / 'tools/demo', '--plain'], capture_output=True, text=True,
                          timeout=600, env=os.environ | {'NO_COLOR': '1', 'TMPDIR': str(tmp_path)})
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert done.stdout.count(' proven: ') == 6
    assert '\033[' not in done.stdout
    assert 'checks held' in done.stdout
    assert list(tmp_path.iterdir()) == []
