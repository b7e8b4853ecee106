"""Deploys examples/notes with the deploy tool from npm, unmodified, to any endpoint."""

import os
import pathlib
import re
import shutil
import subprocess

import harness

EXAMPLE = harness.ROOT / 'examples/notes'
STATS_ZIP = harness.ROOT / 'build/release/examples/notes-stats/notes-stats.zip'
DEPLOY_TIMEOUT_S = 300


class Notes:
    """The application in one account and region. Works on a copy, so that several can be deployed at once."""
    tool = EXAMPLE / 'node_modules/.bin/osls'

    def __init__(self, endpoint, folder, region='us-east-1', key='test', stage='dev'):
        self.endpoint, self.region, self.key, self.stage = endpoint, region, key, stage
        self.stack = f'notes-{stage}'
        self.folder = pathlib.Path(folder)
        self.outputs = {}

    def tool_env(self):
        return harness.credentials_env(self.endpoint, self.region, self.key)

    def run_tool(self, *arguments, on_line=None):
        """osls ARGUMENTS; its output, line by line to `on_line` as it comes. HarnessError when it fails."""
        env = self.tool_env() | {
            'NOTES_STATS_ZIP': os.path.relpath(STATS_ZIP, self.folder), 'SLS_AWS_MONITORING_FREQUENCY': '200',
            'SLS_NOTIFICATIONS_MODE': 'off', 'FORCE_COLOR': '0', 'CI': '1'}
        command = [self.tool, *arguments, '--region', self.region, '--stage', self.stage]
        process = subprocess.Popen(['timeout', str(DEPLOY_TIMEOUT_S), *command], cwd=self.folder, env=env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if on_line:
                on_line(lines[-1])
        if process.wait() != 0:
            raise harness.HarnessError(f'{self.tool.name} {" ".join(arguments)} failed ({process.returncode}):\n'
                                       + '\n'.join(lines[-40:]))
        return '\n'.join(lines)

    def copy(self):
        self.folder.mkdir(parents=True)
        for name in ('serverless.yml', 'package.json'):
            shutil.copy(EXAMPLE / name, self.folder)
        shutil.copytree(EXAMPLE / 'src', self.folder / 'src')

    def deploy(self, on_line=None):
        if not self.folder.exists():
            self.copy()
        printed = self.run_tool('deploy', on_line=on_line)
        stack = self.client('cloudformation').describe_stacks(StackName=self.stack)['Stacks'][0]
        self.outputs = {output['OutputKey']: output['OutputValue'] for output in stack['Outputs']}
        return printed

    def remove(self, on_line=None):
        return self.run_tool('remove', on_line=on_line)

    def client(self, service, **options):
        return harness.boto_client(self.endpoint, service, region=self.region, key=self.key, **options)

    @property
    def url(self):
        """The REST API's URL, with its stage."""
        return self.outputs['ServiceEndpoint'].rstrip('/')

    @property
    def http_url(self):
        return self.outputs['HttpApiUrl'].rstrip('/')

    def edit(self, file, old, new):
        """Changes one place of the deployed copy's sources."""
        text = (self.folder / file).read_text()
        if text.count(old) != 1:
            raise harness.HarnessError(f'{file}: {old!r} stands there {text.count(old)} times')
        (self.folder / file).write_text(text.replace(old, new))

    def events(self):
        """All of the stack's events, newest first."""
        pages = self.client('cloudformation').get_paginator('describe_stack_events').paginate(StackName=self.stack)
        return [event for page in pages for event in page['StackEvents']]

    def resources(self):
        pages = self.client('cloudformation').get_paginator('list_stack_resources').paginate(StackName=self.stack)
        return [resource for page in pages for resource in page['StackResourceSummaries']]

    def log_messages(self, function):
        """All log lines of one function so far, oldest first."""
        logs, group = self.client('logs'), f'/aws/lambda/notes-{self.stage}-{function}'
        pages = logs.get_paginator('filter_log_events').paginate(logGroupName=group)
        return [event['message'].rstrip() for page in pages for event in page['events']]


def report_of(messages, request_id=None):
    """The last REPORT line as a dict: {'Duration': '3.20 ms', 'Init Duration': ...}; None without one."""
    reports = [m for m in messages if m.startswith('REPORT ') and (request_id is None or request_id in m)]
    return dict(re.findall(r'([A-Z][\w ]+): ([^\t]+)', reports[-1])) if reports else None
