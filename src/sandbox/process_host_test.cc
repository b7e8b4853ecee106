#include "sandbox/process_host.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>

#include "sandbox/function_peer.h"
#include "sandbox/sandbox_testing.h"

namespace millrace::sandbox {
namespace asio = boost::asio;
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

TEST_F(HostTest, NodeColdThenWarm) {
  auto spec = function("index.js",
                       "let n = 0; exports.handler = async (event, context) => {"
                       "  console.log('hello', event.a); return { n: ++n, a: event.a }; };");
  InvokeResult cold = invoke(spec, "{\"a\":7}");
  EXPECT_EQ(cold.payload, "{\"n\":1,\"a\":7}");
  EXPECT_EQ(cold.function_error, "");
  ASSERT_TRUE(cold.init_us.has_value());
  EXPECT_GT(*cold.init_us, 1000);
  EXPECT_GT(cold.max_memory_mb, 20);
  EXPECT_EQ(cold.billed_ms, (cold.duration_us + *cold.init_us + 999) / 1000);
  EXPECT_THAT(cold.log_tail,
              MatchesRegex("START RequestId: [-0-9a-f]+ Version: \\$LATEST\n"
                           "[-0-9T:.]+Z\t[-0-9a-f]+\tINFO\thello 7\n"
                           "END RequestId: [-0-9a-f]+\n"
                           "REPORT RequestId: [-0-9a-f]+\tDuration: [0-9.]+ ms\t"
                           "Billed Duration: [0-9]+ ms\tMemory Size: 128 MB\t"
                           "Max Memory Used: [0-9]+ MB\tInit Duration: [0-9.]+ ms\t\n"));
  InvokeResult warm = invoke(spec, "{\"a\":8}");
  EXPECT_EQ(warm.payload, "{\"n\":2,\"a\":8}");
  EXPECT_FALSE(warm.init_us.has_value());
  EXPECT_THAT(warm.log_tail, Not(HasSubstr("Init Duration")));
  EXPECT_EQ(warm.log_stream, cold.log_stream);
  EXPECT_THAT(logs_.last_target().stream,
              MatchesRegex("[0-9]+/[0-9]+/[0-9]+/\\[\\$LATEST\\][0-9a-f]+"));
  EXPECT_EQ(host_->stats().cold_starts_total, 1);
}

TEST_F(HostTest, NodeContextAndEnvironment) {
  auto spec =
      function("src/app.js",
               "exports.api = { main: (event, context, callback) => callback(null, {"
               " env: process.env, id: context.awsRequestId, arn: context.invokedFunctionArn,"
               " left: context.getRemainingTimeInMillis(), name: context.functionName,"
               " client: context.clientContext, cwd: process.cwd() }) };",
               [](FunctionSpec& s) {
                 s.handler = "src/app.api.main";
                 s.environment["MINE"] = "yes";
               });
  InvokeResult r =
      invoke(spec, "null", {.request_id = "1-2-3", .client_context = "{\"custom\":{\"k\":\"é\"}}"});
  EXPECT_THAT(r.payload, HasSubstr("\"id\":\"1-2-3\""));
  EXPECT_THAT(r.payload, HasSubstr("\"arn\":\"" + spec->arn + "\""));
  EXPECT_THAT(r.payload, HasSubstr("\"client\":{\"custom\":{\"k\":\"é\"}}"));
  EXPECT_THAT(r.payload, MatchesRegex(".*\"left\":(2[5-9][0-9][0-9]|3000).*"));
  for (const char* expected :
       {"\"MINE\":\"yes\"", "\"_HANDLER\":\"src/app.api.main\"", "\"TZ\":\":UTC\"",
        "\"AWS_REGION\":\"us-east-1\"", "\"AWS_ACCESS_KEY_ID\":\"ASIATEST\"",
        "\"AWS_LAMBDA_FUNCTION_MEMORY_SIZE\":\"128\"", "\"LAMBDA_TASK_ROOT\":\"/var/task\"",
        "\"AWS_EXECUTION_ENV\":\"AWS_Lambda_nodejs20.x\"", "\"cwd\":\"/var/task\"",
        "\"AWS_ENDPOINT_URL\":\"http://127.0.0.1:4566\"", "\"_X_AMZN_TRACE_ID\":\"Root=1-"}) {
    EXPECT_THAT(r.payload, HasSubstr(expected));
  }
  // Nothing of ours leaks.
  EXPECT_THAT(r.payload, Not(HasSubstr("\"HOME\"")));
  EXPECT_THAT(r.payload, Not(HasSubstr("\"USER\"")));
}

TEST_F(HostTest, NodeErrorsAreAwsOwn) {
  auto thrown =
      function("index.js", "exports.handler = async () => { throw new TypeError('boom'); };");
  InvokeResult r = invoke(thrown);
  EXPECT_EQ(r.function_error, "Unhandled");
  EXPECT_EQ(r.status, InvokeStatus::kError);
  EXPECT_EQ(r.error_type, "TypeError");
  EXPECT_THAT(r.payload,
              testing::StartsWith("{\"errorType\":\"TypeError\",\"errorMessage\":\"boom\","
                                  "\"trace\":[\"TypeError: boom\",\"    at "));
  EXPECT_THAT(r.log_tail, HasSubstr("\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\","
                                    "\"errorMessage\":\"boom\",\"stack\":["));
  auto text = function("index.js", "exports.handler = (e, c, cb) => cb('no');");
  EXPECT_EQ(invoke(text).payload,
            "{\"errorType\":\"string\",\"errorMessage\":\"no\",\"trace\":[]}");
  auto never = function("index.js", "exports.handler = async () => new Promise(() => {});");
  EXPECT_THAT(invoke(never).payload, HasSubstr("\"errorType\":\"Runtime.NodeJsExit\""));
  auto forgot = function("index.js", "exports.handler = () => {};");
  EXPECT_EQ(invoke(forgot).payload, "null");
  auto rejected = function("index.js",
                           "exports.handler = async () => { Promise.reject(new Error('x'));"
                           " await new Promise((r) => setTimeout(r, 50)); };");
  InvokeResult u = invoke(rejected);
  EXPECT_EQ(u.error_type, "Runtime.UnhandledPromiseRejection");
  EXPECT_THAT(u.payload, HasSubstr("\"errorMessage\":\"Error: x\""));
}

TEST_F(HostTest, NodeInitErrors) {
  auto missing = function("index.js", "", [](FunctionSpec& s) { s.handler = "other.handler"; });
  InvokeResult r = invoke(missing);
  EXPECT_EQ(r.status, InvokeStatus::kInitError);
  EXPECT_EQ(r.function_error, "Unhandled");
  EXPECT_THAT(r.payload, HasSubstr("{\"errorType\":\"Runtime.ImportModuleError\",\"errorMessage\":"
                                   "\"Error: Cannot find module"));
  EXPECT_THAT(r.log_tail, HasSubstr("undefined\tERROR\tUncaught Exception \t{"));
  EXPECT_THAT(r.log_tail, HasSubstr("Status: error\tError Type: Runtime.ImportModuleError"));
  auto no_export = function("index.js", "exports.other = 1;");
  EXPECT_THAT(invoke(no_export).payload,
              HasSubstr("{\"errorType\":\"Runtime.HandlerNotFound\",\"errorMessage\":"
                        "\"index.handler is undefined or not exported\""));
  auto syntax = function("index.js", "exports.handler = (;");
  EXPECT_THAT(invoke(syntax).payload, HasSubstr("\"errorType\":\"Runtime.UserCodeSyntaxError\""));
  auto exits = function("index.js", "process.exit(3)");
  r = invoke(exits, "{}", {.request_id = "abc"});
  EXPECT_EQ(r.payload,
            "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: abc "
            "Error: Runtime exited with error: exit status 3\"}");
}

TEST_F(HostTest, EsModulesAndCallbacks) {
  auto es = function("index.mjs",
                     "import fs from 'fs'; const x = await Promise.resolve(5);"
                     "export const handler = async () => x + (fs ? 1 : 0);");
  EXPECT_EQ(invoke(es).payload, "6");
  // callbackWaitsForEmptyEventLoop holds the answer until the timer has run, unless switched off.
  auto waits = function("index.js",
                        "let done = 0; exports.handler = (e, c, cb) => {"
                        "setTimeout(() => console.log('late', ++done), 30);"
                        "c.callbackWaitsForEmptyEventLoop = e.wait; cb(null, 1); };");
  EXPECT_THAT(invoke(waits, "{\"wait\":true}").log_tail, HasSubstr("late 1"));
  EXPECT_THAT(invoke(waits, "{\"wait\":false}").log_tail, Not(HasSubstr("late")));
}

TEST_F(HostTest, PythonColdWarmErrorsAndLogging) {
  auto spec = function("app.py",
                       "import logging\nlog = logging.getLogger()\nn = 0\n"
                       "def handler(event, context):\n"
                       "    global n\n    n += 1\n    print('printed', event)\n"
                       "    log.warning('warned %d', n)\n"
                       "    if event.get('fail'):\n        raise ValueError('bad')\n"
                       "    return {'n': n, 'id': context.aws_request_id,\n"
                       "            'left': context.get_remaining_time_in_millis() > 1000}\n");
  InvokeResult r = invoke(spec, "{}", {.request_id = "r1"});
  EXPECT_EQ(r.payload, "{\"n\": 1, \"id\": \"r1\", \"left\": true}");
  EXPECT_THAT(r.log_tail, HasSubstr("printed {}\n"));
  EXPECT_THAT(r.log_tail, MatchesRegex(".*\\[WARNING\\]\t[-0-9T:]+\\.[0-9]+Z\tr1\twarned 1\n.*"));
  r = invoke(spec, "{\"fail\":1}", {.request_id = "r2"});
  EXPECT_FALSE(r.init_us.has_value());
  EXPECT_EQ(r.payload,
            "{\"errorMessage\": \"bad\", \"errorType\": \"ValueError\", \"requestId\": \"r2\", "
            "\"stackTrace\": [\"  File \\\"/var/task/app.py\\\", line 10, in handler\\n    raise "
            "ValueError('bad')\\n\"]}");
  EXPECT_THAT(r.log_tail, HasSubstr("[ERROR] ValueError: bad\nTraceback (most recent call last):"));
  auto missing = function("app.py", "", [](FunctionSpec& s) { s.handler = "nope.handler"; });
  EXPECT_THAT(invoke(missing).payload,
              HasSubstr("{\"errorMessage\": \"Unable to import module 'nope': No module named "
                        "'nope'\", \"errorType\": \"Runtime.ImportModuleError\""));
}

// A runtime client of somebody else's, over TCP.
TEST_F(HostTest, ProvidedRuntimeRunsItsBootstrap) {
  auto spec =
      function("bootstrap",
               "#!/usr/bin/python3\n"
               "import http.client, os\n"
               "c = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
               "while True:\n"
               "    c.request('GET', '/2018-06-01/runtime/invocation/next')\n"
               "    r = c.getresponse()\n    body = r.read()\n"
               "    rid = r.headers['Lambda-Runtime-Aws-Request-Id']\n"
               "    print('got', len(body), flush=True)\n"
               "    c.request('POST', f'/2018-06-01/runtime/invocation/{rid}/response', body)\n"
               "    assert c.getresponse().read() and True\n");
  InvokeResult r = invoke(spec, "{\"echo\":1}");
  EXPECT_EQ(r.payload, "{\"echo\":1}");
  EXPECT_THAT(r.log_tail, HasSubstr("got 10\n"));
  EXPECT_EQ(invoke(spec, "[2]").payload, "[2]");
}

TEST_F(HostTest, TimeoutKillsAndSaysSo) {
  auto spec = function("index.js", "exports.handler = async () => { while (true); };",
                       [](FunctionSpec& s) { s.timeout_ms = 300; });
  InvokeResult r = invoke(spec, "{}", {.request_id = "t1"});
  EXPECT_EQ(r.status, InvokeStatus::kTimeout);
  EXPECT_EQ(r.payload,
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: t1 Error: "
            "Task timed out after 0.30 seconds\"}");
  EXPECT_THAT(r.log_tail, HasSubstr(" t1 Task timed out after 0.30 seconds\n"));
  EXPECT_THAT(r.log_tail, HasSubstr("Status: timeout\t"));
  EXPECT_EQ(r.duration_us, 300'000);
  // The next one starts afresh.
  InvokeResult again = invoke(spec);
  EXPECT_TRUE(again.init_us.has_value());
}

TEST_F(HostTest, CrashAndMemory) {
  auto exits = function("index.js", "exports.handler = async () => process.exit(1);");
  InvokeResult r = invoke(exits, "{}", {.request_id = "c1"});
  EXPECT_EQ(r.status, InvokeStatus::kCrashed);
  EXPECT_EQ(r.payload,
            "{\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: c1 Error: "
            "Runtime exited with error: exit status 1\"}");
  auto eats = function("index.js",
                       "exports.handler = async () => { const all = []; while (true) {"
                       " all.push(Buffer.alloc(8 << 20, 1)); await new Promise(setImmediate); } };",
                       [](FunctionSpec& s) { s.timeout_ms = 20'000; });
  r = invoke(eats, "{}", {.request_id = "m1"});
  EXPECT_EQ(r.status, InvokeStatus::kOutOfMemory);
  EXPECT_EQ(r.payload,
            "{\"errorType\":\"Runtime.OutOfMemory\",\"errorMessage\":\"RequestId: m1 "
            "Error: Runtime exited with error: signal: killed\"}");
  EXPECT_THAT(r.log_tail, HasSubstr("Status: error\tError Type: Runtime.OutOfMemory\t"));
}

TEST_F(HostTest, ConcurrentInvokesGetEnvironmentsOfTheirOwn) {
  auto spec = function("index.js",
                       "exports.handler = async () => { await new Promise((r) => "
                       "setTimeout(r, 200)); return process.env.AWS_LAMBDA_LOG_STREAM_NAME; };");
  std::vector<std::future<Result<InvokeResult>>> all;
  for (int i = 0; i < 3; ++i)
    all.push_back(start(spec, "{}"));
  std::set<std::string> streams;
  for (auto& future : all)
    streams.insert(future.get()->payload);
  EXPECT_EQ(streams.size(), 3u);
}

TEST_F(HostTest, FullHostThrottlesAndEvictsIdleOnes) {
  open_host({.environments_max = 1});
  auto slow = function("index.js",
                       "exports.handler = async () => { console.log('running'); await new "
                       "Promise((r) => setTimeout(r, 500)); };");
  auto other = function("index.js", "exports.handler = async () => 1;");
  auto running = start(slow, "{}");
  ASSERT_TRUE(logs_.wait_for("running"));
  auto refused = start(other, "{}").get();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code(), "TooManyRequestsException");
  EXPECT_EQ(refused.error().http_status(), 429);
  EXPECT_TRUE(running.get().ok());
  while (host_->stats().idle < 1)  // its runtime asks for the next event a moment later
    std::this_thread::yield();
  EXPECT_EQ(invoke(other).payload, "1");  // the idle one makes room
}

TEST_F(HostTest, DiscardAndIdleTimeoutEndEnvironments) {
  auto spec = function("index.js", "exports.handler = async () => 1;");
  invoke(spec);
  host_->discard(spec->revision_key);
  EXPECT_TRUE(invoke(spec).init_us.has_value());
  clock_.advance_ms(11 * 60 * 1000);
  runtime_->clock_moved();
  while (host_->stats().environments > 0)
    std::this_thread::yield();
  EXPECT_TRUE(invoke(spec).init_us.has_value());
}

TEST_F(HostTest, KeepWarmSparesTheColdStart) {
  auto spec = function("index.js",
                       "exports.handler = async () => "
                       "process.env.AWS_LAMBDA_INITIALIZATION_TYPE;");
  host_->keep_warm(spec, 1);
  while (host_->stats().idle < 1)
    std::this_thread::yield();
  InvokeResult r = invoke(spec);
  EXPECT_FALSE(r.init_us.has_value());
  EXPECT_EQ(r.payload, "\"provisioned-concurrency\"");
}

// Not by what it says: its connection is known by whose process holds it.
TEST_F(HostTest, AFunctionIsKnownByItsConnection) {
  asio::io_context io;
  asio::ip::tcp::acceptor listener(io, {asio::ip::address_v4::loopback(), 0});
  uint16_t port = listener.local_endpoint().port();
  auto accepted_from_function = [&] {
    auto socket = listener.accept();
    net::Connection connection;
    connection.peer = connection.local = "127.0.0.1";
    connection.peer_port = socket.remote_endpoint().port();
    connection.local_port = port;
    return is_function_peer(connection);
  };
  auto spec = function("index.py",
                       "import socket, subprocess, sys\n"
                       "def handler(event, context):\n"
                       "    if 'child' in event:\n"
                       "        subprocess.Popen([sys.executable, '-c', event['child']], "
                       "start_new_session=True)\n"
                       "        return\n"
                       "    global s\n"
                       "    s = socket.create_connection(('127.0.0.1', event['port']))\n");
  auto done = start(spec, fmt::format("{{\"port\":{}}}", port));
  EXPECT_TRUE(accepted_from_function());
  EXPECT_TRUE(done.get().ok());
  // A process that it left behind is still the function.
  done = start(spec, fmt::format("{{\"child\":\"import socket,time;"
                                 "s=socket.create_connection(('127.0.0.1',{}));time.sleep(9)\"}}",
                                 port));
  EXPECT_TRUE(accepted_from_function());
  EXPECT_TRUE(done.get().ok());

  asio::ip::tcp::socket ours(io);
  ours.connect(listener.local_endpoint());
  EXPECT_FALSE(accepted_from_function());
}

TEST_F(HostTest, LargePayloadsAndTooLargeAnswers) {
  auto spec = function("index.js", "exports.handler = async (e) => 'x'.repeat(e.n);");
  EXPECT_EQ(invoke(spec, "{\"n\":6000000}").payload.size(), 6'000'002u);
  InvokeResult r = invoke(spec, "{\"n\":7000000}");
  EXPECT_EQ(r.error_type, "Function.ResponseSizeTooLarge");
  EXPECT_EQ(
      r.payload,
      "{\"errorType\":\"Function.ResponseSizeTooLarge\",\"errorMessage\":\"Response payload size "
      "exceeded maximum allowed payload size (6291556 bytes).\"}");
  EXPECT_EQ(invoke(spec, "{\"n\":1,\"pad\":\"" + std::string(5'000'000, 'y') + "\"}").payload,
            "\"x\"");
}

TEST_F(HostTest, WhatTheEndOfTheHostCutsOffIsNoFailureOfTheFunction) {
  auto spec = function("index.mjs",
                       "export const handler = () => { console.log('running');"
                       " return new Promise(() => setTimeout(() => {}, 60000)); };",
                       [](FunctionSpec& s) { s.timeout_ms = 60'000; });
  auto running = start(spec, "{}");
  auto starting = start(function("index.mjs",
                                 "await new Promise(() => setTimeout(() => {}, 9000));"
                                 " export const handler = async () => 1;"),
                        "{}");
  ASSERT_TRUE(logs_.wait_for("running"));
  host_.reset();
  for (auto* future : {&running, &starting}) {
    auto result = future->get();
    ASSERT_FALSE(result.ok()) << result->payload;
    EXPECT_EQ(result.error().code(), "ServiceException");
    EXPECT_EQ(result.error().http_status(), 500);
  }
}

TEST_F(HostTest, MemoryIsWatchedAgainAfterAFreeze) {
  auto spec = function("index.mjs",
                       "const hoard = []; export const handler = async (n) => {"
                       " for (let i = 0; i < n; ++i) { hoard.push(Buffer.alloc(1 << 20, 1));"
                       " await new Promise((r) => setTimeout(r, 2)); } return 'ok'; };",
                       [](FunctionSpec& s) { s.timeout_ms = 30'000; });
  EXPECT_EQ(invoke(spec, "1").payload, "\"ok\"");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // frozen after 20
  EXPECT_EQ(invoke(spec, "300").status, InvokeStatus::kOutOfMemory);
}

TEST_F(HostTest, RefusesRuntimesByName) {
  auto spec = function("index.js", "", [](FunctionSpec& s) { s.runtime = "java21"; });
  auto result = start(spec, "{}").get();
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message(), HasSubstr("java21"));
  EXPECT_FALSE(host_->check_runtime("ruby3.3").ok());
  EXPECT_TRUE(host_->check_runtime("nodejs22.x").ok());
}

TEST_F(HostTest, InitTimesOutAndIsTriedOnceMoreWithinTheInvoke) {
  open_host({.init_timeout_ms = 200});
  auto slow = function("index.js",
                       "const end = Date.now() + 600; while (Date.now() < end);"
                       "exports.handler = async () => 'late';");
  InvokeResult r = invoke(slow);
  EXPECT_EQ(r.payload, "\"late\"");
  auto never = function("index.js", "while (true);", [](FunctionSpec& s) { s.timeout_ms = 400; });
  r = invoke(never, "{}", {.request_id = "i"});
  EXPECT_EQ(r.payload,
            "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: i Error: "
            "Task timed out after 0.40 seconds\"}");
}

}  // namespace
}  // namespace millrace::sandbox
