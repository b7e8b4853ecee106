// The Node.js runtime of Millrace: what AWS's /var/runtime is to a function. Written into the data
// folder at start and shown to functions as /var/runtime/bootstrap.cjs.
//
// Descriptor 3 is one end of a socket pair that speaks the Lambda Runtime API; 4 takes log frames. Both
// are used with blocking calls: while the process waits for work its event loop stands still, as AWS's
// freezing makes it, and a warm invoke costs two system calls a side.
'use strict';

const fs = require('fs');
const path = require('path');
const util = require('util');
const Module = require('module');

const RUNTIME_FD = 3;
const LOG_FD = 4;
const API = '/2018-06-01/runtime/';

// ---- the Runtime API on descriptor 3 -------------------------------------------------------------

let buffer = Buffer.allocUnsafeSlow(64 * 1024);
let begin = 0;
let end = 0;
let acknowledgements = 0; // answers to earlier posts that come before the next event

function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at);
}

function fill() {
  if (end === buffer.length) {
    const used = end - begin;
    const next = used * 2 > buffer.length ? Buffer.allocUnsafeSlow(buffer.length * 2) : buffer;
    buffer.copy(next, 0, begin, end);
    buffer = next;
    begin = 0;
    end = used;
  }
  const got = fs.readSync(RUNTIME_FD, buffer, end, buffer.length - end);
  if (got === 0) process.reallyExit(0); // the server is gone
  end += got;
}

// Reads one HTTP answer: { head, body } with the body as text.
function readAnswer() {
  let at;
  while ((at = buffer.subarray(begin, end).indexOf('\r\n\r\n')) < 0) fill();
  const head = buffer.latin1Slice(begin, begin + at);
  begin += at + 4;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  while (end - begin < length) fill();
  const body = buffer.utf8Slice(begin, begin + length);
  const rawBegin = begin - at - 4;
  begin += length;
  if (begin === end) begin = end = 0;
  return { head, body, rawHead: () => buffer.utf8Slice(rawBegin, rawBegin + at) };
}

function header(head, name) {
  const at = head.indexOf('\r\n' + name + ': ');
  if (at < 0) return undefined;
  const start = at + name.length + 4;
  const stop = head.indexOf('\r\n', start);
  return head.slice(start, stop < 0 ? undefined : stop);
}

const NEXT = `GET ${API}invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n`;
let nextSent = false;

function post(pathname, body, errorType, tail) {
  const type = errorType === undefined ? ''
    : `Lambda-Runtime-Function-Error-Type: ${String(errorType).replace(/[^\x20-\x7e]/g, '?')}\r\n`;
  const text = `POST ${API}${pathname} HTTP/1.1\r\nHost: runtime\r\n` +
    `Content-Type: application/json\r\n${type}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}${tail}`;
  writeAll(RUNTIME_FD, Buffer.from(text));
  acknowledgements++;
}

function nextEvent() {
  if (!nextSent) writeAll(RUNTIME_FD, Buffer.from(NEXT));
  nextSent = false;
  for (; acknowledgements > 0; acknowledgements--) readAnswer();
  return readAnswer();
}

// ---- the console -----------------------------------------------------------------------------------

let requestId;

function emit(text) {
  const message = Buffer.from(text);
  const frame = Buffer.allocUnsafe(16 + message.length);
  frame.writeUInt32BE(0xa55a0003, 0);
  frame.writeUInt32BE(message.length, 4);
  frame.writeBigInt64BE(BigInt(Date.now()) * 1000n, 8);
  message.copy(frame, 16);
  try {
    writeAll(LOG_FD, frame);
  } catch { /* the log's reader is gone, and soon so are we */ }
}

