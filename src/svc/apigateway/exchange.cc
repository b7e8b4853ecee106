#include "svc/apigateway/exchange.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace millrace::apigateway {
namespace {

// "/notes/{id}/x" -> "/notes/*/x".
std::string starred(std::string_view path) {
  std::string result;
  while (!path.empty()) {
    size_t open = path.find('{');
    result += path.substr(0, open);
    if (open == std::string_view::npos) break;
    result.push_back('*');
    size_t close = path.find('}', open);
    path = close == std::string_view::npos ? std::string_view() : path.substr(close + 1);
  }
  return result;
}

}  // namespace

const std::string* Exchange::header(std::string_view name) const {
  for (const auto& [each, value] : request.headers) {
    if (ascii_iequals(each, name)) return &value;
  }
  return nullptr;
}

std::string Exchange::domain_name() const {
  std::string host = ascii_lower(std::string_view(request.host).substr(0, request.host.rfind(':')));
  if (host.starts_with(request.api_id + ".execute-api.")) return host;
  return fmt::format("{}.execute-api.{}.amazonaws.com", request.api_id,
                     api != nullptr ? api->scope.region : "us-east-1");
}

std::string Exchange::path_with_stage() const {
  if (stage == nullptr || stage->name == "$default") return path;
  return fmt::format("/{}{}", stage->name, path);
}

std::string Exchange::user_agent() const {
  const std::string* agent = header("User-Agent");
  return agent == nullptr ? std::string() : *agent;
}

std::string Exchange::invoke_arn() const {
  return fmt::format("arn:aws:execute-api:{}:{}:{}/{}/{}{}", api->scope.region, api->scope.account,
                     api->id, stage->name, request.method, path);
}

std::string Exchange::source_arn() const {
  std::string prefix = fmt::format("arn:aws:execute-api:{}:{}:{}/{}/", api->scope.region,
                                   api->scope.account, api->id, stage->name);
  if (method != nullptr) return prefix + request.method + starred(method->resource_path);
  if (route == nullptr || route->path.empty()) return prefix + "$default";
  return prefix + request.method + starred(route->path);
}

std::string format_clf(Instant t) {
  static constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::string iso = format_iso8601(t);  // 2015-04-09T12:34:56Z
  int month = (iso[5] - '0') * 10 + (iso[6] - '0');
  return fmt::format("{}/{}/{}:{} +0000", iso.substr(8, 2), kMonths[month - 1], iso.substr(0, 4),
                     iso.substr(11, 8));
}

}  // namespace millrace::apigateway
