#include "net/http_server.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "net/net_testing.h"

namespace millrace::net {
namespace {

TEST_F(HttpServerTest, AnswersAndKeepsTheConnection) {
  start();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    client.write("POST /x?y HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    std::string body;
    std::string head = client.read_response(&body);
    EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << head;
    EXPECT_EQ(head.find("Connection:"), std::string::npos);
    EXPECT_EQ(body, "POST /x?y hello");
  }
}

TEST_F(HttpServerTest, PipelinedRequestsAreAnsweredInOrder) {
  // Each is answered by a worker, the first ones last if order were not kept.
  handler_.handle = [this](Request request, Responder responder) {
    std::string target(request.head.target);
    runtime_.post([target, responder] { responder.send(Response(200, target)); });
  };
  start();
  RawClient client(port());
  std::string text;
  for (int i = 0; i < 200; ++i) {
    text += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  client.write(text);
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(client.read_body(), "/" + std::to_string(i));
}

// What the server holds of a client that only asks is bounded: it stops reading.
TEST_F(HttpServerTest, AClientThatNeverReadsIsNotReadFromForEver) {
  start();
  RawClient client(port());
  timeval limit{1, 0};
  setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  constexpr size_t kSocketBuffersMax = 64 << 20;
  size_t sent = 0;
  while (sent < kSocketBuffersMax && client.write(text))
    sent += text.size();
  EXPECT_LT(sent, kSocketBuffersMax);
}

TEST_F(HttpServerTest, BytesMayBeSplitAnywhere) {
  start();
  const std::string text =
      "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n"
      "GET /b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
  for (size_t at = 1; at < text.size(); ++at) {
    RawClient client(port());
    client.write(text.substr(0, at));
    // The server has seen the first part when it has nothing more to read; no sleep: the second
    // part may or may not be read together with the first, and both must work.
    std::this_thread::yield();
    client.write(text.substr(at));
    EXPECT_EQ(client.read_body(), "POST /a abcde") << at;
    EXPECT_EQ(client.read_body(), "GET /b ") << at;
    EXPECT_EQ(client.read_all(), "");
  }
}

TEST_F(HttpServerTest, MalformedRequestsGet400AndTheEnd) {
  start();
  const std::string tail = "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  for (const std::string& head :
       {std::string(
            "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked"),
        std::string("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz"),
        std::string("GET / HTTP/1.1\nHost: h"),
        std::string("GET / HTTP/1.1\r\nHost: h\r\n X: folded"), std::string("\x01\x02\x03"),
        std::string("GET / HTTP/9.9\r\nHost: h")}) {
    std::string answer = ask(head + tail);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << head << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
    EXPECT_EQ(answer.find("smuggled"), std::string::npos);
  }
}

TEST_F(HttpServerTest, HeadLimits) {
  HttpServer::Limits limits;
  limits.header_bytes_max = 1'000;
  limits.header_count_max = 5;
  start_with_limits(limits);
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(1'000, 'x') + "\r\n\r\n")
                  .starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(ask("GET / HTTP/1.1\r\nHost: h\r\na:1\r\nb:1\r\nc:1\r\nd:1\r\ne:1\r\n\r\n")
                  .starts_with("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, SlowClientsAreCut) {
  HttpServer::Limits limits;
  limits.header_timeout_ms = 40;
  limits.body_idle_timeout_ms = 40;
  limits.keep_alive_timeout_ms = 40;
  start_with_limits(limits);
  RawClient head(port());
  head.write("GET / HTTP/1.1\r\nHo");
  EXPECT_TRUE(head.read_all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  RawClient body(port());
  body.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc");
  EXPECT_TRUE(body.read_all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  RawClient idle(port());
  EXPECT_EQ(idle.read_all(), "");
}

TEST_F(HttpServerTest, ABodyThatDribblesIsCutThoughItIsNeverIdle) {
  HttpServer::Limits limits;
  limits.body_idle_timeout_ms = 60;
  limits.body_bytes_per_s_min = 1'000'000;
  start_with_limits(limits);
  RawClient client(port());
  client.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  // Writes until the server has answered; the answer must come although bytes keep coming.
  pollfd poll_fd{client.fd(), POLLIN, 0};
  int writes = 0;
  while (::poll(&poll_fd, 1, 5) == 0 && writes < 2'000 && client.write("x"))
    ++writes;
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 408 "));
  EXPECT_LT(writes, 2'000);
}

TEST_F(HttpServerTest, ExpectContinueHasItsReason) {
  start();
  RawClient client(port());
  client.write("PUT /k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.write("abc");
  EXPECT_EQ(client.read_body(), "PUT /k abc");
}

TEST_F(HttpServerTest, ABodyIsRefusedAsItArrives) {
  size_t admitted = 0;
  handler_.plan = [&](const RequestHead&) {
    BodyPlan plan = BodyPlan::buffer(1 << 20);
    plan.admit = [&](size_t bytes) -> std::optional<Response> {
      admitted += bytes;
      if (admitted <= 10) return std::nullopt;
      return Response(503, "later");
    };
    return plan;
  };
  start();
  RawClient client(port());
  client.write("PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 7\r\n\r\n1234567");
  EXPECT_EQ(client.read_body(), "PUT /k 1234567");
  EXPECT_EQ(admitted, 7u);
  client.write("PUT /k HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n1234567");
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(admitted, 14u);
}

TEST_F(HttpServerTest, ARefusedExpectationIsAnsweredWithoutTheBody) {
  handler_.plan = [](const RequestHead&) { return BodyPlan::refuse(Response(403, "no")); };
  start();
  RawClient client(port());
  client.write("PUT /k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_TRUE(client.read_all().starts_with("HTTP/1.1 403 Forbidden\r\n"));
}

TEST_F(HttpServerTest, TooLargeBodiesAreRefused) {
  handler_.plan = [](const RequestHead&) { return BodyPlan::buffer(10); };
  start();
  RawClient by_length(port());
  by_length.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(by_length.read_all().starts_with("HTTP/1.1 413 "));
  RawClient by_chunks(port());
  by_chunks.write(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n");
  EXPECT_TRUE(by_chunks.read_all().starts_with("HTTP/1.1 413 "));
}

TEST_F(HttpServerTest, HeadAndStatusesWithoutBody) {
  handler_.handle = [](Request request, Responder responder) {
    Response response(200, "body");
    if (request.head.path == "/204") response = Response(204);
    if (request.head.path == "/304") response = Response(304);
    if (request.head.path == "/given") {
      response = Response(200);
      response.head_length = 12345;
    }
    responder.send(std::move(response));
  };
  start();
  RawClient client(port());
  client.write("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nHEAD /given HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 12345\r\n"), std::string::npos);
  client.write(
      "GET /204 HTTP/1.1\r\nHost: h\r\n\r\nGET /304 HTTP/1.1\r\nHost: h\r\n\r\nGET /a "
      "HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string none = client.read_until("\r\n\r\n");
  EXPECT_TRUE(none.starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_EQ(none.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 304 Not Modified\r\n"));
  EXPECT_EQ(client.read_body(), "body");
}

TEST_F(HttpServerTest, Http10ClosesUnlessAskedOtherwise) {
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(client.read_response().find("Connection: keep-alive\r\n"), std::string::npos);
  client.write("GET / HTTP/1.0\r\n\r\n");
  EXPECT_NE(client.read_all().find("Connection: close\r\n"), std::string::npos);
}

TEST_F(HttpServerTest, ADroppedResponderAnswers500) {
  handler_.handle = [](Request, Responder) {};
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
}

TEST_F(HttpServerTest, AThrowingLibraryAnswers500) {
  handler_.handle = [](Request, Responder) { std::vector<int>().at(1); };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.read_response().starts_with("HTTP/1.1 500 "));
}

TEST_F(HttpServerTest, OnlyTheFirstAnswerCounts) {
  handler_.handle = [](Request, Responder responder) {
    Responder copy = responder;
    copy.send(Response(200, "first"));
    responder.send(Response(200, "second"));
  };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_body(), "first");
  EXPECT_EQ(client.read_body(), "first");
}

TEST_F(HttpServerTest, AClientThatLeavesIsNoticed) {
  Signal arrived;
  Signal gone;
  std::optional<Responder> kept;
  handler_.handle = [&](Request, Responder responder) {
    responder.on_client_gone([&] { gone.set(); });
    kept = responder;
    arrived.set();
  };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(arrived.wait());
  EXPECT_FALSE(kept->client_gone());
  client.reset();
  EXPECT_TRUE(gone.wait());
  EXPECT_TRUE(kept->client_gone());
  kept->send(Response(200, "nobody reads this"));
  kept.reset();
}

TEST_F(HttpServerTest, AHalfClosedClientStillGetsItsAnswer) {
  start();
  EXPECT_NE(ask("GET /x HTTP/1.1\r\nHost: h\r\n\r\n").find("GET /x"), std::string::npos);
}

struct CollectingSink : BodySink {
  std::string* bytes;
  Status result;
  bool* destroyed;
  CollectingSink(std::string* out, bool* gone) : bytes(out), destroyed(gone) {}
  ~CollectingSink() override { *destroyed = true; }
  Status write(std::string_view part) override {
    bytes->append(part);
    return result;
  }
  Status finish() override {
    bytes->append("|end");
    return {};
  }
};

TEST_F(HttpServerTest, LargeBodiesStreamIntoASink) {
  std::string received;
  bool destroyed = false;
  handler_.plan = [&](const RequestHead& head) {
    if (head.method == "GET") return BodyPlan::buffer(0);
    return BodyPlan::stream(std::make_unique<CollectingSink>(&received, &destroyed), 1 << 30);
  };
  handler_.handle = [&](Request request, Responder responder) {
    EXPECT_TRUE(request.body_status.ok());
    responder.send(Response(200, std::to_string(received.size())));
  };
  start();
  std::string big(5 << 20, 'x');
  for (size_t i = 0; i < big.size(); i += 977)
    big[i] = static_cast<char>(i);
  RawClient client(port());
  client.write("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(big.size()) +
               "\r\n\r\n");
  client.write(big);
  EXPECT_EQ(client.read_body(), std::to_string(big.size() + 4));
  EXPECT_TRUE(received == big + "|end");
  received.clear();
  client.write("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read_body(), "4");
  received.clear();
  client.write(
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_EQ(client.read_body(), "7");
}

TEST_F(HttpServerTest, ASinkThatFailsIsReported) {
  std::string received;
  bool destroyed = false;
  handler_.plan = [&](const RequestHead&) {
    auto sink = std::make_unique<CollectingSink>(&received, &destroyed);
    sink->result = Error("InternalError", 500, "disk full");
    return BodyPlan::stream(std::move(sink), 1 << 30);
  };
  handler_.handle = [&](Request request, Responder responder) {
    EXPECT_FALSE(request.body_status.ok());
    responder.send(Response(507, request.body_status.error().message()));
  };
  start();
  RawClient client(port());
  client.write("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  client.write(std::string(1'000, 'x'));
  EXPECT_TRUE(client.read_all().ends_with("disk full"));
}

TEST_F(HttpServerTest, ASinkIsLetGoWhenTheClientLeaves) {
  std::string received;
  struct Watch : BodySink {
    Signal& wrote;
    Signal& destroyed;
    Watch(Signal& w, Signal& d) : wrote(w), destroyed(d) {}
    ~Watch() override { destroyed.set(); }
    Status write(std::string_view) override { return wrote.set(), ok_status(); }
    Status finish() override { return Error::internal("must not be called"); }
  };
  Signal wrote;
  Signal destroyed;
  handler_.plan = [&](const RequestHead&) {
    return BodyPlan::stream(std::make_unique<Watch>(wrote, destroyed), 1 << 30);
  };
  handler_.handle = [&](Request, Responder) { ADD_FAILURE(); };
  start();
  RawClient client(port());
  client.write("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");
  ASSERT_TRUE(wrote.wait());
  client.close();
  EXPECT_TRUE(destroyed.wait());
}

TEST_F(HttpServerTest, AFullPoolIsReportedAsThrottling) {
  Runtime small(system_clock(), {.io_threads = 1, .worker_threads_max = 1, .worker_queue_max = 1});
  ASSERT_TRUE(small.start().ok());
  std::string received;
  bool destroyed = false;
  handler_.plan = [&](const RequestHead&) {
    return BodyPlan::stream(std::make_unique<CollectingSink>(&received, &destroyed), 1 << 30);
  };
  handler_.handle = [&](Request request, Responder responder) {
    responder.send(
        Response(503, request.body_status.ok() ? "ok" : request.body_status.error().code()));
  };
  HttpServer server(small, handler_, {});
  ASSERT_TRUE(server.start().ok());
  Signal running;
  Signal release;
  small.post([&] { running.set(), release.wait(); });
  ASSERT_TRUE(running.wait());
  small.post([] {});
  RawClient client(server.port());
  client.write("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(client.read_body(), "ThrottlingException");
  release.set();
  server.stop(0);
  small.stop();
}

std::shared_ptr<FileHandle> open_for_reading(const std::string& path) {
  return std::make_shared<FileHandle>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

TEST_F(HttpServerTest, FileRangesAreSent) {
  TempDir dir;
  std::string content(3 << 20, 'a');
  for (size_t i = 0; i < content.size(); i += 501)
    content[i] = static_cast<char>(i * 7);
  std::ofstream(dir.path() + "/f", std::ios::binary) << content;
  handler_.handle = [&](Request request, Responder responder) {
    Response response(200);
    FileBody body{open_for_reading(dir.path() + "/f"), 1'000, 2'000'000};
    if (request.head.path == "/short") body.length = content.size();  // ends early
    response.body = body;
    responder.send(std::move(response));
  };
  start();
  RawClient client(port());
  client.write(
      "GET / HTTP/1.1\r\nHost: h\r\n\r\nHEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: "
      "h\r\n\r\n");
  EXPECT_TRUE(client.read_body() == content.substr(1'000, 2'000'000));
  EXPECT_NE(client.read_until("\r\n\r\n").find("Content-Length: 2000000"), std::string::npos);
  EXPECT_TRUE(client.read_body() == content.substr(1'000, 2'000'000));
  client.write("GET /short HTTP/1.1\r\nHost: h\r\n\r\n");
  std::string cut = client.read_all();
  EXPECT_LT(cut.size(), content.size());
}

TEST_F(HttpServerTest, LargeStringsAreSentWhole) {
  std::string content(3 << 20, 'b');
  handler_.handle = [&](Request, Responder responder) { responder.send(Response(200, content)); };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.read_body() == content);
  EXPECT_TRUE(client.read_body() == content);
}

struct Counting : BodySource {
  int left;
  bool fails;
  Counting(int n, bool f) : left(n), fails(f) {}
  void next(std::function<void(Result<std::string>)> done) override {
    if (left == 0 && fails) return done(Error::internal("broken"));
    done(left == 0 ? std::string() : "piece" + std::to_string(left--));
  }
};

TEST_F(HttpServerTest, SourcesAreSentInChunks) {
  handler_.handle = [&](Request request, Responder responder) {
    Response response(200);
    response.body = std::make_unique<Counting>(2, request.head.path == "/fails");
    responder.send(std::move(response));
  };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(client.read_until("\r\n\r\n").find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "6\r\npiece2\r\n6\r\npiece1\r\n0\r\n\r\n");
  client.write("GET / HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(client.read_all().ends_with("\r\n\r\npiece2piece1"));
  RawClient broken(port());
  broken.write("GET /fails HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_FALSE(broken.read_all().ends_with("0\r\n\r\n"));
}

TEST_F(HttpServerTest, TooManyConnectionsAreTurnedAway) {
  HttpServer::Limits limits;
  limits.connections_max = 1;
  start_with_limits(limits);
  RawClient first(port());
  first.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  first.read_response();
  RawClient second(port());
  EXPECT_TRUE(second.read_all().starts_with("HTTP/1.1 503 "));
}

TEST_F(HttpServerTest, StopDrainsARequestInProgress) {
  Signal arrived;
  std::optional<Responder> kept;
  handler_.handle = [&](Request, Responder responder) {
    kept = responder;
    arrived.set();
  };
  start();
  RawClient idle(port());
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(arrived.wait());
  std::thread stopper([&] { server_->stop(10'000); });
  EXPECT_EQ(idle.read_all(), "");  // closed at once
  kept->send(Response(200, "last"));
  kept.reset();
  std::string answer = client.read_all();
  EXPECT_TRUE(answer.ends_with("last"));
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  stopper.join();
  EXPECT_EQ(server_->connection_count(), 0u);
}

TEST_F(HttpServerTest, StopCutsWhatDoesNotEnd) {
  Signal arrived;
  std::optional<Responder> kept;
  handler_.handle = [&](Request, Responder responder) {
    kept = responder;
    arrived.set();
  };
  start();
  RawClient client(port());
  client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(arrived.wait());
  server_->stop(1);
  EXPECT_EQ(client.read_all(), "");
  kept->send(Response(200));
  kept.reset();
}

TEST(HttpServerStart, APortInUseIsAnError) {
  Runtime runtime(system_clock(), {.io_threads = 1});
  ASSERT_TRUE(runtime.start().ok());
  ScriptedHandler handler;
  HttpServer first(runtime, handler, {});
  ASSERT_TRUE(first.start().ok());
  HttpServer::Options options;
  options.port = first.port();
  HttpServer second(runtime, handler, options);
  Status status = second.start();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message().find("Address already in use"), std::string::npos);
}

}  // namespace
}  // namespace millrace::net
