#include "sandbox/runtime_api.h"

#include <gtest/gtest.h>

#include <vector>

namespace millrace::sandbox {
namespace {

// Writes down what happens; the connection's bytes go to `sent`.
class Recorder : public RuntimeApi::Delegate {
 public:
  void send(int connection, std::string bytes) override {
    sent[connection] += bytes;
    ++sends;
  }
  void close(int connection) override { closed.push_back(connection); }
  void on_waiting() override { events.push_back("waiting"); }
  void on_response(std::string payload) override { events.push_back("response " + payload); }
  void on_error(std::string payload, std::string type) override {
    events.push_back("error " + type + " " + payload);
  }
  void on_response_too_large() override { events.push_back("too large"); }
  void on_init_error(std::string payload, std::string type) override {
    events.push_back("init error " + type + " " + payload);
  }
  std::map<int, std::string> sent;
  std::vector<int> closed;
  std::vector<std::string> events;
  int sends = 0;
};

std::string get_next() {
  return "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";
}
std::string post(std::string path, std::string body, std::string headers = "") {
  return "POST /2018-06-01/runtime/" + path + " HTTP/1.1\r\nHost: x\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class RuntimeApiTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(api_.connect(1)); }
  RuntimeInvocation invocation(std::string id) {
    return {.request_id = std::move(id),
            .payload = "{\"a\":1}",
            .invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:f",
            .trace_id = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
            .deadline_ms = 1'767'225'603'000};
  }
  Recorder out_;
  RuntimeApi api_{out_};
};

TEST_F(RuntimeApiTest, ServesAnInvocation) {
  api_.receive(1, get_next());
  EXPECT_TRUE(api_.is_waiting());
  EXPECT_EQ(out_.events, std::vector<std::string>{"waiting"});
  EXPECT_EQ(out_.sent[1], "");
  RuntimeInvocation first = invocation("id-1");
  first.client_context = "{\"custom\":{}}\r\nEvil: 1";
  api_.start_invoke(first);
  EXPECT_EQ(out_.sent[1],
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            "Lambda-Runtime-Aws-Request-Id: id-1\r\nLambda-Runtime-Deadline-Ms: 1767225603000\r\n"
            "Lambda-Runtime-Invoked-Function-Arn: "
            "arn:aws:lambda:us-east-1:123456789012:function:f\r\n"
            "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
            "Lambda-Runtime-Client-Context: {\"custom\":{}}  Evil: 1\r\n"
            "Content-Length: 7\r\n\r\n{\"a\":1}");
  out_.sent[1].clear();
  api_.receive(1, post("invocation/id-1/response", "\"ok\""));
  EXPECT_EQ(out_.events.back(), "response \"ok\"");
  EXPECT_TRUE(out_.sent[1].starts_with("HTTP/1.1 202 Accepted\r\n")) << out_.sent[1];
  EXPECT_FALSE(api_.is_waiting());
}

TEST_F(RuntimeApiTest, AnswerAndNextTogetherCostOneWrite) {
  api_.receive(1, get_next());
  api_.start_invoke(invocation("id-1"));
  out_.sends = 0;
  out_.sent[1].clear();
  api_.receive(1, post("invocation/id-1/response", "1") + get_next());
  EXPECT_EQ(out_.sends, 0);
  EXPECT_TRUE(api_.is_waiting());
  api_.start_invoke(invocation("id-2"));
  EXPECT_EQ(out_.sends, 1);
  EXPECT_TRUE(out_.sent[1].starts_with("HTTP/1.1 202"));
  EXPECT_NE(out_.sent[1].find("Aws-Request-Id: id-2"), std::string::npos);
}

TEST_F(RuntimeApiTest, BytesMayComeOneByOneAndChunked) {
  api_.receive(1, get_next());
  api_.start_invoke(invocation("i"));
  std::string text =
      "POST /2018-06-01/runtime/invocation/i/response HTTP/1.1\r\ntransfer-encoding: "
      "chunked\r\n\r\n"
      "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n"
      "Lambda-Runtime-Function-Error-Type: Late\r\n\r\n";
  for (char c : text)
    api_.receive(1, std::string_view(&c, 1));
  EXPECT_EQ(out_.events.back(), "error Late abc0123456789");
}

TEST_F(RuntimeApiTest, ReportsErrors) {
  api_.receive(1, get_next());
  api_.start_invoke(invocation("i"));
  api_.receive(1, post("invocation/i/error", "{}", "Lambda-Runtime-Function-Error-Type: Boom\r\n"));
  EXPECT_EQ(out_.events.back(), "error Boom {}");
}

TEST_F(RuntimeApiTest, InitErrorOnlyDuringInit) {
  api_.receive(1, post("init/error", "{\"x\":1}",
                       "Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n"));
  EXPECT_EQ(out_.events.back(), "init error Runtime.ImportModuleError {\"x\":1}");
  api_.receive(1, get_next());
  EXPECT_NE(out_.sent[1].find("403 Forbidden"), std::string::npos);
  EXPECT_FALSE(api_.is_waiting());
}

TEST_F(RuntimeApiTest, RefusesWhatDoesNotFitTheState) {
  api_.receive(1, post("invocation/i/response", "1"));  // nothing runs
  EXPECT_NE(out_.sent[1].find("403 Forbidden"), std::string::npos);
  EXPECT_NE(out_.sent[1].find("InvalidStateTransition"), std::string::npos);
  api_.receive(1, get_next());
  api_.start_invoke(invocation("i"));
  out_.sent[1].clear();
  api_.receive(1, post("invocation/other/response", "1"));
  EXPECT_NE(out_.sent[1].find("InvalidRequestID"), std::string::npos);
  api_.receive(1, post("invocation/i/response", "1"));
  out_.sent[1].clear();
  api_.receive(1, post("invocation/i/response", "2"));  // answers twice
  EXPECT_NE(out_.sent[1].find("403"), std::string::npos);
  EXPECT_EQ(out_.events.back(), "response 1");
}

TEST_F(RuntimeApiTest, LargeResponses) {
  api_.receive(1, get_next());
  api_.start_invoke(invocation("i"));
  api_.receive(1, post("invocation/i/response", std::string(RuntimeApi::kResponseBytesMax, 'x')));
  EXPECT_EQ(out_.events.back().size(), RuntimeApi::kResponseBytesMax + 9);
  api_.receive(1, get_next());
  api_.start_invoke(invocation("j"));
  out_.sent[1].clear();
  api_.receive(1,
               post("invocation/j/response", std::string(RuntimeApi::kResponseBytesMax + 1, 'x')));
  EXPECT_EQ(out_.events.back(), "too large");
  EXPECT_NE(out_.sent[1].find("413 Request Entity Too Large"), std::string::npos);
  EXPECT_NE(out_.sent[1].find("Exceeded maximum allowed payload size (6291556 bytes)."),
            std::string::npos);
}

TEST_F(RuntimeApiTest, ABodyWithoutEndIsCutOff) {
  api_.receive(1, get_next());
  api_.start_invoke(invocation("i"));
  out_.sent[1].clear();
  api_.receive(1,
               "POST /2018-06-01/runtime/invocation/i/response HTTP/1.1\r\nTransfer-Encoding: "
               "chunked\r\n\r\n");
  std::string chunk = "100000\r\n" + std::string(1 << 20, 'x') + "\r\n";
  for (int i = 0; i < 100 && out_.closed.empty(); ++i)
    api_.receive(1, chunk);
  EXPECT_EQ(out_.closed, std::vector<int>{1});
  EXPECT_EQ(out_.events.back(), "too large");
  EXPECT_NE(out_.sent[1].find("413 Request Entity Too Large"), std::string::npos);
}

TEST_F(RuntimeApiTest, ManySmallChunksAtOnce) {
  api_.receive(1, get_next());
  api_.start_invoke(invocation("i"));
  std::string text =
      "POST /2018-06-01/runtime/invocation/i/response HTTP/1.1\r\nTransfer-Encoding: "
      "chunked\r\n\r\n";
  for (int i = 0; i < 200'000; ++i)
    text += "1\r\nx\r\n";
  api_.receive(1, text + "0\r\n\r\n" + get_next());
  EXPECT_EQ(out_.events.at(1), "response " + std::string(200'000, 'x'));
  EXPECT_TRUE(api_.is_waiting());
}

TEST_F(RuntimeApiTest, HostileBytesEndTheConnectionOnly) {
  for (std::string bytes :
       {std::string("nonsense\r\n\r\n"), std::string(40'000, 'a'),
        std::string("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n"
                    "\r\n"),
        std::string("POST / HTTP/1.1\r\nbroken\r\n\r\n"),
        std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        get_next() + std::string(40'000, 'b')}) {
    Recorder out;
    RuntimeApi api(out);
    api.connect(7);
    api.receive(7, bytes);
    EXPECT_EQ(out.closed, std::vector<int>{7}) << bytes.substr(0, 60);
    EXPECT_FALSE(api.is_waiting());
    api.receive(7, "more");
  }
}

TEST_F(RuntimeApiTest, UnknownPathsAndOtherApisAreNamed) {
  api_.receive(1, "GET /2018-06-01/runtime/nothing HTTP/1.1\r\n\r\n");
  EXPECT_NE(out_.sent[1].find("404 Not Found"), std::string::npos);
  api_.receive(1, "POST /2020-01-01/extension/register HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
  EXPECT_NE(out_.sent[1].find("not supported"), std::string::npos);
  EXPECT_TRUE(out_.closed.empty());
}

TEST_F(RuntimeApiTest, AConnectionThatHangsUpIsNotWaiting) {
  api_.receive(1, get_next());
  api_.disconnect(1);
  EXPECT_FALSE(api_.is_waiting());
  api_.connect(2);
  api_.receive(2, get_next());
  EXPECT_TRUE(api_.is_waiting());
}

}  // namespace
}  // namespace millrace::sandbox
