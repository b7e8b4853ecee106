"""The programs that Millrace is measured against, from npm, pinned in bench/peers/package.json."""
import pathlib
import subprocess

import harness

PEERS = pathlib.Path(__file__).resolve().parent / "peers"


def install():
    """True when the peers are there, installing them once."""
    if (PEERS / "node_modules/dynalite").exists():
        return True
    done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--legacy-peer-deps"], cwd=PEERS,
                          capture_output=True, text=True)
    return done.returncode == 0


def dynalite():
    """A function that starts dynalite (in memory, or with `path` on disk), or None."""
    if not install():
        return None

    def start(path=None, cpu=None):
        port = harness.free_port()
        command = ["node", PEERS / "node_modules/dynalite/cli.js", "--port", port, "--createTableMs", "0"]
        if path:
            command += ["--path", path]
        return harness.Server(command, port=port, cpu=cpu)

    return start


def serverless_offline():
    """A function that starts serverless-offline with the hello-world application, or None."""
    if not install():
        return None

    def start():
        port = harness.free_port()
        return harness.Server(["node", PEERS / "node_modules/osls/bin/serverless.js", "offline", "--httpPort", port,
                               "--lambdaPort", harness.free_port(), "--noPrependStageInUrl"],
                              port=port, cwd=PEERS / "hello")

    return start
