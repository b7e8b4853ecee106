"""./dev demo: the main promises of Millrace, shown for real, each checked as it is shown.

Needs nothing but this machine. Runs without questions, on free ports, in a temporary folder; leaves no process.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import application  # noqa: E402
import harness  # noqa: E402
import keeper  # noqa: E402
from terminal import CheckFailed, Terminal  # noqa: E402
from world import World  # noqa: E402

STEPS = [application.deploy_and_call, application.by_itself, application.kill_and_restart,
         keeper.replicate, keeper.backup_and_restore, keeper.cost]


def main():
    parser = argparse.ArgumentParser(prog='./dev demo', description=__doc__.split('\n')[0])
    parser.add_argument('--plain', action='store_true', help='no colour, no shortened lines')
    parser.add_argument('--keep', action='store_true', help='keep the data folder')
    parser.add_argument('--upto', type=int, default=len(STEPS), metavar='N', help='stop after step N')
    parser.add_argument('--skip', type=int, nargs='*', default=[], metavar='N', help='leave out steps')
    options = parser.parse_args()

    terminal = Terminal(options.plain)
    folder = tempfile.mkdtemp(prefix='millrace-demo-')
    terminal.title('Millrace: a serverless application on this machine, its table in two regions, and backed up',
                   f'Everything is kept in {folder}; nothing leaves this machine.')
    world, error = World(terminal, folder), None
    try:
        world.start(world.east, 'east')
        for number, step in enumerate(STEPS[:options.upto], 1):
            if number in options.skip:
                continue
            missing = world.missing_for(step.__name__)
            if missing:
                terminal.missing(number, step.__name__.replace('_', ' '), missing)
            else:
                step(world)
    except (CheckFailed, harness.HarnessError) as caught:
        error = caught
    finally:
        try:
            world.close()
        except harness.HarnessError as caught:
            error = error or caught
    if error:
        terminal.failed(error)
        print(f'   Logs and data are in {folder}', flush=True)
        return 1
    steps = {}
    for step, _, _ in terminal.checks:
        steps[step] = steps.get(step, 0) + 1
    terminal.summary([('step', 'checks')] + [(step, count) for step, count in steps.items()])
    if options.keep:
        print(f'   Data is in {folder}', flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 3 if terminal.absent else 0


if __name__ == '__main__':
    sys.exit(main())
