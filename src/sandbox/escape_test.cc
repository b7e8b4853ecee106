// What a hostile function tries, and what stops it. Runs with whatever layers this machine and user
// grant; `millrace doctor` says which these are.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/sandbox_testing.h"

namespace millrace::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

class EscapeTest : public HostTest {
 protected:
  void SetUp() override {
    HostTest::SetUp();
    for (const DoctorCheck& check : host_->checks()) {
      if (check.name == "namespaces" && !check.is_ok)
        GTEST_SKIP() << "no namespaces: " << check.why;
    }
  }
  // Evaluates an expression in a fresh Node function; an exception's code is its value.
  std::string evaluate(const std::string& expression, int64_t memory_mb = 256) {
    auto spec =
        function("index.js",
                 "const fs = require('fs'), cp = require('child_process');\n"
                 "const attempt = (f) => { try { return f(); } catch (e) { return e.code || "
                 "String(e); } };\n"
                 "exports.handler = async () => attempt(() => " +
                     expression + ");",
                 [&](FunctionSpec& s) {
                   s.memory_mb = memory_mb;
                   s.timeout_ms = 15'000;
                 });
    return invoke(spec).payload;
  }
};

TEST_F(EscapeTest, TheHostsFilesAreNotThere) {
  write_file(dir_ + "/secret.txt", "root-key");
  EXPECT_EQ(evaluate("fs.readFileSync('/etc/shadow')"), "\"ENOENT\"");
  EXPECT_EQ(evaluate("fs.readFileSync('" + dir_ + "/secret.txt')"), "\"ENOENT\"");
  EXPECT_EQ(evaluate("fs.readdirSync('/root')"), "\"ENOENT\"");
  EXPECT_EQ(evaluate("fs.readdirSync('/sys')"), "\"ENOENT\"");
  EXPECT_EQ(evaluate("fs.readdirSync('/').sort().join()").find("work"), std::string::npos);
  // The server's own files are not reachable through /proc either: process 1 is the function.
  EXPECT_EQ(evaluate("fs.readdirSync('/proc').filter((n) => /^[0-9]+$/.test(n)).join()"), "\"1\"");
  EXPECT_THAT(evaluate("fs.readdirSync('/proc/self/root').join()"), Not(HasSubstr("old_root")));
}

TEST_F(EscapeTest, NothingButTmpCanBeWritten) {
  for (const char* path :
       {"/x", "/var/task/x", "/var/runtime/x", "/usr/x", "/etc/x", "/opt/x", "/dev/x", "/bin/x"}) {
    EXPECT_THAT(evaluate(std::string("fs.writeFileSync('") + path + "', 'x')"),
                testing::AnyOf("\"EROFS\"", "\"EACCES\"", "\"EPERM\""))
        << path;
  }
  EXPECT_EQ(evaluate("(fs.writeFileSync('/tmp/x', 'ok'), fs.readFileSync('/tmp/x', 'utf8'))"),
            "\"ok\"");
  EXPECT_THAT(evaluate("fs.writeFileSync('/proc/sys/kernel/hostname', 'x')"),
              testing::AnyOf("\"EROFS\"", "\"EACCES\"", "\"EPERM\""));
}

TEST_F(EscapeTest, TmpIsPrivateAndBounded) {
  EXPECT_EQ(evaluate("fs.writeFileSync('/tmp/mine', 'x')"), "null");
  EXPECT_EQ(evaluate("fs.readdirSync('/tmp').length"), "0");  // another function
  auto spec =
      function("index.js",
               "const fs = require('fs'); exports.handler = async () => { const b = "
               "Buffer.alloc(1 << 20); const f = fs.openSync('/tmp/big', 'w'); let n = 0;"
               "try { for (;; n++) fs.writeSync(f, b); } catch (e) { return [n, e.code]; } };",
               [](FunctionSpec& s) {
                 s.ephemeral_storage_mb = 16;
                 s.memory_mb = 512;
               });
  EXPECT_EQ(invoke(spec).payload, "[16,\"ENOSPC\"]");
}

TEST_F(EscapeTest, ProcessesOutsideCannotBeReached) {
  std::string pid = std::to_string(getpid());
  EXPECT_EQ(evaluate("process.kill(" + pid + ", 0)"), "\"ESRCH\"");
  EXPECT_EQ(evaluate("process.pid"), "1");
  EXPECT_THAT(evaluate("process.getuid()"), Not("0"));
  EXPECT_THAT(evaluate("fs.readFileSync('/proc/self/status','utf8').match(/CapEff:.*/)[0]"),
              HasSubstr("0000000000000000"));
  EXPECT_THAT(evaluate("fs.readFileSync('/proc/self/status','utf8').match(/NoNewPrivs:.*/)[0]"),
              HasSubstr("1"));
}

