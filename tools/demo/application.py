"""Steps 1 to 3: the application deployed and used, what happens by itself, and kill -9."""

import json
import time

import harness
import notes
from world import EAST, Writers, scan, stream_ids

HEALTH_CHECK_S = 60    # as world.CONFIG says
SCHEDULE_LATE_S = 100  # rate(1 minute), and a function that starts


def deploy_and_call(world):
    terminal = world.terminal
    seconds = world.deploy()
    events = world.app.events()
    terminal.say('The last events of the stack, newest first as CloudFormation gives them:')
    terminal.output('\n'.join(f'{e["Timestamp"]:%H:%M:%S}.{e["Timestamp"].microsecond // 1000:03}  '
                              f'{e["ResourceStatus"]:<35}  {e["ResourceType"].removeprefix("AWS::"):<23}  '
                              f'{e["LogicalResourceId"]}' for e in events[:4]))
    resources = world.app.resources()
    terminal.check('the stack is deployed',
                   events[0]['ResourceStatus'] == 'UPDATE_COMPLETE'
                   and all(r['ResourceStatus'].endswith('_COMPLETE') for r in resources),
                   f'{len(resources)} resources in {seconds:.1f} s')
    times = [event['Timestamp'] for event in events]
    terminal.check('its events are strictly newest first',
                   all(newer > older for newer, older in zip(times, times[1:])), f'{len(events)} events')
    use(world)
    show_reports(world)
    show_refusal(world)
    deploy_again(world)


def use(world):
    terminal = world.terminal
    terminal.say(f'API={world.app.url}')
    answer = world.call('POST', '/notes', {'user': 'ada', 'text': 'The engine might compose music.'})
    terminal.check('a note is created through the gateway', answer.status_code == 201)
    note = answer.json()
    world.acknowledged[note['id']] = note['text']
    answer = world.call('GET', '/notes?user=ada')
    terminal.check('and read back through the index', answer.json()['notes'] == [note])
    answer = world.call('POST', '/stats', {'text': 'to be or not to be'})
    counts = answer.json()
    terminal.check('a function in C++ counts its words', (counts.get('words'), counts.get('distinct')) == (6, 4))


def show_reports(world):
    """A cold start says so in its REPORT line, and only a cold start."""
    terminal = world.terminal
    note = world.call('POST', '/notes', {'user': 'ada', 'text': 'On a warm function.'}).json()
    world.acknowledged[note['id']] = note['text']

    def reports():
        return [m for m in world.app.log_messages('createNote') if m.startswith('REPORT ')]
    harness.wait_until('two reports in the log', lambda: len(reports()) >= 2)
    terminal.command('npx osls logs -f createNote')
    terminal.output('\n'.join(line for line in world.app.run_tool('logs', '-f', 'createNote').split('\n') if line))
    terminal.say('Both REPORT lines as CloudWatch Logs has them:')
    terminal.output('\n'.join(reports()[:2]), wrap=True)
    first, second = (notes.report_of([report]) for report in reports()[:2])
    terminal.check('the cold start says how long it took', 'Init Duration' in first, first.get('Init Duration'))
    terminal.check('the warm call has no Init Duration', 'Init Duration' not in second,
                   f'Duration {second["Duration"]}')


def show_refusal(world):
    terminal = world.terminal
    answer = world.call('GET', '/forbidden')
    error = answer.json()['error']
    terminal.check('the function may not delete the table: its role does not say so',
                   answer.status_code == 403 and error['code'] == 'AccessDeniedException'
                   and 'is not authorized to perform: dynamodb:DeleteTable' in error['message'])
    tables = world.east.client('dynamodb').list_tables()['TableNames']
    terminal.check('and the table is still there', world.table in tables)


def deploy_again(world):
    terminal = world.terminal
    url = world.app.url
    world.app.edit('src/health.mjs', "{ status: 'ok' }", "{ status: 'ok', release: 2 }")
    terminal.command('npx osls deploy', 'one line changed in src/health.mjs')
    began = time.monotonic()
    world.app.deploy(on_line=lambda line: 'Service deployed' in line and terminal.output(line))
    seconds = time.monotonic() - began
    answer = world.call('GET', '/health')
    terminal.check('the new code answers', answer.json() == {'status': 'ok', 'release': 2}, f'after {seconds:.1f} s')
    stored = scan(world.east.endpoint, EAST, world.table)
    terminal.check('at the same URL, and the notes are still there',
                   world.app.url == url and stored.keys() == world.acknowledged.keys(), f'{len(stored)} notes')


