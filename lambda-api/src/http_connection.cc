#include "http_connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace lambda_api {

namespace {

Failure broken(std::string_view what) { return failure(502, "RuntimeApi", what); }

template <typename Number>
bool read_number(std::string_view text, Number& out, int base) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return status == std::errc() && end == text.data() + text.size();
}

}  // namespace

HttpConnection::HttpConnection(std::string_view address) : address_(address) {}

HttpConnection::~HttpConnection() { close(); }

Result<HttpConnection::Answer> HttpConnection::get(std::string_view path) {
  return exchange("GET " + std::string(path) + " HTTP/1.1\r\nHost: " + address_ + "\r\n\r\n");
}

Result<HttpConnection::Answer> HttpConnection::post(std::string_view path, const Headers& headers,
                                                    std::string_view body) {
  std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nHost: " + address_ + "\r\n";
  for (const auto& [name, value] : headers.fields())
    request.append(name).append(": ").append(value).append("\r\n");
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  request += body;
  return exchange(request);
}

Result<HttpConnection::Answer> HttpConnection::exchange(std::string_view request) {
  const bool reused = socket_ >= 0;
  if (!reused) {
    if (auto opened = open(); !opened) return Failure(opened.error());
  }
  const bool sent = send_all(request);
  if (sent && (!buffer_.empty() || receive())) return read_answer();
  close();
  if (!reused) return broken("the connection closed before an answer");
  return exchange(request);
}

Result<void> HttpConnection::open() {
  const size_t colon = address_.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  uint16_t port = 0;
  if (colon == std::string::npos ||
      !read_number(std::string_view(address_).substr(colon + 1), port, 10) ||
      inet_pton(AF_INET, address_.substr(0, colon).c_str(), &to.sin_addr) != 1) {
    return broken("\"" + address_ + "\" is no address of the form 127.0.0.1:9001");
  }
  to.sin_port = htons(port);
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    const std::string why = std::strerror(errno);
    close();
    return broken("cannot connect to " + address_ + ": " + why);
  }
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {};
}

void HttpConnection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  buffer_.clear();
}

bool HttpConnection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool HttpConnection::receive() {
  char chunk[16 * 1024];
  ssize_t n;
  do {
    n = ::recv(socket_, chunk, sizeof chunk, 0);
  } while (n < 0 && errno == EINTR);
  if (n <= 0) return false;
  buffer_.append(chunk, static_cast<size_t>(n));
  return true;
}

Result<HttpConnection::Answer> HttpConnection::read_answer() {
  Answer answer;
  Result<std::string> line = read_line();
  if (!line) return Failure(line.error());
  if (!line->starts_with("HTTP/1.") || line->size() < 12 ||
      !read_number(std::string_view(*line).substr(9, 3), answer.status, 10)) {
    close();
    return broken("not an HTTP answer");
  }
  size_t head_bytes = line->size();
  while (true) {
    line = read_line();
    if (!line) return Failure(line.error());
    if (line->empty()) break;
    head_bytes += line->size();
    const size_t colon = line->find(':');
    if (colon == std::string::npos || head_bytes > kHeadBytesMax) {
      close();
      return broken("malformed or too large head");
    }
    size_t begin = line->find_first_not_of(" \t", colon + 1);
    if (begin == std::string::npos) begin = line->size();
    answer.headers.add(line->substr(0, colon),
                       line->substr(begin, line->find_last_not_of(" \t") + 1 - begin));
  }
  Result<std::string> body = read_body(answer.headers);
  if (!body) {
    close();
    return Failure(body.error());
  }
  answer.body = std::move(*body);
  if (answer.headers.get("connection") == "close") close();
  return answer;
}

Result<std::string> HttpConnection::read_body(const Headers& headers) {
  if (headers.get("transfer-encoding") == "chunked") return read_chunks();
  const auto length = headers.get("content-length");
  if (!length) return std::string();
  size_t count = 0;
  if (!read_number(*length, count, 10) || count > kBodyBytesMax)
    return broken("bad Content-Length");
  return read_bytes(count);
}

Result<std::string> HttpConnection::read_chunks() {
  std::string body;
  while (true) {
    Result<std::string> line = read_line();
    if (!line) return line;
    size_t count = 0;
    if (!read_number(std::string_view(*line).substr(0, line->find(';')), count, 16) ||
        count > kBodyBytesMax - body.size()) {
      return broken("bad chunk");
    }
    if (count == 0) break;
    Result<std::string> bytes = read_bytes(count);
    if (!bytes) return bytes;
    body += *bytes;
    if (line = read_line(); !line) return line;
  }
  for (Result<std::string> line = read_line(); !line || !line->empty(); line = read_line()) {
    if (!line) return line;
  }
  return body;
}

Result<std::string> HttpConnection::read_bytes(size_t count) {
  while (buffer_.size() < count) {
    if (!receive()) return broken("the connection closed amid an answer");
  }
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

Result<std::string> HttpConnection::read_line() {
  size_t end;
  while ((end = buffer_.find("\r\n")) == std::string::npos) {
    if (buffer_.size() > kHeadBytesMax || !receive()) {
      close();
      return broken("the connection closed amid an answer");
    }
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

}  // namespace lambda_api
