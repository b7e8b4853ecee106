"""What the steps share: the servers, the deployed application, the keeper's commands."""

import pathlib
import subprocess
import threading
import time

import botocore.exceptions
import harness
import notes
import requests

EAST, WEST = 'us-east-1', 'eu-west-1'

CONFIG = """# The operator's side of the demo's first server.
health:
  notify: {from: millrace@example.com, to: [oncall@example.com]}
  functions:
    - {function: notes-dev-health, every_s: 60, path: /health}
    - {function: notes-dev-getNote, keep_warm: 1}
"""


class World:
    def __init__(self, terminal, folder):
        self.terminal, self.folder = terminal, pathlib.Path(folder)
        config = self.folder / 'millrace.yaml'
        config.write_text(CONFIG)
        self.east = harness.Server(self.folder / 'east', args=['--config', str(config)])
        self.west = harness.Server(self.folder / 'west', args=['--region', WEST])
        self.app, self.own_table = None, None
        self.http = requests.Session()
        self.keepers = []
        self.acknowledged = {}  # note id -> text, of the writes that the server said were done

    def start(self, server, name):
        server.start()
        self.terminal.command(f'millrace serve --data {name} --port {server.port}')
        self.terminal.output(f'ready after {server.ready_s * 1000:.0f} ms on {server.endpoint}')

    def deploy(self):
        self.app = notes.Notes(self.east.endpoint, self.folder / 'notes', region=EAST)
        self.terminal.command('npx osls deploy          # from npm, unmodified; AWS_ENDPOINT_URL says where')
        began = time.monotonic()
        self.app.deploy(on_line=lambda line: line.strip() and self.terminal.output(line))
        return time.monotonic() - began

    def missing_for(self, step):
        """What this build lacks for a step; empty when it can be shown."""
        if step in ('deploy_and_call', 'by_itself'):
            for service, operation in (('cloudformation', 'list_stacks'), ('events', 'list_rules')):
                if harness.lacks(self.east.endpoint, service, operation):
                    return f'the server has no {service}'
        if step == 'replicate' and not harness.has_command('replicate'):
            return 'there is no millrace replicate'
        return ''

    @property
    def table(self):
        """The deployed table; where nothing could be deployed, one of the same form."""
        if self.app:
            return self.app.outputs['NotesTableName']
        if not self.own_table:
            self.own_table = 'notes'
            self.east.client('dynamodb').create_table(
                TableName='notes', BillingMode='PAY_PER_REQUEST',
                AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}],
                KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}],
                StreamSpecification={'StreamEnabled': True, 'StreamViewType': 'NEW_AND_OLD_IMAGES'})
        return self.own_table

    def admin(self, path):
        answer = requests.get(f'{self.east.endpoint}/_millrace/{path}', timeout=20)
        answer.raise_for_status()
        return answer.json()

    def call(self, method, path, **options):
        """A request to the deployed API, shown with its answer."""
        body = options.get('json')
        self.terminal.command(f'curl -X {method} {self.app.url}{path}' + (f" -d '{body}'" if body else ''))
        answer = self.http.request(method, self.app.url + path, timeout=40, **options)
        self.terminal.output(f'{answer.status_code} {answer.reason}  {answer.text}')
        return answer

    def keeper(self, *arguments, shown=True):
        """Runs `millrace ARGUMENTS` to its end and gives its output; fails when it does."""
        self.terminal.command('millrace ' + ' '.join(self._short(a) for a in arguments)) if shown else None
        done = subprocess.run([harness.BINARY, *arguments], text=True, capture_output=True, timeout=300,
                              env=harness.credentials_env(self.east.endpoint))
        if done.returncode != 0:
            raise harness.HarnessError(f'millrace {" ".join(arguments)}: exit {done.returncode}\n'
                                       f'{done.stdout}{done.stderr}')
        return done.stdout

    def start_keeper(self, *arguments):
        """Starts `millrace ARGUMENTS` in the background, logging to a file."""
        log = open(self.folder / f'keeper-{len(self.keepers)}.log', 'w+')
        process = subprocess.Popen([harness.BINARY, *arguments], stdout=log, stderr=subprocess.STDOUT, text=True,
                                   env=harness.credentials_env(self.east.endpoint))
        process.log = log
        self.keepers.append(process)
        self.terminal.command('millrace ' + ' '.join(self._short(a) for a in arguments) + ' &')
        return process

    def _short(self, argument):
        for server, name in ((self.east, 'east'), (self.west, 'west')):
            argument = argument.replace(server.endpoint, f'http://{name}')
        return argument

    def close(self):
        for keeper in self.keepers:
            for pid in harness.descendants(keeper.pid) + [keeper.pid]:
                subprocess.run(['kill', '-9', str(pid)], stderr=subprocess.DEVNULL)
            keeper.wait()
            keeper.log.close()
        self.http.close()
        for server in (self.east, self.west):
            server.stop()


class Writers:
    """Threads that put notes into the table until told to stop, and remember what was acknowledged."""

    def __init__(self, world, count=4, pause_s=0.0, prefix='w'):
        self.world, self.pause_s, self.prefix = world, pause_s, prefix
        self.stop_wanted = threading.Event()
        self.failures = 0
        self.threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop_wanted.set()
        for thread in self.threads:
            thread.join()

    def _write(self, writer):
        db = harness.boto_client(self.world.east.endpoint, 'dynamodb', EAST)
        number = 0
        while not self.stop_wanted.is_set():
            number += 1
            key, text = f'{self.prefix}{writer}-{number}', f'note {number} of writer {writer}'
            item = {'id': {'S': key}, 'user': {'S': f'writer-{writer}'}, 'text': {'S': text},
                    'createdAt': {'S': f'2026-01-01T{number:08d}'}, 'version': {'N': '1'}}
            try:
                db.put_item(TableName=self.world.table, Item=item)
                self.world.acknowledged[key] = text
            except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError):
                self.failures += 1
                time.sleep(0.02)
            time.sleep(self.pause_s)


def scan(endpoint, region, table):
    """All items of a table by id, read consistently."""
    pages = harness.boto_client(endpoint, 'dynamodb', region).get_paginator('scan').paginate(
        TableName=table, ConsistentRead=True)
    return {item['id']['S']: item for page in pages for item in page['Items']}


def stream_ids(endpoint, region, table):
    """The ids that the records of the table's stream are about, in order."""
    db = harness.boto_client(endpoint, 'dynamodb', region)
    streams = harness.boto_client(endpoint, 'dynamodbstreams', region)
    arn = db.describe_table(TableName=table)['Table']['LatestStreamArn']
    ids = []
    for shard in streams.describe_stream(StreamArn=arn)['StreamDescription']['Shards']:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard['ShardId'],
                                              ShardIteratorType='TRIM_HORIZON')['ShardIterator']
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            ids += [record['dynamodb']['Keys']['id']['S'] for record in page['Records']]
            iterator = page.get('NextShardIterator') if page['Records'] else None
    return ids
