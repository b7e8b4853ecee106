// HTTP/1.1 messages as the server and its handlers see them.
//
// RequestHead keeps the client's bytes: header names keep their case and order, repeated headers
// stay apart, path and query are raw (still percent-encoded). Its views point into text that it
// owns. Response holds its header lines as one text, so that answering costs one allocation. Thread
// safety: values; no shared state.
#pragma once

#include <atomic>
#include <cstddef>
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

namespace millrace::net {

struct HeaderView {
  std::string_view name;
  std::string_view value;
};

// The two ends of a connection, the same for all its requests.
struct Connection {
  std::string peer;  // the client's address without port
  uint16_t peer_port = 0;
  std::string local;
  uint16_t local_port = 0;
  // For the handler: what it has found out about the client. Zero at first.
  mutable std::atomic<int> note{0};
};

// Move-only; the views stay valid across moves.
struct RequestHead {
  std::string_view method;
  std::string_view target;  // as on the request line
  std::string_view path;    // without query and, in absolute form, without the authority
  std::string_view query;   // without '?'; empty when there is none
  std::string_view host;    // Host header or the authority of an absolute target; may have a port
  std::vector<HeaderView> headers;
  int version_minor = 1;  // HTTP/1.x
  bool is_tls = false;
  bool expects_continue = false;
  std::optional<uint64_t> content_length;  // none when chunked or without a body
  bool is_chunked = false;
  std::string peer;                              // the client's address without port
  std::shared_ptr<const Connection> connection;  // none in a head that came from no connection

  // First value of `name` (any case); empty when absent.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
  // host without the port; "[::1]" loses its brackets.
  std::string_view host_name() const;

  std::unique_ptr<char[]> text;  // what the views point into
};

// Parses one whole head ("GET / HTTP/1.1\r\n...\r\n\r\n"); strict. For tests and fuzzing; the
// server uses the same code.
Result<RequestHead> parse_request_head(std::string_view text);

// A file descriptor, closed at the end; or one that `owner` closes.
class FileHandle {
 public:
  explicit FileHandle(int fd) : fd_(fd) {}
  FileHandle(int fd, std::shared_ptr<const void> owner) : fd_(fd), owner_(std::move(owner)) {}
  ~FileHandle();
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
  std::shared_ptr<const void> owner_;
};

// Part of a file as a body. Sent in pieces, never whole in memory.
struct FileBody {
  std::shared_ptr<const FileHandle> file;
  uint64_t offset = 0;
  uint64_t length = 0;
};

// A body made while it is sent. The server asks for one piece at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Known length, or none: then the answer is chunked.
  virtual std::optional<uint64_t> length() const { return std::nullopt; }
  // Calls `done` once, from any thread, with the next piece (any size; the server bounds nothing
  // here), an empty one at the end, or an error, which cuts the connection. Must not block.
  virtual void next(std::function<void(Result<std::string>)> done) = 0;
};

using Body = std::variant<std::string, FileBody, std::unique_ptr<BodySource>>;

struct Response {
  Response() = default;
  explicit Response(int status_code, std::string text = {}, std::string_view content_type = {});

  // CR, LF and NUL in name or value become spaces: no response splitting. Date, Content-Length,
  // Transfer-Encoding and Connection are the server's to write: they are dropped here.
  Response& add(std::string_view name, std::string_view value);
  // First value of `name` (any case) that was added; empty when absent.
  std::string_view header(std::string_view name) const;
  const std::string& header_lines() const { return header_lines_; }

  int status = 200;
  Body body;
  // What Content-Length says in an answer to HEAD whose body is not at hand.
  std::optional<uint64_t> head_length;
  bool close = false;  // end the connection after this answer

 private:
  std::string header_lines_;  // "Name: value\r\n"...
};

std::string_view reason_phrase(int status);

}  // namespace millrace::net