def by_itself(world):
    terminal = world.terminal
    note = world.call('POST', '/notes', {'user': 'bob', 'text': 'Watch this note.'}).json()
    world.acknowledged[note['id']] = note['text']

    def audited():
        return world.request('GET', f'/notes/{note["id"]}/audit').json().get('changes')
    changes = harness.wait_until('the stream record reaches the audit function', audited, timeout_s=30)
    terminal.say('What the second function wrote when the record reached it:')
    terminal.output(json.dumps(changes[0]), wrap=True)
    terminal.check('a stream record reached a second function',
                   [change['event'] for change in changes] == ['INSERT'] and changes[0]['user'] == 'bob')
    show_health(world)
    show_mail(world)
    show_warm(world, note)


def show_health(world):
    terminal = world.terminal

    def checked():
        return [f for f in world.admin('functions') if f['name'] == 'notes-dev-health']
    state = harness.wait_until('the health check ran', checked, timeout_s=HEALTH_CHECK_S + 20)[0]
    terminal.command('curl $EAST/_millrace/functions')
    terminal.output(json.dumps(state), wrap=True)
    terminal.check('the server checked the health function, and it answered',
                   state['healthy'] is True and state['failuresInARow'] == 0)


def show_mail(world):
    terminal = world.terminal
    terminal.say('The schedule is rate(1 minute), so wait for it …')

    def digests():
        return [m for m in world.admin('outbox')['messages'] if m['subject'].startswith('Notes digest of ')]
    began = time.monotonic()
    while not digests():
        waited = time.monotonic() - began
        if waited > SCHEDULE_LATE_S:
            terminal.check('the schedule called the function', False, f'no mail within {SCHEDULE_LATE_S} s')
        terminal.progress(f'{waited:.0f} s')
        time.sleep(0.25)
    terminal.end_progress()
    mail = digests()[0]
    terminal.say('In the outbox, which $EAST/_millrace/outbox shows:')
    for name in ('from', 'to', 'subject', 'text'):
        value = ', '.join(mail[name]) if name == 'to' else mail[name].rstrip()
        terminal.output(f'{name:<8} ' + value.replace('\n', '\n         '))
    terminal.check('the schedule called the function, and its mail went out',
                   'INSERT: ' in mail['text'] and mail['to'] == ['reader@example.com'],
                   f'waited {time.monotonic() - began:.0f} s')


def show_warm(world, note):
    """getNote is kept warm: nobody ever waits for its start, not even the first caller."""
    terminal = world.terminal

    def reports():
        return [m for m in world.app.log_messages('getNote') if m.startswith('REPORT ')]
    terminal.say('One environment of getNote is kept warm, for the first caller, too:')
    terminal.check('nobody has called getNote yet', reports() == [])
    answer = world.call('GET', f'/notes/{note["id"]}')
    harness.wait_until('a report in the log', reports)
    report = notes.report_of(reports())
    terminal.check('its first call finds it warm', answer.json() == note and 'Init Duration' not in report,
                   f'Duration {report["Duration"]}')


def kill_and_restart(world):
    terminal = world.terminal
    with Writers(world, count=4, prefix='k') as writers:
        # Long enough also for the meter, which a crash may set back by a second, to have written step 2's counts.
        began = time.monotonic()
        harness.wait_until('writes', lambda: len(world.acknowledged) > 400 and time.monotonic() - began > 1.5,
                           timeout_s=60)
        pid, count = world.east.process.pid, len(world.acknowledged)
        terminal.command(f'kill -9 {pid}', f'after {count} acknowledged writes, more in flight')
        world.east.kill()
        harness.wait_until('the writers notice', lambda: writers.failures > 0, timeout_s=20)
        world.start(world.east, 'east')
        after = len(world.acknowledged)
        harness.wait_until('writes go on', lambda: len(world.acknowledged) > after + 50, timeout_s=30)
    stored = scan(world.east.endpoint, EAST, world.table)
    lost = [key for key, text in world.acknowledged.items()
            if key not in stored or stored[key]['text']['S'] != text]
    terminal.check('every acknowledged write is there', not lost,
                   f'{len(world.acknowledged)} acknowledged, {len(stored)} stored'
                   + (f', lost {lost[:5]}' if lost else ''))
    records = set(stream_ids(world.east.endpoint, EAST, world.table))
    terminal.check('with its stream record, and no record without its write', set(stored) == records,
                   f'{len(records)} keys in the stream')
    if world.app:
        answer = world.call('GET', '/health')
        terminal.check('the application runs on, nothing deployed again', answer.status_code == 200)
