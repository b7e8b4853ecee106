"""./dev demo: the main promises of Millrace, shown for real, each checked as it is shown.

Needs nothing but this machine. Runs without questions, on free ports, in a temporary folder; leaves no process.
"""

import argparse
import pathlib
import shutil
import signal
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import application  # noqa: E402
import harness  # noqa: E402
import keeper  # noqa: E402
from terminal import CheckFailed, Terminal  # noqa: E402
from world import World  # noqa: E402

# What happens, its title, what it is about, what it proves.
STEPS = [
    (application.deploy_and_call, 'Deploy a real application, and call it',
     'examples/notes: Node and C++ functions behind a REST API, a table with a stream, a bucket, a schedule, mail, '
     'and a role that allows what is needed and no more. The deploy tool is the one from npm.',
     'an unmodified deploy tool works, functions run as on AWS, and a role allows what it says.'),
    (application.by_itself, 'What happens by itself',
     'A stream carries each change to a second function. A rule calls a function each minute, which mails a digest. '
     'The server checks the health of a function and keeps another warm, as its millrace.yaml says.',
     'events reach functions without anybody calling, and their mail goes out.'),
    (application.kill_and_restart, 'kill -9 amid writes',
     'Four writers put notes as fast as they can. The server is killed without warning and started again. What it '
     'acknowledged must be there, and its stream record too.',
     'what was acknowledged is kept.'),
    (keeper.replicate, 'A second region',
     'A second server with its own data is the other region. The replicator copies the table while writes go on, '
     'and is killed twice: amid the copy and amid the tail.',
     'a replica is exact, whenever its replicator dies.'),
    (keeper.backup_and_restore, 'Backup, loss, restore',
     'The table goes to S3 in the layout of AWS\'s own exports, is deleted, and comes back as a new table.',
     'a backup brings back every item.'),
    (keeper.cost, 'What it would have cost',
     'Each request, GB-second (in steps of 1 ms) and read and write unit of this run was metered. Prices are list '
     'prices, with region and date.',
     'the bill can be known before it comes.'),
]


def run_steps(world, options):
    world.start(world.east, 'east')
    for number, (run, title, why, proves) in enumerate(STEPS[:options.upto], 1):
        if number not in options.skip:
            with world.terminal.step(number, title, why, proves):
                run(world)


def failure_of(error, folder):
    """What to say of an error that ended the demo; what nobody foresaw leaves a traceback in the folder."""
    if isinstance(error, KeyboardInterrupt):
        return 'interrupted'
    if isinstance(error, (CheckFailed, harness.HarnessError)):
        return str(error)
    file = pathlib.Path(folder) / 'traceback.txt'
    file.write_text(''.join(traceback.format_exception(error)))
    return f'{type(error).__name__}: {error}\nwhere: {file}'


def main():
    parser = argparse.ArgumentParser(prog='./dev demo', description=__doc__.split('\n')[0])
    parser.add_argument('--plain', action='store_true', help='no colour, no shortened lines')
    parser.add_argument('--keep', action='store_true', help='keep the data folder')
    parser.add_argument('--upto', type=int, default=len(STEPS), metavar='N', help='stop after step N')
    parser.add_argument('--skip', type=int, nargs='*', default=[], metavar='N', help='leave out steps')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    terminal = Terminal(options.plain)
    folder = tempfile.mkdtemp(prefix='millrace-demo-')
    terminal.title('Millrace: a serverless application on this machine, its table in two regions, and backed up',
                   f'Everything is kept in {folder}; nothing leaves this machine.')
    world, failure, evidence = World(terminal, folder), None, []
    try:
        run_steps(world, options)
    except (Exception, KeyboardInterrupt) as error:
        failure = failure_of(error, folder)
        evidence = world.logs()
    try:
        world.close()
    except harness.HarnessError as error:
        failure = failure or str(error)
    if failure:
        terminal.failed(failure, evidence)
        print(f'\n   Logs and data are in {folder}\n', flush=True)
        return 1
    terminal.summary()
    if options.keep:
        print(f'   Logs and data are in {folder}\n', flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
