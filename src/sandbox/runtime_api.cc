#include "sandbox/runtime_api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/check.h"
#include "base/encoding.h"

namespace millrace::sandbox {
namespace {

constexpr std::string_view kPrefix = "/2018-06-01/";
constexpr std::string_view kAccepted = "{\"status\":\"OK\"}\n";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// A header value must not end the header: a client context comes from the caller of Invoke.
std::string header_value(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n' || c == 0; }, ' ');
  return out;
}

std::string error_body(std::string_view type, std::string_view message) {
  return fmt::format("{{\"errorMessage\":\"{}\",\"errorType\":\"{}\"}}\n", message, type);
}

}  // namespace

bool RuntimeApi::connect(ConnectionId connection) {
  if (connections_.size() >= kConnectionsMax) return false;
  connections_[connection];
  return true;
}

void RuntimeApi::disconnect(ConnectionId connection) {
  auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  // A process that hangs up on its /next may ask again; until then it is not waiting.
  if (found->second.is_waiting && state_ == State::kWaiting) state_ = State::kAnswered;
  connections_.erase(found);
}

void RuntimeApi::receive(ConnectionId connection, std::string_view bytes) {
  auto found = connections_.find(connection);
  if (found == connections_.end()) return;
  found->second.in.append(bytes);
  while (true) {
    // A delegate call may have closed it.
    found = connections_.find(connection);
    if (found == connections_.end()) return;
    Connection& c = found->second;
    // Requests behind an open /next wait; this bounds what one connection can pile up.
    if (c.is_waiting) {
      compact(c);
      if (c.in.size() > kHeadBytesMax) fail(connection, "400 Bad Request");
      return;
    }
    bool progressed = c.in_body ? read_body(connection, c) : read_head(connection, c);
    if (!progressed) break;
  }
  found = connections_.find(connection);
  if (found == connections_.end()) return;
  compact(found->second);
  if (!found->second.is_waiting) flush(connection, found->second);
}

void RuntimeApi::compact(Connection& c) {
  c.in.erase(0, c.at);
  c.at = 0;
}

bool RuntimeApi::read_head(ConnectionId id, Connection& c) {
  std::string_view unread = c.unread();
  size_t end = unread.find("\r\n\r\n");
  if (end == unread.npos || end > kHeadBytesMax) {
    if (unread.size() > kHeadBytesMax) fail(id, "431 Request Header Fields Too Large");
    return false;
  }
  std::string head(unread.substr(0, end));
  c.at += end + 4;
  std::string_view rest = head;
  size_t eol = rest.find("\r\n");
  std::string_view line = rest.substr(0, eol);
  rest = eol == rest.npos ? std::string_view() : rest.substr(eol + 2);
  size_t space = line.find(' ');
  size_t space2 = line.rfind(' ');
  if (space == line.npos || space2 == space || !line.substr(space2).starts_with(" HTTP/1.")) {
    fail(id, "400 Bad Request");
    return false;
  }
  c.method = line.substr(0, space);
  c.path = line.substr(space + 1, space2 - space - 1);
  c.close_after = line.ends_with("1.0");
  c.error_type.clear();
  c.body.clear();
  c.body_kind = BodyKind::kLength;
  c.body_left = c.chunk_left = c.body_bytes = 0;
  c.in_trailers = c.body_too_large = false;
  while (!rest.empty()) {
    eol = rest.find("\r\n");
    line = rest.substr(0, eol);
    rest = eol == rest.npos ? std::string_view() : rest.substr(eol + 2);
    size_t colon = line.find(':');
    if (colon == line.npos || colon == 0) {
      fail(id, "400 Bad Request");
      return false;
    }
    std::string_view name = line.substr(0, colon);
    std::string_view value = trim(line.substr(colon + 1));
    if (ascii_iequals(name, "content-length")) {
      auto [p, ec] = std::from_chars(value.data(), value.data() + value.size(), c.body_left);
      if (ec != std::errc() || p != value.data() + value.size()) {
        fail(id, "400 Bad Request");
        return false;
      }
    } else if (ascii_iequals(name, "transfer-encoding")) {
      if (ascii_iequals(value, "chunked")) c.body_kind = BodyKind::kChunked;
    } else if (ascii_iequals(name, "connection")) {
      if (ascii_iequals(value, "close")) c.close_after = true;
    } else if (ascii_iequals(name, "lambda-runtime-function-error-type")) {
      c.error_type = value;
    } else if (ascii_iequals(name, "expect")) {
      delegate_.send(id, "HTTP/1.1 100 Continue\r\n\r\n");
    }
  }
  c.in_body = true;
  return true;
}

bool RuntimeApi::take_body(ConnectionId id, Connection& c, std::string_view bytes) {
  c.body_bytes += bytes.size();
  if (c.body_bytes <= kResponseBytesMax) {
    c.body.append(bytes);
    return true;
  }
  c.body_too_large = true;
  c.body.clear();
  if (c.body_bytes <= kDrainedBytesMax) return true;
  c.close_after = true;
  dispatch(id, c);
  auto found = connections_.find(id);  // a delegate call may have closed it
  if (found != connections_.end() && !found->second.is_waiting) flush(id, found->second);
  return false;
}

bool RuntimeApi::read_body(ConnectionId id, Connection& c) {
  if (c.body_kind == BodyKind::kChunked) return read_chunked(id, c);
  std::string_view bytes = c.unread().substr(0, c.body_left);
  c.at += bytes.size();
  c.body_left -= bytes.size();
  if (!take_body(id, c, bytes)) return false;
  if (c.body_left > 0) return false;
  dispatch(id, c);
  return true;
}

bool RuntimeApi::read_chunked(ConnectionId id, Connection& c) {
  if (c.chunk_left > 0) {
    // The two bytes behind a chunk's data are counted with it.
    std::string_view bytes = c.unread().substr(0, c.chunk_left);
    size_t data = c.chunk_left > 2 ? std::min(bytes.size(), c.chunk_left - 2) : 0;
    c.at += bytes.size();
    c.chunk_left -= bytes.size();
    return take_body(id, c, bytes.substr(0, data)) && !bytes.empty();
  }
  std::string_view unread = c.unread();
  size_t eol = unread.find("\r\n");
  if (eol == unread.npos) {
    if (unread.size() > kHeadBytesMax) fail(id, "400 Bad Request");
    return false;
  }
  std::string line(unread.substr(0, eol));
  c.at += eol + 2;
  if (c.in_trailers) {
    if (!line.empty()) {
      size_t colon = line.find(':');
      if (colon != line.npos && ascii_iequals(std::string_view(line).substr(0, colon),
                                              "lambda-runtime-function-error-type")) {
        c.error_type = trim(std::string_view(line).substr(colon + 1));
      }
      return true;
    }
    dispatch(id, c);
    return true;
  }
  size_t size = 0;
  auto [p, ec] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  if (ec != std::errc() || size > (size_t{1} << 40) ||
      (p != line.data() + line.size() && *p != ';')) {
    fail(id, "400 Bad Request");
    return false;
  }
  if (size == 0) {
    c.in_trailers = true;
  } else {
    c.chunk_left = size + 2;
  }
  return true;
}

void RuntimeApi::fail(ConnectionId id, std::string_view status) {
  delegate_.send(
      id, fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status));
  disconnect(id);
  delegate_.close(id);
}

