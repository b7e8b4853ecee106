"""Clients that mean harm, below any SDK: whatever they send, an answer in the 400s or an end of the connection,
in time; and the server lives on, and stays small. It has short limits, so that waiting for them is short.
"""

import contextlib
import pathlib
import re
import resource
import socket
import ssl
import time

import pytest
import requests

import harness

HEADER_TIMEOUT_S = 2
BODY_IDLE_TIMEOUT_S = 2
CONNECTIONS_MAX = 2_000
RSS_MAX_MB = 160
TARGET = b'X-Amz-Target: DynamoDB_20120810.ListTables\r\nContent-Type: application/x-amz-json-1.0\r\n'
# Of an account that nobody issued: in the open mode it is taken.
AUTHORIZATION = (b'Authorization: AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/dynamodb/aws4_request, '
                 b'SignedHeaders=host, Signature=' + b'0' * 64 + b'\r\nX-Amz-Date: 20260101T000000Z\r\n')


@pytest.fixture(scope='module')
def target(tmp_path_factory):
    """A server for this file alone; at the end it must be alive, small, and have answered nothing with a 5xx."""
    server = harness.Server(tmp_path_factory.mktemp('hostile') / 'data', [
        '--header-timeout-s', str(HEADER_TIMEOUT_S), '--body-idle-timeout-s', str(BODY_IDLE_TIMEOUT_S),
        '--max-connections', str(CONNECTIONS_MAX)])
    with server:
        yield server
        assert is_healthy(server)
        assert rss_mb(server) < RSS_MAX_MB
        assert 'without an answer' not in server.log_tail(1000)
        assert 'exception' not in server.log_tail(1000)


def is_healthy(server):
    return requests.get(f'{server.endpoint}/_millrace/health', timeout=10).status_code == 200


def rss_mb(server):
    status = pathlib.Path(f'/proc/{server.process.pid}/status').read_text()
    return int(re.search(r'VmRSS:\s+(\d+) kB', status).group(1)) / 1024


def connect(server, timeout_s=10):
    return socket.create_connection(('127.0.0.1', server.port), timeout=timeout_s)


def read_all(connection):
    """What comes until the other side closes; the time-out of the connection is a failure."""
    answer = b''
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def exchange(server, data):
    with connect(server) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        return read_all(connection)


def statuses(answer):
    return [int(code) for code in re.findall(rb'HTTP/1\.1 (\d{3}) ', answer)]


HOST = b'Host: localhost\r\n'
SECOND = b'GET /_millrace/health HTTP/1.1\r\n' + HOST + b'\r\n'


@pytest.mark.parametrize(('status', 'data'), [
    (400, b'nonsense\r\n\r\n'),
    (400, b'GET\r\n\r\n'),
    (400, b'GET / HTTP/9.9\r\n' + HOST + b'\r\n'),
    (400, b'GET / HTTP/1.1\r\n\r\n'),  # no Host
    (400, b'GET / HTTP/1.1\r\n' + HOST + HOST + b'\r\n'),
    (400, b'GET / HTTP/1.1\r\n' + HOST + b'bad header\r\n\r\n'),
    (400, b'GET / HTTP/1.1\r\n' + HOST + b'Spaced : x\r\n\r\n'),
    (400, b'GET / HTTP/1.1\r\n' + HOST + b' folded: x\r\n\r\n'),
    (400, b'GET / HTTP/1.1\r\n' + HOST + b'X: a\rY: b\r\n\r\n'),
    (400, b'GET / HTTP/1.1\n' + HOST + b'\n'),
    (400, b'GET /\x00 HTTP/1.1\r\n' + HOST + b'\r\n'),
    (400, b'GET / HTTP/1.1\r\n' + HOST + b'X: \x00\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Content-Length: -1\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Content-Length: +1\r\n\r\nx'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Content-Length: 1 2\r\n\r\nx'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Content-Length: 99999999999999999999999\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: gzip, chunked, x\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: chunked\r\n\r\nzz\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: chunked\r\n\r\n-1\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n'),
    (400, b'POST / HTTP/1.1\r\n' + HOST + b'Transfer-Encoding: chunked\r\n\r\n1;' + b'e' * 100_000),
    (431, b'GET / HTTP/1.1\r\n' + HOST + b'X: ' + b'a' * 300_000 + b'\r\n\r\n'),
    (400, b'GET / HTTP/1.1\r\n' + HOST + b'X: a\r\n' * 5_000 + b'\r\n'),
    (414, b'GET /' + b'a' * 20_000 + b' HTTP/1.1\r\n' + HOST + b'\r\n'),
    (403, b'CONNECT evil.example.com:443 HTTP/1.1\r\nHost: evil.example.com:443\r\n\r\n'),
    (403, b'CONNECT amazonaws.com.evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n'),
], ids=lambda value: repr(value[-40:]) if isinstance(value, bytes) else str(value))
def test_malformed_http_is_refused_and_ends_the_connection(target, status, data):
    """What two HTTP readers may see differently must not be answered: the second request is not heard."""
    answer = exchange(target, data + SECOND)
    assert statuses(answer) == [status], answer[:500]


