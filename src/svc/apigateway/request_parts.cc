#include "svc/apigateway/request_parts.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::apigateway {
namespace {

std::vector<std::string>& values_of(MultiMap& map, std::string_view name) {
  for (auto& [each, values] : map) {
    if (each == name) return values;
  }
  return map.emplace_back(std::string(name), std::vector<std::string>()).second;
}

std::vector<std::string>& header_values(MultiMap& map, std::string_view name) {
  for (auto& [each, values] : map) {
    if (ascii_iequals(each, name)) return values;
  }
  return map.emplace_back(std::string(name), std::vector<std::string>()).second;
}

bool is_kept_back(const Exchange& exchange, std::string_view name) {
  static constexpr std::string_view kKeptBack[] = {"connection",
                                                   "expect",
                                                   "te",
                                                   "transfer-encoding",
                                                   "trailer",
                                                   "upgrade",
                                                   "max-forwards",
                                                   "proxy-authenticate",
                                                   "content-md5",
                                                   "keep-alive",
                                                   "proxy-connection"};
  for (std::string_view each : kKeptBack) {
    if (ascii_iequals(name, each)) return true;
  }
  // A REST API also hides the length; an HTTP API shows it.
  return !exchange.is_http() && ascii_iequals(name, "content-length");
}

// The media type without parameters, in lower case.
std::string media_type(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' '))
    content_type.remove_suffix(1);
  return ascii_lower(content_type);
}

std::string port_of(const ApiRequest& request) {
  size_t colon = request.host.rfind(':');
  if (colon != std::string::npos && request.host.find(']', colon) == std::string::npos) {
    return request.host.substr(colon + 1);
  }
  return request.scheme == "http" ? "80" : "443";
}

}  // namespace

MultiMap parse_query(std::string_view raw) {
  MultiMap result;
  while (!raw.empty()) {
    size_t end = raw.find('&');
    std::string_view pair = raw.substr(0, end);
    if (!pair.empty()) {
      size_t equals = pair.find('=');
      std::string name = percent_decode(pair.substr(0, equals), Plus::kSpace);
      std::string_view value =
          equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
      values_of(result, name).push_back(percent_decode(value, Plus::kSpace));
    }
    if (end == std::string_view::npos) break;
    raw.remove_prefix(end + 1);
  }
  return result;
}

MultiMap forwarded_headers(const Exchange& exchange) {
  const ApiRequest& request = exchange.request;
  MultiMap headers;
  for (const auto& [name, value] : request.headers) {
    if (!is_kept_back(exchange, name)) header_values(headers, name).push_back(value);
  }
  header_values(headers, "X-Amzn-Trace-Id") = {exchange.trace_id};
  auto& forwarded_for = header_values(headers, "X-Forwarded-For");
  std::string chain;
  for (const std::string& hop : forwarded_for)
    chain += hop + ", ";
  forwarded_for = {chain + request.source_ip};
  header_values(headers, "X-Forwarded-Port") = {port_of(request)};
  header_values(headers, "X-Forwarded-Proto") = {request.scheme};
  if (exchange.is_http()) {
    auto& length = header_values(headers, "Content-Length");
    length = {std::to_string(request.body.size())};
  }
  return headers;
}

bool is_binary_type(const std::vector<std::string>& binary_types, std::string_view content_type) {
  std::string type = media_type(content_type);
  return std::any_of(binary_types.begin(), binary_types.end(), [&](const std::string& pattern) {
    if (pattern == "*/*") return true;
    if (pattern.ends_with("/*")) return type.starts_with(pattern.substr(0, pattern.size() - 1));
    return ascii_iequals(pattern, type);
  });
}

bool is_text_for_http(std::string_view content_type) {
  std::string type = media_type(content_type);
  return type.empty() || type.starts_with("text/") || type == "application/json" ||
         type == "application/xml" || type == "application/javascript" || type.ends_with("+json") ||
         type.ends_with("+xml");
}

}  // namespace millrace::apigateway
