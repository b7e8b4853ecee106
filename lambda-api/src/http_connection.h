// HttpConnection: one kept-alive HTTP/1.1 connection to the Runtime API, opened when it is needed.
//
// Only what that API uses: numeric address, no TLS, bodies by length or chunked. Blocking; one
// thread. Sizes are bounded: a head of kHeadBytesMax, a body of kBodyBytesMax.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lambda_api/error.h"
#include "lambda_api/http.h"

namespace lambda_api {

class HttpConnection {
 public:
  static constexpr size_t kHeadBytesMax = 256 * 1024;
  static constexpr size_t kBodyBytesMax = 64 * 1024 * 1024;

  struct Answer {
    int status = 0;
    Headers headers;
    std::string body;
  };

  explicit HttpConnection(std::string_view address);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Error: no connection, or what came back is no HTTP. A request on a connection that the other
  // side had closed meanwhile is sent once more on a new one.
  Result<Answer> get(std::string_view path);
  Result<Answer> post(std::string_view path, const Headers& headers, std::string_view body);

 private:
  Result<Answer> exchange(std::string_view request);
  Result<void> open();
  void close();
  bool send_all(std::string_view bytes);
  // Appends what arrives to buffer_; false at the end of the stream or on an error.
  bool receive();
  Result<Answer> read_answer();
  Result<std::string> read_body(const Headers& headers);
  Result<std::string> read_chunks();
  // Takes `count` bytes off the stream.
  Result<std::string> read_bytes(size_t count);
  Result<std::string> read_line();

  std::string address_;
  int socket_ = -1;
  std::string buffer_;
};

}  // namespace lambda_api
