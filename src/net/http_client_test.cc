#include "net/http_client.h"

#include <fcntl.h>

#include <fstream>
#include <thread>

#include "net/http_client_connection.h"
#include "net/net_testing.h"

namespace millrace::net {
namespace {

TEST(Url, IsSplit) {
  auto url = parse_url("https://a.example:8443/p%20q/?x=%2F#part");
  ASSERT_TRUE(url.ok());
  EXPECT_TRUE(url->is_https);
  EXPECT_EQ(url->host, "a.example");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->authority, "a.example:8443");
  EXPECT_EQ(url->target, "/p%20q/?x=%2F");
  url = parse_url("http://[::1]?a");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, "80");
  EXPECT_EQ(url->target, "/?a");
  for (const char* bad : {"ftp://x/", "http://", "http:///x", "http://h:99999/", "http://h:x/",
                          "http://u:p@h/", "http://h/a b", "http://h/a\r\nX: y", "h/x"}) {
    EXPECT_FALSE(parse_url(bad).ok()) << bad;
  }
}

class HttpClientTest : public HttpServerTest {
 protected:
  void SetUp() override { start(); }
  void TearDown() override {
    client_.reset();
    HttpServerTest::TearDown();
  }
  HttpClient& client(HttpClient::Options options = {}) {
    if (!client_) client_ = std::make_unique<HttpClient>(runtime_, options);
    return *client_;
  }
  ClientRequest request(const std::string& path) {
    ClientRequest r;
    r.url = "http://127.0.0.1:" + std::to_string(port()) + path;
    return r;
  }
  std::unique_ptr<HttpClient> client_;
};

TEST_F(HttpClientTest, SendsAndReusesTheConnection) {
  for (int i = 0; i < 3; ++i) {
    ClientRequest r = request("/x?y");
    r.method = "POST";
    r.body = "hello";
    ClientOutcome outcome = client().send_blocking(std::move(r));
    ASSERT_TRUE(outcome.response.ok()) << outcome.response.error().to_string();
    EXPECT_EQ(outcome.response->status, 200);
    EXPECT_EQ(outcome.response->body, "POST /x?y hello");
    EXPECT_FALSE(outcome.response->header("date").empty());
    EXPECT_EQ(server_->connection_count(), 1u);
  }
}

TEST_F(HttpClientTest, ManyAtOnceFromManyThreads) {
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  client();
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        ClientOutcome outcome = client().send_blocking(request(path));
        if (outcome.response.ok() && outcome.response->body == "GET " + path + " ") ++good;
      }
    });
  }
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(good, 200);
}

TEST_F(HttpClientTest, HeadersAreSentAsGivenAndCannotBeSplit) {
  handler_.handle = [](Request req, Responder responder) {
    responder.send(
        Response(200, std::string(req.head.header("X-A")) + "|" + std::string(req.head.host)));
  };
  ClientRequest r = request("/");
  r.headers = {{"X-A", "1"}, {"Host", "other"}, {"Content-Length", "99"}};
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_TRUE(outcome.response.ok());
  EXPECT_EQ(outcome.response->body, "1|other");
  r = request("/");
  r.headers = {{"X-A", "1\r\nX-B: 2"}};
  EXPECT_FALSE(client().send_blocking(std::move(r)).response.ok());
}

TEST_F(HttpClientTest, RefusedConnectionsWereNeverSent) {
  ClientRequest r = request("/");
  uint16_t closed = port();
  server_->stop(0);
  r.url = "http://127.0.0.1:" + std::to_string(closed) + "/";
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_FALSE(outcome.response.ok());
  EXPECT_EQ(outcome.sent, Sent::kNever);
}

TEST_F(HttpClientTest, NoAnswerIsUnknown) {
  Signal arrived;
  std::optional<Responder> kept;
  handler_.handle = [&](Request, Responder responder) {
    kept = responder;
    arrived.set();
  };
  ClientRequest r = request("/");
  r.response_timeout_ms = 30;
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_FALSE(outcome.response.ok());
  EXPECT_NE(outcome.response.error().message().find("did not answer in time"), std::string::npos);
  EXPECT_EQ(outcome.sent, Sent::kUnknown);
  kept.reset();

  std::optional<ClientOutcome> cut;
  Signal finished;
  Signal second;
  handler_.handle = [&](Request, Responder responder) {
    kept = responder;
    second.set();
  };
  client().send(request("/"), [&](ClientOutcome o) {
    cut = std::move(o);
    finished.set();
  });
  ASSERT_TRUE(second.wait());
  server_->stop(0);
  ASSERT_TRUE(finished.wait());
  EXPECT_FALSE(cut->response.ok());
  EXPECT_EQ(cut->sent, Sent::kUnknown);
  kept.reset();
}

