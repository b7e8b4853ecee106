"""Serverless Framework 3, which knows no endpoint setting, reaches the server as its HTTPS proxy."""

import harness
import notes
import pytest
import requests

TOOL = harness.ROOT / 'tests/e2e/tools/node_modules/.bin/serverless'
pytestmark = pytest.mark.skipif(not TOOL.exists(), reason='./dev test installs serverless@3')


class Notes3(notes.Notes):
    """The same application; version 3 of the framework knows nodejs20.x at most."""
    tool = TOOL

    def copy(self):
        super().copy()
        self.edit('serverless.yml', "frameworkVersion: '4'", "frameworkVersion: '3'")
        self.edit('serverless.yml', 'runtime: nodejs22.x', 'runtime: nodejs20.x')

    def tool_env(self):
        env = super().tool_env() | {'HTTPS_PROXY': self.endpoint, 'NODE_EXTRA_CA_CERTS': str(self.folder / 'ca.pem'),
                                    'SLS_TELEMETRY_DISABLED': '1', 'SLS_TRACKING_DISABLED': '1'}
        del env['AWS_ENDPOINT_URL']
        return env


def test_deploy_use_and_remove(shared_server, tmp_path):
    if not shared_server:
        pytest.skip('needs the certificate of a server of its own')
    app = Notes3(shared_server.endpoint, tmp_path / 'app', key='410987654321')
    app.copy()
    (app.folder / 'ca.pem').write_text((shared_server.data / 'tls/ca.pem').read_text())
    app.deploy()
    created = requests.post(f'{app.url}/notes', json={'user': 'ada', 'text': 'by version 3'}, timeout=40)
    assert created.status_code == 201, created.text
    counted = requests.post(f'{app.url}/stats', json={'text': 'one two'}, timeout=40)
    assert counted.json()['words'] == 2, counted.text
    app.deploy()
    assert 'notes-dev-createNote' in app.run_tool('info')
    assert 'END Duration' in app.run_tool('logs', '-f', 'createNote')
    app.remove()
    assert app.client('lambda').list_functions()['Functions'] == []
