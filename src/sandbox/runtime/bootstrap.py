"""The Python runtime of Millrace: what AWS's /var/runtime is to a function. Written into the data
folder at start and shown to functions as /var/runtime/bootstrap.py.

Descriptor 3 is one end of a socket pair that speaks the Lambda Runtime API, used with blocking calls;
4 takes log frames.
"""
import json
import os
import sys
import time

API = "/2018-06-01/runtime/"
LOG_FD = 4
RUNTIME_FD = 3


class RuntimeConnection:
    def __init__(self, fd):
        self.fd = fd
        self.buffer = b""
        self.acknowledgements = 0
        self.next_sent = False

    def write(self, data):
        view = memoryview(data)
        while view:
            view = view[os.write(self.fd, view):]

    def fill(self, at_least=65536):
        got = os.read(self.fd, max(65536, at_least))
        if not got:
            os._exit(0)  # the server is gone
        self.buffer += got

    def read_answer(self):
        while (at := self.buffer.find(b"\r\n\r\n")) < 0:
            self.fill()
        headers = {}
        for text in self.buffer[:at].decode("utf-8", "replace").split("\r\n")[1:]:
            name, _, value = text.partition(": ")
            headers[name.lower()] = value
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < at + 4 + length:
            self.fill(at + 4 + length - len(self.buffer))
        body = self.buffer[at + 4:at + 4 + length]
        self.buffer = self.buffer[at + 4 + length:]
        return headers, body

    NEXT = ("GET %sinvocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n" % API).encode()

    def next_event(self):
        if not self.next_sent:
            self.write(self.NEXT)
        self.next_sent = False
        while self.acknowledgements:
            self.read_answer()
            self.acknowledgements -= 1
        return self.read_answer()

    def post(self, path, body, error_type=None, with_next=False):
        kind = ""
        if error_type is not None:
            safe = error_type.encode("ascii", "replace").decode().replace("\r", "?").replace("\n", "?")
            kind = "Lambda-Runtime-Function-Error-Type: %s\r\n" % safe
        head = ("POST %s%s HTTP/1.1\r\nHost: runtime\r\nContent-Type: application/json\r\n%s"
                "Content-Length: %d\r\n\r\n" % (API, path, kind, len(body)))
        self.write(head.encode() + body + (self.NEXT if with_next else b""))
        self.acknowledgements += 1
        self.next_sent = with_next