TEST_F(HttpClientTest, AnswersAreBounded) {
  handler_.handle = [](Request, Responder responder) {
    responder.send(Response(200, std::string(100'000, 'x')));
  };
  ClientRequest r = request("/");
  r.response_bytes_max = 99'999;
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_FALSE(outcome.response.ok());
  EXPECT_EQ(outcome.response.error().code(), "ResponseTooLarge");
  EXPECT_EQ(outcome.sent, Sent::kAnswered);
}

struct ChunkedSource : BodySource {
  int left = 100;
  void next(std::function<void(Result<std::string>)> done) override {
    done(left-- > 0 ? std::string(10'000, 'y') : std::string());
  }
};

struct SlowSink : ResponseSink {
  Runtime& runtime;
  size_t bytes = 0;
  Status result;
  explicit SlowSink(Runtime& r) : runtime(r) {}
  void write(std::string_view part, std::function<void(Status)> resume) override {
    bytes += part.size();
    Status posted = runtime.try_post([this, resume] { resume(result); });
    ASSERT_TRUE(posted.ok());
  }
};

TEST_F(HttpClientTest, AnswersStreamIntoASink) {
  handler_.handle = [](Request, Responder responder) {
    Response response(200);
    response.body = std::make_unique<ChunkedSource>();
    responder.send(std::move(response));
  };
  auto sink = std::make_shared<SlowSink>(runtime_);
  ClientRequest r = request("/");
  r.sink = sink;
  r.response_bytes_max = 1;
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_TRUE(outcome.response.ok());
  EXPECT_EQ(sink->bytes, 1'000'000u);
  EXPECT_TRUE(outcome.response->body.empty());
  sink->result = Error("InternalError", 500, "disk full");
  r = request("/");
  r.sink = sink;
  outcome = client().send_blocking(std::move(r));
  ASSERT_FALSE(outcome.response.ok());
  EXPECT_EQ(outcome.response.error().message(), "disk full");
}

TEST_F(HttpClientTest, SendsAFile) {
  TempDir dir;
  std::string content(1'500'000, 'f');
  std::ofstream(dir.path() + "/f") << content;
  handler_.plan = [](const RequestHead&) { return BodyPlan::buffer(4 << 20); };
  handler_.handle = [&](Request req, Responder responder) {
    responder.send(Response(200, req.body == content.substr(5) ? "same" : "different"));
  };
  ClientRequest r = request("/");
  r.method = "PUT";
  int fd = ::open((dir.path() + "/f").c_str(), O_RDONLY | O_CLOEXEC);
  r.body = FileBody{std::make_shared<FileHandle>(fd), 5, content.size() - 5};
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_TRUE(outcome.response.ok());
  EXPECT_EQ(outcome.response->body, "same");
}

TEST_F(HttpClientTest, AnEarlyRefusalIsSeenAlthoughTheBodyIsNotTaken) {
  handler_.plan = [](const RequestHead&) { return BodyPlan::refuse(Response(403, "no")); };
  ClientRequest r = request("/");
  r.method = "PUT";
  r.body = std::string(3 << 20, 'x');
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_TRUE(outcome.response.ok()) << outcome.response.error().to_string();
  EXPECT_EQ(outcome.response->status, 403);
}

TEST_F(HttpClientTest, HeadHasNoBody) {
  ClientRequest r = request("/x");
  r.method = "HEAD";
  ClientOutcome outcome = client().send_blocking(std::move(r));
  ASSERT_TRUE(outcome.response.ok());
  EXPECT_EQ(outcome.response->header("Content-Length"), "8");
  EXPECT_TRUE(client().send_blocking(request("/y")).response.ok());
}

TEST_F(HttpClientTest, TooManyConnectionsThrottle) {
  Signal arrived;
  std::optional<Responder> kept;
  handler_.handle = [&](Request, Responder responder) {
    kept = responder;
    arrived.set();
  };
  HttpClient::Options options;
  options.connections_per_origin_max = 1;
  Signal first;
  client(options).send(request("/"), [&](ClientOutcome) { first.set(); });
  ASSERT_TRUE(arrived.wait());
  ClientOutcome outcome = client().send_blocking(request("/"));
  ASSERT_FALSE(outcome.response.ok());
  EXPECT_EQ(outcome.response.error().code(), "ThrottlingException");
  kept->send(Response(200));
  kept.reset();
  EXPECT_TRUE(first.wait());
}

TEST_F(HttpClientTest, StopEndsRequestsInProgress) {
  Signal arrived;
  std::optional<Responder> kept;
  handler_.handle = [&](Request, Responder responder) {
    kept = responder;
    arrived.set();
  };
  std::atomic<bool> ended{false};
  client().send(request("/"), [&](ClientOutcome outcome) { ended = !outcome.response.ok(); });
  ASSERT_TRUE(arrived.wait());
  client().stop();
  EXPECT_TRUE(ended);
  kept.reset();
}

class HttpsClientTest : public HttpServerTest {
 protected:
  void SetUp() override {
    auto opened = CertificateAuthority::open(dir_.path(), system_clock());
    ASSERT_TRUE(opened.ok());
    authority_ = std::move(*opened);
    HttpServer::Options options;
    options.authority = authority_.get();
    start(std::move(options));
  }
  ClientOutcome get(const std::string& host, HttpClient::Options options) {
    HttpClient client(runtime_, std::move(options));
    ClientRequest r;
    r.url = "https://" + host + ":" + std::to_string(port()) + "/";
    return client.send_blocking(std::move(r));
  }
  TempDir dir_;
  std::unique_ptr<CertificateAuthority> authority_;
};

TEST_F(HttpsClientTest, TrustsTheGivenAuthorityAlone) {
  HttpClient::Options trusting;
  trusting.ca_file = authority_->ca_path();
  EXPECT_TRUE(get("127.0.0.1", trusting).response.ok());
  EXPECT_TRUE(get("localhost", trusting).response.ok());
  ClientOutcome unknown = get("127.0.0.1", {});
  ASSERT_FALSE(unknown.response.ok());
  EXPECT_EQ(unknown.sent, Sent::kNever);
  HttpClient::Options missing;
  missing.ca_file = dir_.path() + "/absent.pem";
  EXPECT_FALSE(get("127.0.0.1", missing).response.ok());
  HttpClient::Options insecure;
  insecure.verify = HttpClient::Options::Verify::kNone;
  EXPECT_TRUE(get("127.0.0.1", insecure).response.ok());
}

}  // namespace
}  // namespace millrace::net
