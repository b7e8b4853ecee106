"""The demo holds what it shows, and leaves nothing running."""

import os
import subprocess
import sys

import harness
import pytest


@pytest.mark.skip(reason='the demo needs CloudFormation, which is not served as a whole yet')
def test_demo(tmp_path):
    done = subprocess.run([sys.executable, harness.ROOT / 'tools/demo', '--plain'], capture_output=True, text=True,
                          timeout=600, env=os.environ | {'NO_COLOR': '1', 'TMPDIR': str(tmp_path)})
    # 3: all that this build has was shown, and it said what is missing.
    assert done.returncode in (0, 3), done.stdout[-6000:] + done.stderr[-3000:]
    assert ('Not in this build' in done.stdout) == (done.returncode == 3)
    assert '\033[' not in done.stdout
    assert 'checks held' in done.stdout
    assert list(tmp_path.iterdir()) == []