TEST_F(EscapeTest, DangerousSystemCallsFail) {
  auto run = [&](const std::string& call) {
    return evaluate(
        "cp.spawnSync('/usr/bin/python3', ['-c', `\nimport ctypes, os\n"
        "l = ctypes.CDLL(None, use_errno=True)\n"
        "r = " +
        call + "\nprint(r, ctypes.get_errno())`]).stdout.toString().trim()");
  };
  EXPECT_EQ(run("l.ptrace(0, 0, 0, 0)"), "\"-1 1\"");
  EXPECT_EQ(run("l.unshare(0x10000000)"), "\"-1 1\"");
  EXPECT_EQ(run("l.mount(b'none', b'/tmp', b'tmpfs', 0, 0)"), "\"-1 1\"");
  EXPECT_EQ(run("l.chroot(b'/tmp')"), "\"-1 1\"");
  EXPECT_EQ(run("l.syscall(321, 0, 0, 0)"), "\"-1 1\"");  // bpf
  EXPECT_EQ(run("l.syscall(425, 1, 0)"), "\"-1 38\"");    // io_uring_setup: ENOSYS
  EXPECT_EQ(run("l.socket(17, 3, 0)"), "\"-1 1\"");       // AF_PACKET
  EXPECT_EQ(run("l.socket(2, 3, 1)"), "\"-1 1\"");        // raw ICMP: no capability
}

TEST_F(EscapeTest, ForkBombIsBoundedAndEndsWithTheFunction) {
  auto spec = function("app.py",
                       "import os, time\n"
                       "def handler(event, context):\n"
                       "    n = 0\n"
                       "    try:\n"
                       "        while n < 5000:\n"
                       "            if os.fork() == 0:\n                time.sleep(600)\n"
                       "            n += 1\n"
                       "    except OSError:\n        pass\n"
                       "    return n\n",
                       [](FunctionSpec& s) {
                         s.memory_mb = 3008;
                         s.timeout_ms = 30'000;
                       });
  InvokeResult r = invoke(spec);
  EXPECT_EQ(r.status, InvokeStatus::kOk) << r.payload;
  EXPECT_LT(std::stoi(r.payload), 1100);
  EXPECT_GT(std::stoi(r.payload), 100);
  host_->discard(spec->revision_key);
  while (host_->stats().environments > 0)
    std::this_thread::yield();
}

TEST_F(EscapeTest, LinksInTheArchiveLeadNowhere) {
  auto spec = function("index.js",
                       "exports.handler = async () => { try { return require('fs')."
                       "readFileSync('/var/task/link', 'utf8'); } catch (e) { return "
                       "e.code; } };");
  ASSERT_EQ(symlink("/etc/shadow", (spec->code_directory + "/link").c_str()), 0);
  EXPECT_EQ(invoke(spec).payload, "\"ENOENT\"");
}

// The Runtime API of one function is not another's to speak to.
TEST_F(EscapeTest, ARuntimeApiAnswersItsOwnProcessOnly) {
  if (geteuid() != 0) GTEST_SKIP() << "needs separate user ids";
  auto victim =
      function("bootstrap",
               "#!/usr/bin/python3\nimport http.client, os\n"
               "c = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
               "while True:\n    c.request('GET', '/2018-06-01/runtime/invocation/next')\n"
               "    r = c.getresponse()\n    r.read()\n    rid = "
               "r.headers['Lambda-Runtime-Aws-Request-Id']\n"
               "    c.request('POST', f'/2018-06-01/runtime/invocation/{rid}/response', "
               "'\"' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '\"')\n    c.getresponse().read()\n");
  std::string address = invoke(victim).payload;
  auto thief = function("app.py",
                        "import http.client\ndef handler(event, context):\n"
                        "    try:\n        c = http.client.HTTPConnection(event, timeout=2)\n"
                        "        c.request('GET', '/2018-06-01/ping')\n"
                        "        return c.getresponse().status\n"
                        "    except Exception as e:\n        return type(e).__name__\n");
  EXPECT_THAT(invoke(thief, address).payload,
              testing::AnyOf("\"RemoteDisconnected\"", "\"ConnectionResetError\""));
}

// kill -9 of the server leaves no function behind.
TEST_F(EscapeTest, FunctionsDieWithTheServer) {
  const std::string mark = random_uuid(thread_rng());
  int ready_pipe[2];
  ASSERT_EQ(pipe(ready_pipe), 0);
  host_.reset();
  runtime_->stop();
  pid_t server = fork();
  if (server == 0) {
    // A server of its own in a fresh process.
    runtime_ = std::make_unique<net::Runtime>(clock_, net::Runtime::Options{.io_threads = 1});
    if (!runtime_->start().ok()) _exit(1);
    open_host({});
    auto spec = function("index.js",
                         "exports.handler = async () => { require('child_process').spawn("
                         "'/bin/sleep', ['600']); return 1; };",
                         [&](FunctionSpec& s) { s.environment["MARK"] = mark; });
    char ready = invoke(spec).payload == "1" ? 'y' : 'n';
    if (write(ready_pipe[1], &ready, 1) != 1) _exit(1);
    pause();
  }
  char ready = 0;
  ASSERT_EQ(read(ready_pipe[0], &ready, 1), 1);
  EXPECT_EQ(ready, 'y');
  auto count_marked = [&] {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      std::ifstream in(entry.path() / "environ");
      std::string text((std::istreambuf_iterator<char>(in)), {});
      if (text.find(mark) != text.npos) ++count;
    }
    return count;
  };
  EXPECT_EQ(count_marked(), 2);  // node and its sleep
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  for (int i = 0; i < 2000 && count_marked() > 0; ++i)
    usleep(5000);
  EXPECT_EQ(count_marked(), 0);
  close(ready_pipe[0]);
  close(ready_pipe[1]);
}

}  // namespace
}  // namespace millrace::sandbox
