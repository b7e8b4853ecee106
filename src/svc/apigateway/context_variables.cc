#include "svc/apigateway/context_variables.h"

#include <map>

#include "codec/json.h"

namespace millrace::apigateway {
namespace {

using Getter = std::string (*)(const Exchange&);

std::string quoted(const std::string& text) {
  std::string out;
  codec::append_json_string(out, text);
  return out;
}

std::string resource_path(const Exchange& e) {
  if (e.method != nullptr) return e.method->resource_path;
  return e.route == nullptr ? std::string() : e.route->path;
}

const std::map<std::string_view, Getter>& getters() {
  static const std::map<std::string_view, Getter> kGetters = {
      {"accountId", [](const Exchange& e) { return e.api->scope.account; }},
      {"apiId", [](const Exchange& e) { return e.api->id; }},
      {"domainName", [](const Exchange& e) { return e.domain_name(); }},
      {"domainPrefix", [](const Exchange& e) { return e.api->id; }},
      {"deploymentId", [](const Exchange& e) { return e.stage->deployment_id; }},
      {"error.message", [](const Exchange& e) { return e.error_message; }},
      {"error.messageString", [](const Exchange& e) { return quoted(e.error_message); }},
      {"error.responseType", [](const Exchange& e) { return e.error_type; }},
      {"extendedRequestId", [](const Exchange& e) { return e.extended_request_id; }},
      {"httpMethod", [](const Exchange& e) { return e.request.method; }},
      {"identity.accountId",
       [](const Exchange& e) { return e.iam_authorized ? e.request.caller.account : ""; }},
      {"identity.caller",
       [](const Exchange& e) { return e.iam_authorized ? e.request.caller.user_id : ""; }},
      {"identity.accessKey",
       [](const Exchange& e) { return e.iam_authorized ? e.request.caller.access_key_id : ""; }},
      {"identity.sourceIp", [](const Exchange& e) { return e.request.source_ip; }},
      {"identity.user",
       [](const Exchange& e) { return e.iam_authorized ? e.request.caller.user_id : ""; }},
      {"identity.userAgent", [](const Exchange& e) { return e.user_agent(); }},
      {"identity.userArn",
       [](const Exchange& e) { return e.iam_authorized ? e.request.caller.arn : ""; }},
      {"integrationErrorMessage", [](const Exchange& e) { return e.integration_error; }},
      {"integration.error", [](const Exchange& e) { return e.integration_error; }},
      {"path", [](const Exchange& e) { return e.path_with_stage(); }},
      {"protocol", [](const Exchange& e) { return e.request.http_version; }},
      {"requestId",
       [](const Exchange& e) { return e.is_http() ? e.extended_request_id : e.request_id; }},
      {"requestTime", [](const Exchange& e) { return format_clf(e.request.received); }},
      {"requestTimeEpoch",
       [](const Exchange& e) { return std::to_string(e.request.received.ms()); }},
      {"resourceId", [](const Exchange& e) { return e.method ? e.method->resource_id : ""; }},
      {"resourcePath", resource_path},
      {"routeKey", [](const Exchange& e) { return e.route ? e.route->key : ""; }},
      {"stage", [](const Exchange& e) { return e.stage->name; }},
      {"xrayTraceId", [](const Exchange& e) { return e.trace_id; }},
  };
  return kGetters;
}

}  // namespace

std::optional<std::string> context_variable(const Exchange& exchange, std::string_view name) {
  auto it = getters().find(name);
  if (it == getters().end()) return std::nullopt;
  std::string value = it->second(exchange);
  if (value.empty()) return std::nullopt;
  return value;
}

}  // namespace millrace::apigateway
