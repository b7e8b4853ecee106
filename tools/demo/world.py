"""What the steps share: the servers, the deployed application, the keeper's commands."""

import json
import pathlib
import random
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
        self.requests = 0  # to the deployed API
        self.keepers = []
        self.acknowledged = {}  # note id -> text, of the writes that the server said were done

    def start(self, server, name):
        again = server.port != 0
        server.start()
        self.terminal.command(f'millrace serve --data {name} --port {server.port}')
        self.terminal.output(f'ready after {server.ready_s * 1000:.0f} ms'
                             + ('' if again else f'; {name.upper()}={server.endpoint}'))

    def deploy(self):
        self.app = notes.Notes(self.east.endpoint, self.folder / 'notes', region=EAST)
        self.terminal.command('AWS_ENDPOINT_URL=$EAST npx osls deploy')
        began = time.monotonic()
        self.app.deploy(on_line=lambda line: line.strip() and self.terminal.output(line))
        return time.monotonic() - began

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

    def request(self, method, path, **options):
        """A request to the deployed API, counted but not shown."""
        self.requests += 1
        return self.http.request(method, self.app.url + path, timeout=40, **options)

    def call(self, method, path, body=None):
        """A request to the deployed API, shown with its answer."""
        verb = '' if method == 'GET' or (method == 'POST' and body) else f'-X {method} '
        self.terminal.command(f'curl {verb}$API{path}' + (f" -d '{json.dumps(body)}'" if body else ''))
        answer = self.request(method, path, json=body)
        self.terminal.output(f'{answer.status_code} {answer.reason}  {answer.text}', wrap=True)
        return answer

    def keeper(self, *arguments):
        """Runs `millrace ARGUMENTS` to its end and gives its output; HarnessError when it fails."""
        code, printed = self.try_keeper(*arguments)
        if code != 0:
            raise harness.HarnessError(f'millrace {" ".join(arguments)}: exit {code}\n{printed}')
        return printed

    def try_keeper(self, *arguments):
        """Runs `millrace ARGUMENTS` to its end and gives its exit code and output."""
        self.terminal.command('millrace ' + ' '.join(self._short(a) for a in arguments))
        done = subprocess.run([harness.BINARY, *arguments], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300, env=harness.credentials_env(self.east.endpoint))
        return done.returncode, done.stdout

    def logs(self):
        """(heading, text) of each log that says something."""
        files = [self.east.log, self.west.log] + [pathlib.Path(keeper.log.name) for keeper in self.keepers]
        texts = [(str(file), file.read_text(errors='replace')) for file in files if file.exists()]
        return [(name, text) for name, text in texts if text.strip()]

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
        for server, name in ((self.east, '$EAST'), (self.west, '$WEST')):
            argument = argument.replace(server.endpoint, name)
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
    """Threads that put notes into the table until told to stop, and remember what was acknowledged.

    With `churn` they also change and delete notes bulk-0 to bulk-(churn-1).
    """

    def __init__(self, world, count=4, pause_s=0.0, prefix='w', churn=0):
        self.world, self.pause_s, self.prefix, self.churn = world, pause_s, prefix, churn
        self.stop_wanted = threading.Event()
        self.failures, self.done = 0, 0
        self.threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop_wanted.set()
        for thread in self.threads:
            thread.join()

    def _run(self, writer):
        db = harness.boto_client(self.world.east.endpoint, 'dynamodb', EAST)
        number = 0
        while not self.stop_wanted.is_set():
            number += 1
            try:
                if self.churn and number % 3:
                    self._change(db, f'bulk-{random.randrange(self.churn)}', number)
                else:
                    self._put(db, writer, number)
                self.done += 1
            except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError):
                self.failures += 1
                time.sleep(0.02)
            time.sleep(self.pause_s)

    def _put(self, db, writer, number):
        key, text = f'{self.prefix}{writer}-{number}', f'note {number} of writer {writer}'
        db.put_item(TableName=self.world.table, Item={
            'id': {'S': key}, 'user': {'S': f'writer-{writer}'}, 'text': {'S': text},
            'createdAt': {'S': f'2026-01-01T{number:08d}'}, 'version': {'N': '1'}})
        self.world.acknowledged[key] = text

    def _change(self, db, key, number):
        if number % 3 == 1:
            db.update_item(TableName=self.world.table, Key={'id': {'S': key}}, UpdateExpression='SET version = :v',
                           ExpressionAttributeValues={':v': {'N': str(number)}})
        else:
            db.delete_item(TableName=self.world.table, Key={'id': {'S': key}})


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
