"""A warm function behind an HTTP API: requests a second and tail against serverless-offline; start to first answer."""
import io
import pathlib
import shutil
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

import boto3

import harness
import peers

HELLO = peers.PEERS / "hello" / "handler.js"
ROLE_TRUST = ('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},'
              '"Action":"sts:AssumeRole"}]}')


def deploy(port):
    """The hello-world function behind an HTTP API; returns the path under which it answers."""
    def client(service):
        return boto3.client(service, endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                            aws_access_key_id="test", aws_secret_access_key="test")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        # Readable by others: a function runs as another user, here as on AWS.
        entry = zipfile.ZipInfo("handler.js")
        entry.external_attr = 0o644 << 16
        zipped.writestr(entry, HELLO.read_text())
    role = client("iam").create_role(RoleName="hello", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]["Arn"]
    functions = client("lambda")
    arn = functions.create_function(FunctionName="hello", Runtime="nodejs20.x", Handler="handler.hello", Role=role,
                                    Code={"ZipFile": archive.getvalue()}, MemorySize=256)["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName="hello", WaiterConfig={"Delay": 1})
    gateway = client("apigatewayv2")
    api = gateway.create_api(Name="hello", ProtocolType="HTTP")["ApiId"]
    integration = gateway.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn,
                                             PayloadFormatVersion="2.0")["IntegrationId"]
    gateway.create_route(ApiId=api, RouteKey="GET /hello", Target=f"integrations/{integration}")
    gateway.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    functions.add_permission(FunctionName="hello", StatementId="api", Action="lambda:InvokeFunction",
                             Principal="apigateway.amazonaws.com",
                             SourceArn=f"arn:aws:execute-api:us-east-1:000000000000:{api}/*")
    return f"/_aws/execute-api/{api}/$default/hello"


def wait_for_answer(url, since, timeout_s=60):
    deadline = time.perf_counter() + timeout_s
    while time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                answer.read()
                return time.perf_counter() - since
        except (urllib.error.URLError, OSError):
            time.sleep(0.002)
    raise RuntimeError(f"no answer from {url}")


def measure(options, figures, notes):
    data = pathlib.Path(tempfile.mkdtemp(prefix="bench-lambda-"))
    script = data / "get.lua"
    script.write_text("wrk.method = 'GET'\n")
    try:
        with harness.millrace(data / "data") as server:
            path = deploy(server.port)
        starts = []
        for _ in range(options.rounds):
            begin = time.perf_counter()
            with harness.millrace(data / "data") as server:
                starts.append(wait_for_answer(f"http://127.0.0.1:{server.port}{path}", begin))
        print(f"  millrace: start to first answer {harness.median(starts) * 1e3:.0f} ms")
        offline = peers.serverless_offline()
        if offline is None:
            notes.append("serverless-offline is not installed (npm could not be reached): its ratios are missing")
            return
        compare(options, figures, data / "data", path, script, starts, offline)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def compare(options, figures, data, path, script, starts, offline):
    ours, theirs, their_starts = {}, {}, []
    begin = time.perf_counter()
    with harness.millrace(data) as server, offline() as peer:
        url, peer_url = f"http://127.0.0.1:{server.port}{path}", f"http://127.0.0.1:{peer.port}/hello"
        their_starts.append(wait_for_answer(peer_url, begin))
        wait_for_answer(url, begin)
        for connections in (1, 8, 32):
            for _ in range(options.rounds):
                ours.setdefault(connections, []).append(harness.wrk(url, script, connections, options.seconds))
                theirs.setdefault(connections, []).append(harness.wrk(peer_url, script, connections, options.seconds))
    for connections in (1, 8, 32):
        mine, other = ours[connections], theirs[connections]
        print(f"  c={connections:<3} millrace {harness.median([l.per_s for l in mine]):>8.0f}/s "
              f"p99 {harness.median([l.p99_us for l in mine]) / 1e3:>7.1f} ms   serverless-offline "
              f"{harness.median([l.per_s for l in other]):>8.0f}/s "
              f"p99 {harness.median([l.p99_us for l in other]) / 1e3:>7.1f} ms", flush=True)

    def ratio(connections):
        return (harness.median([l.per_s for l in ours[connections]]) /
                harness.median([l.per_s for l in theirs[connections]]))

    figures["warm_invoke_vs_serverless_offline_c1"] = ratio(1)
    figures["warm_invoke_vs_serverless_offline_c8"] = ratio(8)
    figures["warm_invoke_p99_vs_serverless_offline"] = (
        harness.median([l.p99_us for l in ours[32]]) / harness.median([l.p99_us for l in theirs[32]]))
    figures["start_vs_serverless_offline"] = harness.median(their_starts) / harness.median(starts)
