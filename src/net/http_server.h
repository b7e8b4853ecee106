// HttpServer: HTTP/1.1 and TLS on one port, told apart by the first byte.
//
// Accepted connections go round robin to the io threads and stay there. Requests of a connection
// are handled one after another and answered in order. Heads are parsed by llhttp in strict mode
// behind our own line scanner; whatever two parsers could read differently (request smuggling) is a
// 400 and ends the connection. `CONNECT host:port` to an AWS name opens a tunnel that ends here:
// SDKs that know no endpoint setting reach us as their HTTPS proxy.
//
// Threads: Handler methods run on io threads and must not block; BodySink methods run on workers
// and may. A Responder may be used from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http_message.h"

namespace millrace::net {

class Runtime;
class CertificateAuthority;
class Exchange;

// Takes a request body that is not to be held in memory. Calls come one at a time, in order, on
// worker threads. Destroyed without finish() when the client went away or write() failed.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Status write(std::string_view bytes) = 0;
  virtual Status finish() = 0;
};

struct Request {
  RequestHead head;
  std::string body;                  // when buffered
  std::unique_ptr<BodySink> sink;    // when streamed: what on_head gave, now finished
  Status body_status;                // the sink's error, if it had one
  std::shared_ptr<void> attachment;  // what on_head put into its plan
};

// What to do with the body of a request, decided from its head.
struct BodyPlan {
  enum class Kind { kBuffer, kStream, kRefuse };
  Kind kind = Kind::kBuffer;
  uint64_t bytes_max = 0;  // kBuffer and kStream; beyond it: Handler::on_body_too_large
  std::unique_ptr<BodySink> sink;
  Response refusal;
  std::shared_ptr<void> attachment;  // handed to on_request, so that a head is thought about once
  // kBuffer: asked on the io thread for every piece of the body that arrives, before it is kept. A
  // response refuses the request. Let go of before on_request.
  std::function<std::optional<Response>(size_t bytes)> admit;

  static BodyPlan buffer(uint64_t bytes_max);
  static BodyPlan stream(std::unique_ptr<BodySink> sink, uint64_t bytes_max);
  static BodyPlan refuse(Response response);
};

// The right, and duty, to answer one request. Copyable: all copies stand for the same request; the
// first send() counts. When the last copy is gone unanswered, the client gets a 500.
class Responder {
 public:
  explicit Responder(std::shared_ptr<Exchange> exchange);
  void send(Response response) const;
  // The client closed its side or the connection failed. An answer may be sent all the same.
  bool client_gone() const;
  // Runs `fn` on the io thread when the client goes away before the answer; at once when it has
  // already. One callback for a request.
  void on_client_gone(std::function<void()> fn) const;
  // Runs `fn` on the connection's io thread, at once when this is it: for making an answer
  // elsewhere than on the thread that brought the result.
  void run_on_io(std::function<void()> fn) const;

 private:
  std::shared_ptr<Exchange> exchange_;
};

class Handler {
 public:
  virtual ~Handler() = default;
  virtual BodyPlan on_head(const RequestHead& head) = 0;
  virtual void on_request(Request request, Responder responder) = 0;
  virtual Response on_body_too_large(const RequestHead& head);
};

// Of a numeric address: only this machine can be at the other end.
bool is_loopback(std::string_view address);

class HttpServer {
 public:
  struct Limits {
    size_t header_bytes_max = 64 * 1024;
    size_t header_count_max = 200;
    size_t target_bytes_max = 16 * 1024;
    size_t connections_max = 10'000;
    int64_t header_timeout_ms = 30'000;  // first byte of a head (or of a handshake) to its end
    int64_t body_idle_timeout_ms = 60'000;
    int64_t body_bytes_per_s_min = 256;  // below it on average, after the idle time: cut
    int64_t keep_alive_timeout_ms = 120'000;
    int64_t write_idle_timeout_ms = 60'000;  // the client does not take our answer
  };
  struct Options {
    std::string address = "127.0.0.1";
    uint16_t port = 0;  // 0: any free one
    Limits limits;
    CertificateAuthority* authority = nullptr;  // none: TLS hellos are refused
    // Hosts that CONNECT may name: whole domains below these.
    std::vector<std::string> connect_suffixes = {".amazonaws.com", ".on.aws", ".api.aws"};
  };

  // All references outlive the server; `handler` also outlives every Responder.
  HttpServer(Runtime& runtime, Handler& handler, Options options);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Takes the port, which is known afterwards; clients that connect wait for start().
  Status bind();
  // Serves. Binds first where that was not done.
  Status start();
  uint16_t port() const;
  size_t connection_count() const;

  // Stops accepting, closes idle connections, waits up to `drain_ms` for requests in progress and
  // their answers, then cuts what is left. Blocks; not from an io thread. Idempotent.
  void stop(int64_t drain_ms = 10'000);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::net
