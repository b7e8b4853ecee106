#include "svc/apigateway/http_cors.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::apigateway {
namespace {

using Names = std::optional<std::vector<std::string>>;

// "https://*.example.com" stands for any subdomain.
bool origin_fits(std::string_view pattern, std::string_view origin) {
  if (pattern == "*" || ascii_iequals(pattern, origin)) return true;
  size_t star = pattern.find('*');
  if (star == std::string_view::npos) return false;
  std::string lowered = ascii_lower(origin);
  std::string before = ascii_lower(pattern.substr(0, star));
  std::string after = ascii_lower(pattern.substr(star + 1));
  return lowered.size() > before.size() + after.size() && lowered.starts_with(before) &&
         lowered.ends_with(after);
}

// What Access-Control-Allow-Origin says; none: nothing is allowed.
std::optional<std::string> allowed_origin(const v2::Cors& cors, const std::string* origin) {
  if (origin == nullptr || !cors.allow_origins) return std::nullopt;
  for (const std::string& pattern : *cors.allow_origins) {
    if (pattern == "*") return "*";
    if (origin_fits(pattern, *origin)) return *origin;
  }
  return std::nullopt;
}

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names.value_or(std::vector<std::string>())) {
    if (!text.empty()) text.push_back(',');
    text += name;
  }
  return text;
}

void add(HeaderList& headers, std::string_view name, std::string value) {
  if (!value.empty()) headers.emplace_back(name, std::move(value));
}

}  // namespace

std::optional<ApiResponse> preflight_answer(const Exchange& exchange) {
  const auto& cors = exchange.stage->http->cors;
  const std::string* origin = exchange.header("Origin");
  if (!cors || exchange.request.method != "OPTIONS" || origin == nullptr ||
      exchange.header("Access-Control-Request-Method") == nullptr) {
    return std::nullopt;
  }
  ApiResponse response{.status = 204};
  auto allowed = allowed_origin(*cors, origin);
  if (!allowed) return response;
  add(response.headers, "access-control-allow-origin", *allowed);
  std::string methods = joined(cors->allow_methods);
  if (methods == "*") methods = "DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT";
  add(response.headers, "access-control-allow-methods", methods);
  add(response.headers, "access-control-allow-headers", ascii_lower(joined(cors->allow_headers)));
  if (cors->allow_credentials.value_or(false)) {
    add(response.headers, "access-control-allow-credentials", "true");
  }
  if (cors->max_age)
    add(response.headers, "access-control-max-age", std::to_string(*cors->max_age));
  return response;
}

void apply_cors(const Exchange& exchange, ApiResponse& response) {
  const auto& cors = exchange.stage->http->cors;
  if (!cors) return;
  std::erase_if(response.headers, [](const auto& header) {
    return ascii_lower(header.first).starts_with("access-control-");
  });
  auto allowed = allowed_origin(*cors, exchange.header("Origin"));
  if (!allowed) return;
  add(response.headers, "access-control-allow-origin", *allowed);
  add(response.headers, "access-control-expose-headers", ascii_lower(joined(cors->expose_headers)));
  if (cors->allow_credentials.value_or(false)) {
    add(response.headers, "access-control-allow-credentials", "true");
  }
}

}  // namespace millrace::apigateway