void RuntimeApi::dispatch(ConnectionId id, Connection& c) {
  c.in_body = false;
  std::string_view path = c.path;
  path = path.substr(0, path.find('?'));
  bool is_post = c.method == "POST";
  if (path == "/2018-06-01/ping" && c.method == "GET") return answer(c, "200 OK", "pong");
  if (!path.starts_with(kPrefix)) {
    // The Extensions, Logs and Telemetry APIs live under other dates.
    return answer(c, "404 Not Found",
                  error_body("NotSupported",
                             "This API of the execution environment is not "
                             "supported: only /2018-06-01/runtime is"));
  }
  path.remove_prefix(kPrefix.size());
  if (path == "runtime/invocation/next" && c.method == "GET") return handle_next(id, c);
  if (path == "runtime/init/error" && is_post) return handle_init_error(c);
  constexpr std::string_view kInvocation = "runtime/invocation/";
  if (path.starts_with(kInvocation) && is_post) {
    path.remove_prefix(kInvocation.size());
    size_t slash = path.find('/');
    std::string_view what = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    if (what == "response" || what == "error") {
      return handle_result(c, path.substr(0, slash), what);
    }
  }
  answer(c, "404 Not Found", error_body("NotFound", "No such path in the Runtime API"));
}

void RuntimeApi::handle_next(ConnectionId, Connection& c) {
  if (state_ == State::kRunning || state_ == State::kWaiting || state_ == State::kInitError) {
    return refuse_transition(c);
  }
  c.is_waiting = true;
  state_ = State::kWaiting;
  delegate_.on_waiting();
}

