"""GetItem and PutItem over signed HTTP: CPU against a bare answer, throughput against fdatasync and dynalite.

Server and load generator are pinned to a core each; rounds of all contenders are interleaved.
"""
import json
import pathlib
import random
import shutil
import tempfile

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

import harness
import peers

SERVER_CPU, CLIENT_CPU = 0, 1
CREDENTIALS = Credentials("test", "test")
VALUE = "v" * 350
VARIANTS = 500


def client(port):
    return boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1",
                        aws_access_key_id="test", aws_secret_access_key="test",
                        config=Config(retries={"max_attempts": 0}))


def create_table(port, name, stream=False):
    extra = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}} if stream else {}
    dynamodb = client(port)
    dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST",
                          AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                          KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}], **extra)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return dynamodb


def load_items(dynamodb, name, count):
    for start in range(0, count, 25):
        puts = [{"PutRequest": {"Item": item(n)}} for n in range(start, min(start + 25, count))]
        dynamodb.batch_write_item(RequestItems={name: puts})


def item(n):
    return {"pk": {"S": f"user#{n:016x}"}, "value": {"S": VALUE}, "n": {"N": str(n)}}


def signed(port, operation, payload):
    body = json.dumps(payload)
    request = AWSRequest("POST", f"http://127.0.0.1:{port}/", data=body, headers={
        "X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"})
    SigV4Auth(CREDENTIALS, "dynamodb", "us-east-1").add_auth(request)
    return "POST", "/", {**dict(request.headers.items()), "Host": f"127.0.0.1:{port}"}, body


def gets(port, table, count):
    return [signed(port, "GetItem", {"TableName": table, "Key": {"pk": item(random.randrange(count))["pk"]},
                                     "ConsistentRead": True}) for _ in range(VARIANTS)]


def puts(port, table):
    return [signed(port, "PutItem", {"TableName": table, "Item": item(random.randrange(1 << 40))})
            for _ in range(VARIANTS)]


class Contender:
    """One server under one kind of request; remembers each round."""

    def __init__(self, server, requests, connections, directory, name):
        self.server, self.connections = server, connections
        self.script = harness.lua_requests(directory / f"{name}.lua", requests)
        self.loads, self.cpu = [], []

    def round(self, seconds):
        before = self.server.cpu_us()
        load = harness.wrk(f"http://127.0.0.1:{self.server.port}/", self.script, self.connections, seconds,
                           cpu=CLIENT_CPU)
        self.loads.append(load)
        self.cpu.append((self.server.cpu_us() - before) / load.requests)

    @property
    def per_s(self):
        return harness.median([load.per_s for load in self.loads])

    @property
    def p50_us(self):
        return harness.median([load.p50_us for load in self.loads])

    @property
    def cpu_us(self):
        return harness.median(self.cpu)


def measure(options, figures, notes):
    work = pathlib.Path(tempfile.mkdtemp(prefix="bench-dynamodb-"))
    servers = []
    try:
        contenders = start_contenders(options, work, servers, notes)
        fdatasync = []
        for _ in range(options.rounds):
            fdatasync.append(harness.fdatasync_p50_us(work))
            for contender in contenders.values():
                contender.round(options.seconds)
        for name, contender in contenders.items():
            print(f"  {name:<22} {contender.per_s:>9.0f}/s  p50 {contender.p50_us:>7.0f} us  "
                  f"CPU {contender.cpu_us:>6.1f} us", flush=True)
        print(f"  {'fdatasync loop':<22} {1e6 / harness.median(fdatasync):>9.0f}/s  p50 "
              f"{harness.median(fdatasync):>7.0f} us")
        compare(contenders, harness.median(fdatasync), figures)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(work, ignore_errors=True)


def start_contenders(options, work, servers, notes):
    bare = harness.bare(cpu=SERVER_CPU)
    servers.append(bare)
    durable = harness.millrace(work / "durable", cpu=SERVER_CPU)
    servers.append(durable)
    relaxed = harness.millrace(work / "relaxed", "--durability", "relaxed", cpu=SERVER_CPU)
    servers.append(relaxed)
    load_items(create_table(relaxed.port, "items"), "items", options.items)
    create_table(relaxed.port, "writes")
    create_table(relaxed.port, "streamed", stream=True)
    create_table(durable.port, "writes")
    fixed = [signed(bare.port, "GetItem", {"TableName": "items", "Key": {"pk": item(1)["pk"]}})]
    contenders = {
        "bare": Contender(bare, fixed, 32, work, "bare"),
        "get": Contender(relaxed, gets(relaxed.port, "items", options.items), 32, work, "get"),
        "put relaxed": Contender(relaxed, puts(relaxed.port, "writes"), 32, work, "put"),
        "put relaxed, streamed": Contender(relaxed, puts(relaxed.port, "streamed"), 32, work, "stream"),
        "put durable c=1": Contender(durable, puts(durable.port, "writes"), 1, work, "put1"),
        "put durable c=32": Contender(durable, puts(durable.port, "writes"), 32, work, "put32"),
        "put durable c=64": Contender(durable, puts(durable.port, "writes"), 64, work, "put64"),
    }
    dynalite = peers.dynalite()
    if dynalite is None:
        notes.append("dynalite is not installed (npm could not be reached): its ratios are missing")
        return contenders
    memory, disk = dynalite(cpu=SERVER_CPU), dynalite(path=work / "dynalite", cpu=SERVER_CPU)
    servers += [memory, disk]
    load_items(create_table(memory.port, "items"), "items", min(options.items, 20_000))
    create_table(disk.port, "writes")
    contenders["dynalite get"] = Contender(memory, gets(memory.port, "items", min(options.items, 20_000)), 32,
                                           work, "dget")
    for connections in (32, 64):
        contenders[f"dynalite put c={connections}"] = Contender(disk, puts(disk.port, "writes"), connections, work,
                                                               f"dput{connections}")
    return contenders


def compare(contenders, fdatasync_us, figures):
    bare = contenders["bare"].cpu_us
    figures["get_item_cpu_vs_bare"] = contenders["get"].cpu_us / bare
    figures["put_item_relaxed_cpu_vs_bare"] = contenders["put relaxed"].cpu_us / bare
    figures["stream_write_cost"] = contenders["put relaxed, streamed"].cpu_us / contenders["put relaxed"].cpu_us
    figures["put_item_durable_vs_fdatasync"] = contenders["put durable c=64"].per_s / (1e6 / fdatasync_us)
    figures["put_item_durable_p50_vs_fdatasync"] = contenders["put durable c=1"].p50_us / fdatasync_us
    if "dynalite get" in contenders:
        figures["get_item_vs_dynalite"] = contenders["get"].per_s / contenders["dynalite get"].per_s
        for connections in (32, 64):
            figures[f"put_item_vs_dynalite_disk_{connections}"] = (
                contenders[f"put durable c={connections}"].per_s /
                contenders[f"dynalite put c={connections}"].per_s)
