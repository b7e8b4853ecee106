"""Steps 1 to 3: the application deployed and used, what happens by itself, and kill -9."""

import time

import harness
import notes
from world import EAST, Writers, scan, stream_ids


def deploy_and_call(world):
    terminal = world.terminal
    terminal.step(1, 'Deploy a real application, call it, and be refused',
                  'examples/notes: Node and C++ functions behind a REST API, a table with a stream, a bucket, a '
                  'schedule, mail, and a role that allows what is needed. The deploy tool is the one from npm.')
    seconds = world.deploy()
    events = world.app.events()
    done = [event for event in events if event['ResourceStatus'].endswith('_COMPLETE')]
    terminal.say('The last events of the stack, newest first as CloudFormation gives them:')
    terminal.output('\n'.join(f'{e["Timestamp"]:%H:%M:%S.%f}  {e["ResourceStatus"]:<18} {e["ResourceType"]:<28} '
                              f'{e["LogicalResourceId"]}' for e in events[:6]))
    terminal.check('the stack is deployed', events[0]['ResourceStatus'] == 'UPDATE_COMPLETE',
                   f'{len(done)} resources in {seconds:.1f} s')
    times = [event['Timestamp'] for event in events]
    terminal.check('its events are strictly newest first',
                   all(newer > older for newer, older in zip(times, times[1:])), f'{len(events)} events')

    answer = world.call('POST', '/notes', json={'user': 'ada', 'text': 'The engine might compose music.'})
    terminal.check('a note is created through the gateway', answer.status_code == 201)
    note = answer.json()
    world.acknowledged[note['id']] = note['text']
    answer = world.call('GET', '/notes?user=ada')
    terminal.check('and read back through the index', answer.json()['notes'] == [note])
    show_reports(world)

    answer = world.call('POST', '/stats', json={'text': 'to be or not to be'})
    terminal.check('the function in C++ counts words', answer.json()['words'] == 6, answer.text)
    answer = world.call('GET', '/forbidden')
    message = answer.json()['error']['message']
    terminal.check('a function is refused what its role does not allow',
                   answer.status_code == 403 and 'dynamodb:DeleteTable' in message)
    tables = world.east.client('dynamodb').list_tables()['TableNames']
    terminal.check('and the table is still there', world.table in tables)


def show_reports(world):
    """A cold start says so in its REPORT line, and only a cold start."""
    terminal = world.terminal
    world.call('POST', '/notes', json={'user': 'ada', 'text': 'A second one, on a warm function.'})

    def reports():
        return [m for m in world.app.log_messages('createNote') if m.startswith('REPORT ')]
    harness.wait_until('two reports in the log', lambda: len(reports()) >= 2)
    terminal.command('npx osls logs -f createNote')
    terminal.output('\n'.join(world.app.log_messages('createNote')))
    first, second = reports()[:2]
    terminal.check('the cold start has an Init Duration', 'Init Duration' in first,
                   notes.report_of([first]).get('Init Duration', '').strip())
    terminal.check('the warm call has none', 'Init Duration' not in second,
                   'duration ' + notes.report_of([second])['Duration'].strip())


def by_itself(world):
    terminal = world.terminal
    terminal.step(2, 'What happens by itself', 'A rule calls a function each minute, which mails a digest. A stream '
                  'carries each change to a second function. The server checks the health function and keeps one '
                  'environment warm, as its millrace.yaml says.')
    note = world.call('POST', '/notes', json={'user': 'bob', 'text': 'Watch this note.'}).json()
    world.acknowledged[note['id']] = note['text']

    def audited():
        answer = world.http.get(f'{world.app.url}/notes/{note["id"]}/audit', timeout=40)
        return answer.json().get('changes')
    changes = harness.wait_until('the stream record reaches the audit function', audited, timeout_s=30)
    terminal.say('The audit function wrote, from the stream:')
    terminal.output(changes[0])
    terminal.check('a stream record reached a second function', changes[0]['event'] == 'INSERT')

    show_mail(world)
    show_health(world)


def show_mail(world):
    terminal = world.terminal
    terminal.say('Waiting for the schedule, rate(1 minute) …')

    def digests():
        return [mail for mail in world.admin('outbox')['messages'] if 'Notes digest' in str(mail)]
    began = time.monotonic()
    while not digests():
        if time.monotonic() - began > 100:
            terminal.check('the schedule called the function', False, 'no mail within 100 s')
        terminal.progress(f'{time.monotonic() - began:.0f} s')
        time.sleep(0.5)
    terminal.end_progress()
    mail = digests()[0]
    terminal.command(f'curl {world.east.endpoint}/_millrace/outbox')
    for name, value in mail.items():
        if name.lower() in ('from', 'source', 'to', 'destination', 'subject', 'text', 'body', 'timestamp'):
            terminal.output(f'{name}: {value}')
    terminal.check('the schedule called the function, and its mail is in the outbox', True,
                   f'after {time.monotonic() - began:.0f} s')


def show_health(world):
    terminal = world.terminal

    def checked():
        states = [f for f in world.admin('functions') if f['name'] == 'notes-dev-health']
        return states and states[0]
    state = harness.wait_until('the health check ran', checked, timeout_s=90)
    terminal.command(f'curl {world.east.endpoint}/_millrace/functions')
    terminal.output(state)
    terminal.check('the health check was answered', state.get('healthy') is True)


def kill_and_restart(world):
    terminal = world.terminal
    terminal.step(3, 'kill -9 amid writes', 'Four writers put notes as fast as they can. The server is killed without '
                  'warning and started again. What it acknowledged must be there, and its stream record too.')
    terminal.say(f'The table is {world.table}.')
    with Writers(world, count=4, prefix='k') as writers:
        harness.wait_until('writes', lambda: len(world.acknowledged) > 400, timeout_s=60)
        count = len(world.acknowledged)
        terminal.command(f'kill -9 {world.east.process.pid}      # after {count} acknowledged writes, others in flight')
        world.east.kill()
        harness.wait_until('the writers notice', lambda: writers.failures > 0, timeout_s=20)
        world.start(world.east, 'east')
        after = len(world.acknowledged)
        harness.wait_until('writes go on', lambda: len(world.acknowledged) > after + 50, timeout_s=30)
    stored = scan(world.east.endpoint, EAST, world.table)
    missing = [key for key in world.acknowledged if key not in stored]
    terminal.check('every acknowledged write is there', not missing,
                   f'{len(world.acknowledged)} acknowledged, {len(stored)} stored')
    records = set(stream_ids(world.east.endpoint, EAST, world.table))
    terminal.check('and so is its stream record', set(stored) <= records, f'{len(records)} keys in the stream')
    if not world.app:
        return
    answer = world.call('GET', '/health')
    terminal.check('the application runs on, nothing deployed again', answer.status_code == 200)