def test_a_body_is_not_a_request(target):
    """An honest body that looks like a request is a body."""
    data = (b'POST / HTTP/1.1\r\n' + HOST + TARGET + b'Content-Length: %d\r\n\r\n' % len(SECOND) + SECOND
            + b'GET /_millrace/health HTTP/1.1\r\nConnection: close\r\n' + HOST + b'\r\n')
    assert statuses(exchange(target, data)) == [400, 200]


@pytest.mark.parametrize('value', ['a\r\nSet-Cookie: x=1', 'a\nSet-Cookie: x=1', 'a\r\n\r\n<html>'])
def test_headers_cannot_be_injected_into_an_answer(target, value):
    s3 = target.client('s3', key='123456789012')
    s3.create_bucket(Bucket='injected')
    s3.put_object(Bucket='injected', Key='k', Body=b'x')
    url = s3.generate_presigned_url('get_object', Params={
        'Bucket': 'injected', 'Key': 'k', 'ResponseContentDisposition': value})
    answer = requests.get(url, timeout=10)
    assert answer.status_code in (200, 400)
    assert 'Set-Cookie' not in answer.headers
    assert b'<html>' not in answer.content


@pytest.mark.parametrize('garbage', [
    b'\x16\x03\x01' + b'\x00' * 2000, b'\x16\x03\x01\xff\xff' + b'\xaa' * 70_000, b'\x16' * 5000,
    b'\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03'])
def test_tls_garbage(target, garbage):
    began = time.monotonic()
    assert statuses(exchange(target, garbage)) == []
    assert time.monotonic() - began < HEADER_TIMEOUT_S + 4


def test_a_handshake_that_never_ends(target):
    with connect(target) as connection:
        connection.sendall(b'\x16\x03\x01\x02\x00\x01')
        began = time.monotonic()
        read_all(connection)
        assert time.monotonic() - began < HEADER_TIMEOUT_S + 4


def test_http_inside_of_tls_is_held_to_the_same(target):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with connect(target) as plain, context.wrap_socket(plain, server_hostname='localhost') as connection:
        connection.sendall(b'nonsense\r\n\r\n' + SECOND)
        assert statuses(read_all(connection)) == [400]


def drip(connection, data, every_s=0.3):
    """Sends a byte now and then until the other side has had enough; gives back what it said."""
    connection.settimeout(every_s)
    answer = b''
    for byte in data:
        try:
            connection.sendall(bytes([byte]))
            chunk = connection.recv(65536)
            answer += chunk
            if not chunk:
                return answer
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            return answer
    raise AssertionError('it took all of it')


def test_a_head_that_drips_in_is_cut(target):
    with connect(target) as connection:
        began = time.monotonic()
        answer = drip(connection, b'GET / HTTP/1.1\r\nX-Slow: ' + b'a' * 100)
        assert statuses(answer) == [408]
        assert time.monotonic() - began < HEADER_TIMEOUT_S + 4


def test_a_body_that_stops_is_cut(target):
    with connect(target) as connection:
        connection.sendall(b'POST / HTTP/1.1\r\n' + HOST + TARGET + b'Content-Length: 100\r\n\r\n{')
        began = time.monotonic()
        assert statuses(read_all(connection)) == [408]
        assert time.monotonic() - began < BODY_IDLE_TIMEOUT_S + 4


def test_a_body_that_drips_in_is_cut(target):
    """It is never idle for long, but too slow to be honest."""
    with connect(target) as connection:
        connection.sendall(b'POST / HTTP/1.1\r\n' + HOST + TARGET + b'Content-Length: 1000\r\n\r\n')
        assert statuses(drip(connection, b' ' * 100)) == [408]