void RuntimeApi::handle_result(Connection& c, std::string_view request_id, std::string_view what) {
  if (state_ != State::kRunning) return refuse_transition(c);
  if (request_id != request_id_) {
    return answer(c, "400 Bad Request", error_body("InvalidRequestID", "Invalid request ID"));
  }
  state_ = State::kAnswered;
  std::string body = std::move(c.body);
  c.body.clear();
  if (c.body_too_large) {
    answer(c, "413 Request Entity Too Large",
           error_body("RequestEntityTooLarge",
                      fmt::format("Exceeded maximum allowed payload size ({} bytes).",
                                  kResponseBytesMax)));
    return delegate_.on_response_too_large();
  }
  answer(c, "202 Accepted", kAccepted);
  if (what == "error" || !c.error_type.empty()) {
    return delegate_.on_error(std::move(body), c.error_type);
  }
  delegate_.on_response(std::move(body));
}

void RuntimeApi::handle_init_error(Connection& c) {
  if (state_ != State::kInit) return refuse_transition(c);
  state_ = State::kInitError;
  answer(c, "202 Accepted", kAccepted);
  delegate_.on_init_error(std::move(c.body), c.error_type);
}

void RuntimeApi::refuse_transition(Connection& c) {
  answer(c, "403 Forbidden", error_body("InvalidStateTransition", "Transition is not allowed"));
}

void RuntimeApi::answer(Connection& c, std::string_view status, std::string_view body) {
  fmt::format_to(std::back_inserter(c.held),
                 "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}",
                 status, body.size(), c.close_after ? "Connection: close\r\n" : "", body);
}

void RuntimeApi::flush(ConnectionId id, Connection& c) {
  if (c.held.empty()) return;
  bool close_after = c.close_after;
  delegate_.send(id, std::move(c.held));
  c.held.clear();
  if (close_after) {
    disconnect(id);
    delegate_.close(id);
  }
}

void RuntimeApi::start_invoke(RuntimeInvocation invocation) {
  CHECK(state_ == State::kWaiting);
  auto found = std::find_if(connections_.begin(), connections_.end(),
                            [](const auto& entry) { return entry.second.is_waiting; });
  CHECK(found != connections_.end());
  Connection& c = found->second;
  state_ = State::kRunning;
  request_id_ = invocation.request_id;
  c.is_waiting = false;
  std::string out = std::move(c.held);
  c.held.clear();
  out.reserve(out.size() + invocation.payload.size() + 1024);
  fmt::format_to(std::back_inserter(out),
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 "Lambda-Runtime-Aws-Request-Id: {}\r\nLambda-Runtime-Deadline-Ms: {}\r\n"
                 "Lambda-Runtime-Invoked-Function-Arn: {}\r\nLambda-Runtime-Trace-Id: {}\r\n",
                 invocation.request_id, invocation.deadline_ms,
                 header_value(invocation.invoked_function_arn), header_value(invocation.trace_id));
  if (!invocation.client_context.empty()) {
    out += "Lambda-Runtime-Client-Context: " + header_value(invocation.client_context) + "\r\n";
  }
  if (!invocation.cognito_identity.empty()) {
    out += "Lambda-Runtime-Cognito-Identity: " + header_value(invocation.cognito_identity) + "\r\n";
  }
  fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n\r\n", invocation.payload.size());
  out += invocation.payload;
  delegate_.send(found->first, std::move(out));
}

}  // namespace millrace::sandbox