function line(level, message) {
  emit(`${new Date().toISOString()}\t${requestId}\t${level}\t${message}`);
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const wanted = (process.env.AWS_LAMBDA_LOG_LEVEL || 'TRACE').toLowerCase();
const threshold = Math.max(0, LEVELS.indexOf(wanted));
const isJson = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';

function jsonLine(level, args) {
  const record = { timestamp: new Date().toISOString(), level, requestId };
  if (args.length === 1) record.message = args[0];
  else record.message = util.format(...args);
  const seen = args.find((a) => a instanceof Error);
  if (seen) {
    record.errorType = seen.name;
    record.errorMessage = seen.message;
    record.stackTrace = String(seen.stack).split('\n');
    if (args.length === 1) record.message = undefined;
  }
  try {
    emit(JSON.stringify(record));
  } catch {
    emit(JSON.stringify({ ...record, message: util.format(...args) }));
  }
}

function patchConsole() {
  const set = (name, level) => {
    const label = level.toUpperCase();
    const quiet = isJson && LEVELS.indexOf(level) < threshold;
    console[name] = quiet ? () => {}
      : isJson ? (...args) => jsonLine(label, args)
        : (...args) => line(label, util.format(...args));
  };
  set('log', 'info');
  for (const level of LEVELS) set(level, level);
}

// ---- errors ------------------------------------------------------------------------------------------

function runtimeError(name, message, cause) {
  const error = new Error(message);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  // The frames of what caused it, without the message lines above them.
  const from = cause?.stack ?? error.stack;
  const frames = String(from).split('\n').filter((text) => /^ {4}at /.test(text));
  error.stack = [`${name}: ${message}`, ...frames].join('\n');
  return error;
}

// What the caller of Invoke sees.
function errorResponse(error) {
  try {
    if (util.types.isNativeError(error) || error instanceof Error) {
      return {
        errorType: error.name,
        errorMessage: error.message,
        trace: String(error.stack).split('\n'),
        ...(error.name === 'Runtime.UnhandledPromiseRejection'
          ? { reason: loggedError(error.reason), promise: {} } : {}),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage: 'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

// What the log shows.
function loggedError(error) {
  if (!(util.types.isNativeError(error) || error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), stack: [] };
  }
  return {
    errorType: error.name,
    errorMessage: error.message,
    ...(error.code ? { code: error.code } : {}),
    ...error,
    stack: String(error.stack).split('\n'),
  };
}

function logError(title, error) {
  if (isJson) return console.error(error);
  let text;
  try {
    text = JSON.stringify(loggedError(error));
  } catch {
    text = JSON.stringify({ errorMessage: String(error?.message) });
  }
  line('ERROR', `${title} \t${text}`);
}

function postError(error, id, tail = '') {
  const response = errorResponse(error);
  post(`invocation/${id}/error`, JSON.stringify(response), response.errorType, tail);
}

function failInit(error, code = 1) {
  logError('Uncaught Exception', error);
  const response = errorResponse(error);
  post('init/error', JSON.stringify(response), response.errorType, '');
  process.exit(code);
}

// ---- the handler -------------------------------------------------------------------------------------

// Version 2 of the SDK knows no AWS_ENDPOINT_URL.
function patchSdkV2() {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (!endpoint) return;
  const load = Module._load;
  const done = new WeakSet();
  Module._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === 'aws-sdk' || (typeof request === 'string' && request.startsWith('aws-sdk/'))) {
      const config = loaded?.config ?? loaded?.AWS?.config;
      if (config && typeof config.update === 'function' && !done.has(config)) {
        done.add(config);
        config.update({ endpoint, s3ForcePathStyle: true });
      }
    }
    return loaded;
  };
}

function isModulePackage(file) {
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8')).type === 'module';
    } catch (error) {
      if (error.code !== 'ENOENT') return false;
    }
    if (dir === path.dirname(dir) || path.basename(dir) === 'node_modules') return false;
  }
}

async function loadModule(root, moduleName) {
  const base = path.resolve(root, moduleName);
  const { pathToFileURL } = require('url');
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const file = base + extension;
    if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) continue;
    const isEs = extension === '.mjs' || file.endsWith('.mjs') ||
      (file.endsWith('.js') && isModulePackage(file));
    return isEs ? import(pathToFileURL(file).href) : require(file);
  }
  const found = require.resolve(moduleName.startsWith('/') ? moduleName : './' + moduleName,
    { paths: [root, path.join(root, 'node_modules')] });
  return found.endsWith('.mjs') ? import(pathToFileURL(found).href) : require(found);
}