def test_an_answer_that_is_not_read_holds_little(target):
    """Requests are sent without end and no answer is read: the server stops reading."""
    before = rss_mb(target)
    with connect(target, timeout_s=1) as connection:
        sent = 0
        with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
            while sent < 200_000_000:
                sent += connection.send(SECOND * 1000)
        assert sent < 200_000_000
        assert rss_mb(target) - before < 20


def test_idle_connections_are_bounded(target):
    """Those beyond the limit are turned away, those within it cost little, and honest clients come back."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    before = rss_mb(target)
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(CONNECTIONS_MAX + 100):
            connections.append(stack.enter_context(connect(target)))
            connections[-1].setblocking(False)
        time.sleep(0.5)
        refused = 0
        for connection in connections:
            with contextlib.suppress(BlockingIOError, ConnectionResetError):
                refused += statuses(connection.recv(1000)) == [503]
        assert 100 <= refused <= 110
        assert rss_mb(target) - before < CONNECTIONS_MAX * 20 / 1024  # 20 KB each
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    harness.wait_until('honest clients are heard again', lambda: is_healthy(target))


def test_an_upload_that_is_cut_leaves_nothing(target):
    s3 = target.client('s3', key='123456789012')
    s3.create_bucket(Bucket='uploads')
    upload = s3.create_multipart_upload(Bucket='uploads', Key='m')['UploadId']
    files = all_files(target.data)
    for path in ('/uploads/k', f'/uploads/m?partNumber=1&uploadId={upload}'):
        with connect(target) as connection:
            connection.sendall(f'PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n'
                               'X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n'.encode()
                               + AUTHORIZATION.replace(b'dynamodb', b's3') + b'\r\n' + b'x' * 3_000_000)
            harness.wait_until('the upload is under way', lambda: list((target.data / 'incoming').iterdir()))
        harness.wait_until('nothing is left', lambda: not list((target.data / 'incoming').iterdir()))
    assert s3.list_objects_v2(Bucket='uploads').get('Contents') is None
    assert s3.list_parts(Bucket='uploads', Key='m', UploadId=upload).get('Parts') is None
    assert all_files(target.data) == files


def all_files(data):
    """The data folder without the store's own."""
    return {path for path in data.rglob('*') if path.is_file() and path.relative_to(data).parts[0] != 'store'}


@pytest.mark.parametrize(('path', 'headers', 'status'), [
    ('/', TARGET + b'Content-Length: 100000000\r\n', 413),
    ('/uploads/k', b'Content-Length: 99999999999\r\n', 400),
    ('/2015-03-31/functions', b'Content-Length: 999999999\r\n', 413),
])
def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(target, path, headers, status):
    data = (f'{"PUT" if "uploads" in path else "POST"} {path} HTTP/1.1\r\n'.encode() + HOST + headers + AUTHORIZATION
            .replace(b'dynamodb', b's3' if b'uploads' in path.encode() else b'lambda' if b'2015' in path.encode()
                     else b'dynamodb') + b'X-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\n\r\n')
    answer = exchange(target, data)
    assert statuses(answer) == [status], answer
    assert b'TooLarge' in answer


def test_a_chunked_body_beyond_the_limit_is_cut(target):
    with connect(target) as connection:
        connection.sendall(b'POST / HTTP/1.1\r\n' + HOST + TARGET + AUTHORIZATION
                           + b'Transfer-Encoding: chunked\r\n\r\n')
        chunk = b'100000\r\n' + b' ' * 0x100000 + b'\r\n'
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(40):
                connection.sendall(chunk)
        assert statuses(read_all(connection)) == [413]


@pytest.mark.parametrize('host', [
    '..s3.amazonaws.com', '.s3.amazonaws.com', 'a/b.s3.amazonaws.com', '%00.s3.amazonaws.com', 'a' * 5000,
    'x' * 300 + '.s3.us-east-1.amazonaws.com', '[::1', '[]:80', ':', '-', '127.0.0.1:99999', '\xff\xfe',
    's3.' + '.' * 200 + 'amazonaws.com', '../../etc.s3.amazonaws.com', 'b.s3.no-region.amazonaws.com',
    'x.execute-api.us-east-1.amazonaws.com', 'x.lambda-url.us-east-1.on.aws'])
def test_hosts(target, host):
    answer = exchange(target, b'GET /k HTTP/1.1\r\nConnection: close\r\nHost: ' + host.encode('latin1') + b'\r\n\r\n')
    assert len(statuses(answer)) == 1 and 400 <= statuses(answer)[0] < 500, answer
