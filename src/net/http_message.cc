#include "net/http_message.h"

#include <unistd.h>

#include "base/encoding.h"

namespace millrace::net {
namespace {

void append_clean(std::string& out, std::string_view text) {
  for (char c : text)
    out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
}

bool is_written_by_server(std::string_view name) {
  return ascii_iequals(name, "content-length") || ascii_iequals(name, "transfer-encoding") ||
         ascii_iequals(name, "connection") || ascii_iequals(name, "date");
}

}  // namespace

std::string_view RequestHead::header(std::string_view name) const {
  for (const HeaderView& header : headers) {
    if (ascii_iequals(header.name, name)) return header.value;
  }
  return {};
}

bool RequestHead::has_header(std::string_view name) const {
  for (const HeaderView& header : headers) {
    if (ascii_iequals(header.name, name)) return true;
  }
  return false;
}

std::string_view RequestHead::host_name() const {
  if (host.starts_with('[')) {
    size_t end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.rfind(':'));
}

FileHandle::~FileHandle() {
  if (fd_ >= 0 && owner_ == nullptr) ::close(fd_);
}

Response::Response(int status_code, std::string text, std::string_view content_type)
    : status(status_code), body(std::move(text)) {
  if (!content_type.empty()) add("Content-Type", content_type);
}

Response& Response::add(std::string_view name, std::string_view value) {
  if (is_written_by_server(name)) return *this;
  if (header_lines_.empty()) header_lines_.reserve(256);
  append_clean(header_lines_, name);
  header_lines_ += ": ";
  append_clean(header_lines_, value);
  header_lines_ += "\r\n";
  return *this;
}

std::string_view Response::header(std::string_view name) const {
  std::string_view rest = header_lines_;
  while (!rest.empty()) {
    std::string_view line = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(line.size() + 2);
    size_t colon = line.find(": ");
    if (ascii_iequals(line.substr(0, colon), name)) return line.substr(colon + 2);
  }
  return {};
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 203: return "Non-Authoritative Information";
    case 204: return "No Content";
    case 205: return "Reset Content";
    case 206: return "Partial Content";
    case 300: return "Multiple Choices";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Payload Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 418: return "I'm a teapot";
    case 422: return "Unprocessable Entity";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 507: return "Insufficient Storage";
    default: return "Unknown";
  }
}

}  // namespace millrace::net
