#include "lambda_api/runtime.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "lambda_api/log.h"

namespace lambda_api {
namespace {

// Gives the answers it was made with, in order, and keeps what it was asked. An answer that ends
// with "!" is followed by closing the connection.
class FakeService {
 public:
  explicit FakeService(std::vector<std::string> answers) : answers_(std::move(answers)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(listener_, 8), 0);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    address = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::thread([this] { run(); });
  }

  ~FakeService() { join(); }

  void join() {
    if (thread_.joinable()) thread_.join();
    if (listener_ >= 0) ::close(listener_);
    listener_ = -1;
  }

  std::string address;
  std::vector<std::string> requests;

 private:
  void run() {
    int connection = -1;
    for (std::string answer : answers_) {
      if (connection < 0) connection = ::accept(listener_, nullptr, nullptr);
      requests.push_back(read_request(connection));
      const bool closes = answer.ends_with("!");
      if (closes) answer.pop_back();
      EXPECT_EQ(::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL),
                ssize_t(answer.size()));
      if (closes) {
        ::close(connection);
        connection = -1;
      }
    }
    if (connection >= 0) ::close(connection);
  }

  static std::string read_request(int connection) {
    std::string text;
    char chunk[4096];
    while (true) {
      const size_t head = text.find("\r\n\r\n");
      if (head != std::string::npos) {
        const size_t at = text.find("Content-Length: ");
        const size_t length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 16));
        if (text.size() >= head + 4 + length) return text;
      }
      const ssize_t n = ::recv(connection, chunk, sizeof chunk, 0);
      if (n <= 0) return text;
      text.append(chunk, static_cast<size_t>(n));
    }
  }

  std::vector<std::string> answers_;
  int listener_ = -1;
  std::thread thread_;
};

std::string event(std::string id, std::string body) {
  return "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: " + id +
         "\r\nLambda-Runtime-Deadline-Ms: 1700000000123\r\nLambda-Runtime-Trace-Id: Root=1\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

const std::string kAccepted = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const std::string kGone = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";

TEST(Runtime, ServesUntilThereIsNothingNext) {
  log::set_level(log::Level::kFatal);
  FakeService service(
      {event("r1", "{\"a\":1}"), kAccepted,
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Aws-Request-Id: "
       "r2\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n",
       kAccepted, kGone});
  std::vector<std::string> events;
  auto api = make_http_runtime_api(service.address);
  const int code =
      serve(*api, [&](std::string_view bytes, const Context& context) -> Result<std::string> {
        events.emplace_back(bytes);
        if (context.request_id == "r2") throw std::runtime_error("no");
        EXPECT_EQ(context.deadline.time_since_epoch(), std::chrono::milliseconds(1700000000123));
        EXPECT_STREQ(std::getenv("_X_AMZN_TRACE_ID"), "Root=1");
        return "answer";
      });
  service.join();
  EXPECT_EQ(code, 1);
  EXPECT_EQ(events, (std::vector<std::string>{"{\"a\":1}", "abcde"}));
  ASSERT_EQ(service.requests.size(), 5u);
  EXPECT_TRUE(
      service.requests[0].starts_with("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"));
  EXPECT_TRUE(service.requests[1].starts_with("POST /2018-06-01/runtime/invocation/r1/response "));
  EXPECT_TRUE(service.requests[1].ends_with("\r\n\r\nanswer"));
  EXPECT_TRUE(service.requests[3].starts_with("POST /2018-06-01/runtime/invocation/r2/error "));
  EXPECT_TRUE(service.requests[3].ends_with(
      R"({"errorMessage":"no","errorType":"InternalError","stackTrace":[]})"));
}

TEST(Runtime, AnAnswerThatIsTooLargeFailsTheInvocation) {
  FakeService service(
      {event("r1", "{}"), "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n", kAccepted, kGone});
  auto api = make_http_runtime_api(service.address);
  serve(*api, [](std::string_view, const Context&) -> Result<std::string> { return "x"; });
  service.join();
  ASSERT_EQ(service.requests.size(), 4u);
  EXPECT_NE(service.requests[2].find("ResponseTooLarge"), std::string::npos);
}

TEST(Runtime, ReconnectsWhenAnIdleConnectionWasClosed) {
  FakeService service({event("r1", "{}") + "!", kAccepted, kGone});
  auto api = make_http_runtime_api(service.address);
  int served = 0;
  serve(*api,
        [&](std::string_view, const Context&) -> Result<std::string> { return ++served, "x"; });
  service.join();
  EXPECT_EQ(served, 1);
}

TEST(Runtime, GarbageEndsTheLoop) {
  for (const std::string answer :
       {"nonsense\r\n\r\n!", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n!",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n!",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab!",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n!",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n!"}) {
    FakeService service({answer});
    auto api = make_http_runtime_api(service.address);
    EXPECT_EQ(
        serve(*api, [](std::string_view, const Context&) -> Result<std::string> { return "x"; }),
        1);
  }
}

TEST(Runtime, BadAddress) {
  for (const char* address :
       {"", "nohost", "127.0.0.1:", "127.0.0.1:x", "localhost:1", "127.0.0.1:1"}) {
    EXPECT_FALSE(make_http_runtime_api(address)->next()) << address;
  }
}

}  // namespace
}  // namespace lambda_api