def emit(text):
    data = text.encode("utf-8", "replace")
    frame = (0xA55A0003).to_bytes(4, "big") + len(data).to_bytes(4, "big")
    frame += (time.time_ns() // 1000).to_bytes(8, "big") + data
    view = memoryview(frame)
    while view:
        view = view[os.write(LOG_FD, view):]


class Current:
    request_id = None


class _LogFilter:
    def filter(self, record):
        record.aws_request_id = Current.request_id or ""
        return True


def set_up_logging():
    import logging

    class FrameHandler(logging.Handler):
        def emit(self, record):
            try:
                emit(self.format(record))
            except Exception:  # a broken log call must not fail the function
                self.handleError(record)

    logging.Formatter.converter = time.gmtime
    handler = FrameHandler()
    handler.setFormatter(logging.Formatter(
        "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s",
        "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(_LogFilter())
    logging.getLogger().addHandler(handler)


class LazyLogging:
    """Sets logging up when the function first imports it: importing it costs 5 ms of each start."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(self)
        import importlib.util
        spec = importlib.util.find_spec("logging")
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            set_up_logging()
        spec.loader.exec_module = exec_module
        return spec


class CognitoIdentity:
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")


class Client:
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code",
                 "app_package_name")


class ClientContext:
    __slots__ = ("custom", "env", "client")


def _fill(cls, values, names=None):
    made = cls()
    for slot in names or cls.__slots__:
        setattr(made, slot, values.get(slot) if values else None)
    return made


class LambdaContext:
    def __init__(self, headers):
        self._deadline = int(headers["lambda-runtime-deadline-ms"])
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.client_context = None
        text = headers.get("lambda-runtime-client-context")
        if text:
            values = json.loads(text)
            self.client_context = ClientContext()
            self.client_context.custom = values.get("custom")
            self.client_context.env = values.get("env")
            self.client_context.client = _fill(Client, values.get("client"))
        identity = json.loads(headers.get("lambda-runtime-cognito-identity") or "{}")
        self.identity = CognitoIdentity()
        self.identity.cognito_identity_id = identity.get("cognitoIdentityId")
        self.identity.cognito_identity_pool_id = identity.get("cognitoIdentityPoolId")

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        emit(str(message))

    def __repr__(self):
        return "LambdaContext([aws_request_id=%s,function_name=%s])" % (
            self.aws_request_id, self.function_name)


class FaultException(Exception):
    def __init__(self, kind, message, trace=None):
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


def load_handler(name):
    import importlib
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise FaultException("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error))
    try:
        if module_name.split(".")[0] in sys.builtin_module_names:
            raise FaultException("Runtime.ImportModuleError",
                                 "Cannot use built-in module %s as a handler module" % module_name)
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise FaultException("Runtime.ImportModuleError",
                             "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        trace = ["  File \"%s\" Line %s\n    %s\n" % (error.filename, error.lineno, error.text)]
        raise FaultException("Runtime.UserCodeSyntaxError",
                             "Syntax error in module '%s': %s" % (module_name, error), trace)
    if not hasattr(module, function_name):
        raise FaultException("Runtime.HandlerNotFound",
                             "Handler '%s' missing on module '%s'" % (function_name, module_name))
    return getattr(module, function_name)


def describe(error, skip_ours):
    """errorMessage, errorType, requestId and stackTrace of an exception, as AWS serialises them."""
    import traceback
    if isinstance(error, FaultException):
        kind, message, trace = error.kind, str(error), error.trace
    else:
        kind, message = type(error).__name__, str(error)
        frames = traceback.extract_tb(error.__traceback__)
        if skip_ours:
            while frames and frames[0].filename == __file__:
                frames.pop(0)
        trace = traceback.format_list(frames)
    shown = {"errorMessage": message, "errorType": kind, "requestId": Current.request_id or "",
             "stackTrace": trace}
    text = "[ERROR] %s%s" % (kind, ": " + message if message else "")
    if trace:
        text += "\nTraceback (most recent call last):\n" + "".join(trace).rstrip("\n")
    emit(text)
    return shown


def to_json(value):
    return json.dumps(value, ensure_ascii=False, default=_decimal)


def _decimal(value):
    from decimal import Decimal
    if isinstance(value, Decimal):
        # A number, as AWS's runtime writes it.
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError("Object of type %s is not JSON serializable" % type(value).__name__)


def serve(connection, handler):
    while True:
        headers, body = connection.next_event()
        request_id = Current.request_id = headers["lambda-runtime-aws-request-id"]
        trace = headers.get("lambda-runtime-trace-id")
        if trace:
            os.environ["_X_AMZN_TRACE_ID"] = trace
        failure = None
        try:
            result = handler(json.loads(body), LambdaContext(headers))
        except Exception as error:
            failure = error
        else:
            try:
                answer = to_json(result).encode()
            except Exception as error:
                failure = FaultException("Runtime.MarshalError",
                                         "Unable to marshal response: %s" % error)
        sys.stdout.flush()
        if failure is None:
            connection.post("invocation/%s/response" % request_id, answer, with_next=True)
        else:
            shown = describe(failure, True)
            failure = None
            connection.post("invocation/%s/error" % request_id, to_json(shown).encode(),
                            shown["errorType"], with_next=True)


def main():
    connection = RuntimeConnection(RUNTIME_FD)
    os.set_inheritable(RUNTIME_FD, False)
    os.set_inheritable(LOG_FD, False)
    os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", None)
    sys.stdout.reconfigure(line_buffering=True)
    root = os.environ["LAMBDA_TASK_ROOT"]
    sys.path[0] = root  # in place of this file's folder
    version = "python%d.%d" % sys.version_info[:2]
    sys.path[1:1] = ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]
    sys.meta_path.insert(0, LazyLogging())
    try:
        os.chdir(root)
        handler = load_handler(os.environ["_HANDLER"])
    except BaseException as error:
        shown = describe(error, True)
        connection.post("init/error", to_json(shown).encode(), shown["errorType"])
        sys.stdout.flush()
        os._exit(1)
    serve(connection, handler)


main()
