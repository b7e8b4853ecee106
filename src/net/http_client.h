// HttpClient: HTTP/1.1 requests with a pool of kept-alive connections for each origin.
//
// It neither retries nor follows redirects: the caller knows what may be repeated. For that
// decision a failure says how far the request got (Sent). Threads: send() from any thread;
// callbacks run on io threads and must not block. The client outlives its callbacks: stop() (or the
// destructor) ends all requests with an error and waits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/http_message.h"

namespace millrace::net {

class Runtime;

// How much of a request may have reached the server.
enum class Sent {
  kNever,     // no byte was written: safe to repeat
  kUnknown,   // written, wholly or in part, and no answer came
  kAnswered,  // an answer began
};

// Takes a response body as it arrives. Runs on io threads.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  // `resume` is called, once and from any thread, when the next piece may come, or with an error to
  // give up. The bytes are valid until then.
  virtual void write(std::string_view bytes, std::function<void(Status)> resume) = 0;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;  // http://host[:port]/path?query or https://; sent as it stands
  std::vector<std::pair<std::string, std::string>> headers;  // Host and Content-Length are added
  std::variant<std::string, FileBody> body;
  int64_t connect_timeout_ms = 10'000;        // DNS, TCP and TLS
  int64_t response_timeout_ms = 60'000;       // last request byte to the end of the response head
  int64_t idle_timeout_ms = 60'000;           // between two pieces of the body, either way
  uint64_t response_bytes_max = 64ull << 20;  // without a sink; beyond it: an error
  std::shared_ptr<ResponseSink> sink;         // for 2xx answers; other bodies are buffered
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names as sent
  std::string body;                                          // empty when it went to the sink
  std::string_view header(std::string_view name) const;      // first value, any case
};

struct ClientOutcome {
  Result<ClientResponse> response;
  Sent sent = Sent::kNever;  // of interest when `response` is an error
};

class HttpClient {
 public:
  struct Options {
    std::string ca_file;  // empty: the system's CAs
    enum class Verify { kFull, kNone } verify = Verify::kFull;
    size_t idle_connections_per_origin_max = 32;
    size_t connections_per_origin_max = 256;  // beyond it: ThrottlingException, Sent::kNever
    int64_t pool_idle_ms = 20'000;            // below what servers allow
  };
  using Callback = std::function<void(ClientOutcome)>;

  HttpClient(Runtime& runtime, Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `done` is called exactly once, never inside send().
  void send(ClientRequest request, Callback done);
  // Waits for the outcome. Not from an io thread. For command lines and tests.
  ClientOutcome send_blocking(ClientRequest request);
  void stop();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace millrace::net