async function loadHandler(root, name) {
  if (name.includes('..')) {
    throw runtimeError('Runtime.MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
  }
  const folder = name.slice(0, name.length - path.basename(name).length);
  const match = /^([^.]*)\.(.*)$/.exec(path.basename(name));
  if (!match) throw runtimeError('Runtime.MalformedHandlerName', 'Bad handler');
  let loaded;
  try {
    loaded = await loadModule(root, folder + match[1]);
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw runtimeError('Runtime.UserCodeSyntaxError', String(error), error);
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw runtimeError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
  const keys = match[2].split('.');
  const reach = (from) => keys.reduce((value, key) => value && value[key], from);
  // `export default { handler }` is how bundlers show a CommonJS module.
  const handler = reach(loaded) ?? reach(loaded?.default);
  if (!handler) {
    throw runtimeError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  }
  if (typeof handler !== 'function') {
    throw runtimeError('Runtime.HandlerNotFound', `${name} is not a function`);
  }
  return handler;
}

// ---- the loop ----------------------------------------------------------------------------------------

function parseHeader(text) {
  return text === undefined ? undefined : JSON.parse(text);
}

function makeContext(answer) {
  const { head } = answer;
  const deadline = Number(header(head, 'Lambda-Runtime-Deadline-Ms'));
  // Header bytes are UTF-8; the quick latin1 view serves for all but these two.
  const hasMore = head.includes('\r\nLambda-Runtime-C');
  const raw = hasMore ? answer.rawHead() : '';
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: hasMore ? parseHeader(header(raw, 'Lambda-Runtime-Client-Context')) : undefined,
    identity: hasMore ? parseHeader(header(raw, 'Lambda-Runtime-Cognito-Identity')) : undefined,
    invokedFunctionArn: header(head, 'Lambda-Runtime-Invoked-Function-Arn'),
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

let settle = null; // ends the running invoke; null between invokes
let onEmptyLoop = null;

const NODE_JS_EXIT = 'The Lambda runtime client detected an unexpected Node.js exit code. This is ' +
  'most commonly caused by a Promise that was never settled. For more information, see ' +
  'https://nodejs.org/docs/latest/api/process.html#exit-codes';

function runOne(handler) {
  const answer = nextEvent();
  const id = requestId = header(answer.head, 'Lambda-Runtime-Aws-Request-Id');
  const trace = header(answer.head, 'Lambda-Runtime-Trace-Id');
  if (trace) process.env._X_AMZN_TRACE_ID = trace;
  else delete process.env._X_AMZN_TRACE_ID;

  return new Promise((resolve) => {
    let open = true;
    // The question for the next event rides on the answer to this one.
    const finish = (send) => {
      if (!open) return;
      open = false;
      settle = onEmptyLoop = null;
      send();
      nextSent = true;
      resolve();
    };
    const succeed = (value) => {
      if (!open) return;
      let body;
      try {
        body = JSON.stringify(value === undefined ? null : value) ?? 'null';
      } catch (error) {
        return fail(runtimeError('Runtime.UnhandledError', 'Unable to stringify response body', error));
      }
      finish(() => post(`invocation/${id}/response`, body, undefined, NEXT));
    };
    const fail = (error) => {
      if (!open) return;
      logError('Invoke Error', error);
      finish(() => postError(error, id, NEXT));
    };
    settle = fail;

    const context = makeContext(answer);
    const done = (error, value) => {
      if (!open) return;
      const send = () => {
        if (error === undefined || error === null) succeed(value);
        else fail(error);
      };
      if (context.callbackWaitsForEmptyEventLoop && (error === undefined || error === null)) {
        onEmptyLoop = send;
      } else {
        setImmediate(send);
      }
    };
    context.done = done;
    context.succeed = (value) => done(null, value);
    context.fail = (error) => done(error ?? 'handled');

    onEmptyLoop = () => succeed(null);
    let result;
    try {
      result = handler(JSON.parse(answer.body), context, done);
    } catch (error) {
      return fail(error);
    }
    if (result && typeof result.then === 'function') {
      onEmptyLoop = () => {
        const error = runtimeError('Runtime.NodeJsExit', NODE_JS_EXIT);
        fail(error);
      };
      result.then(succeed, fail);
    }
  });
}

process.on('beforeExit', () => {
  const send = onEmptyLoop;
  onEmptyLoop = null;
  if (send) send();
});

function crash(error, title, code) {
  if (!settle) return failInit(error, code);
  logError(title, error);
  postError(error, requestId);
  process.exit(code);
}

async function main() {
  patchConsole();
  process.on('uncaughtException', (error) => crash(error, 'Uncaught Exception', 129));
  process.on('unhandledRejection', (reason) => {
    const error = runtimeError('Runtime.UnhandledPromiseRejection', String(reason), reason);
    Object.defineProperty(error, 'reason', { value: reason });
    crash(error, 'Unhandled Promise Rejection', 128);
  });
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  patchSdkV2();
  const root = process.env.LAMBDA_TASK_ROOT;
  let handler;
  try {
    process.chdir(root);
    handler = await loadHandler(root, process.env._HANDLER);
  } catch (error) {
    return failInit(error);
  }
  while (true) await runOne(handler);
}

main();
