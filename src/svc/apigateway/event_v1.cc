#include <fmt/format.h>

#include "base/encoding.h"
#include "svc/apigateway/json_writer.h"
#include "svc/apigateway/proxy_event.h"
#include "svc/apigateway/request_parts.h"

namespace millrace::apigateway {
namespace {

// AWS keeps the last value where there is room for one only.
void write_single(JsonWriter& json, std::string_view name, const MultiMap& map) {
  json.key(name);
  if (map.empty()) {
    json.raw("null");
    return;
  }
  json.open('{');
  for (const auto& [key, values] : map)
    json.member(key, values.back());
  json.close('}');
}

void write_multi(JsonWriter& json, std::string_view name, const MultiMap& map) {
  json.key(name);
  if (map.empty()) {
    json.raw("null");
    return;
  }
  json.open('{');
  for (const auto& [key, values] : map) {
    json.key(key).open('[');
    for (const std::string& value : values)
      json.string(value);
    json.close(']');
  }
  json.close('}');
}

// REST APIs hand path parameters on as they are in the path; HTTP APIs decode them.
void write_path_parameters(JsonWriter& json, const Exchange& exchange) {
  json.key("pathParameters");
  if (exchange.path_parameters.empty()) {
    json.raw("null");
    return;
  }
  json.open('{');
  for (const auto& [name, value] : exchange.path_parameters) {
    json.member(name, exchange.is_http() ? percent_decode(value) : value);
  }
  json.close('}');
}

void write_stage_variables(JsonWriter& json, const Exchange& exchange) {
  json.key("stageVariables");
  if (exchange.stage->variables.empty()) {
    json.raw("null");
    return;
  }
  json.open('{');
  for (const auto& [name, value] : exchange.stage->variables)
    json.member(name, value);
  json.close('}');
}

void write_identity(JsonWriter& json, const Exchange& exchange) {
  const svc::Caller none;
  const svc::Caller& caller = exchange.iam_authorized ? exchange.request.caller : none;
  json.key("identity").open('{');
  json.null_member("cognitoIdentityPoolId");
  json.optional_member("accountId", caller.account);
  json.null_member("cognitoIdentityId");
  json.optional_member("caller", caller.user_id);
  json.member("sourceIp", exchange.request.source_ip);
  json.null_member("principalOrgId");
  json.optional_member("accessKey", caller.access_key_id);
  json.null_member("cognitoAuthenticationType");
  json.null_member("cognitoAuthenticationProvider");
  json.optional_member("userArn", caller.arn);
  json.optional_member("userAgent", exchange.user_agent());
  json.optional_member("user", caller.user_id);
  json.close('}');
}

void write_context(JsonWriter& json, const Exchange& exchange, std::string_view path) {
  const ApiRequest& request = exchange.request;
  bool is_rest = exchange.method != nullptr;
  json.key("requestContext").open('{');
  json.member("resourceId", is_rest ? exchange.method->resource_id : exchange.route->key);
  json.member("resourcePath", is_rest                        ? exchange.method->resource_path
                              : exchange.route->path.empty() ? exchange.route->key
                                                             : exchange.route->path);
  if (is_rest && !exchange.method->operation_name.empty()) {
    json.member("operationName", exchange.method->operation_name);
  }
  json.member("httpMethod", request.method);
  json.member("extendedRequestId", exchange.extended_request_id);
  json.member("requestTime", format_clf(request.received));
  json.member("path", path);
  json.member("accountId", exchange.api->scope.account);
  json.member("protocol", request.http_version);
  json.member("stage", exchange.stage->name);
  json.member("domainPrefix", exchange.api->id);
  json.key("requestTimeEpoch").number(request.received.ms());
  json.member("requestId", is_rest ? exchange.request_id : exchange.extended_request_id);
  write_identity(json, exchange);
  json.member("domainName", exchange.domain_name());
  if (is_rest) json.member("deploymentId", exchange.stage->deployment_id);
  json.member("apiId", exchange.api->id);
  json.close('}');
}

void write_body(JsonWriter& json, const Exchange& exchange) {
  const ApiRequest& request = exchange.request;
  const std::string* type = exchange.header("Content-Type");
  std::string_view content_type = type == nullptr ? std::string_view() : std::string_view(*type);
  bool binary = exchange.is_http()
                    ? !is_text_for_http(content_type)
                    : is_binary_type(exchange.stage->rest->binary_types, content_type);
  binary = binary && !request.body.empty();
  json.key("body");
  if (request.body.empty())
    json.raw("null");
  else if (binary)
    json.string(base64_encode(request.body));
  else
    json.string(request.body);
  json.key("isBase64Encoded").raw(binary ? "true" : "false");
}

}  // namespace

std::string make_event_v1(const Exchange& exchange) {
  const ApiRequest& request = exchange.request;
  MultiMap headers = forwarded_headers(exchange);
  MultiMap query = parse_query(request.query);
  // An HTTP API's path has its stage and is decoded; a REST API's has neither.
  std::string with_stage = exchange.path_with_stage();
  if (exchange.is_http()) with_stage = percent_decode(with_stage);
  std::string event;
  event.reserve(request.body.size() * 4 / 3 + 4096);
  JsonWriter json(event);
  json.open('{');
  if (exchange.is_http()) json.member("version", "1.0");
  json.member("resource", exchange.method != nullptr     ? exchange.method->resource_path
                          : exchange.route->path.empty() ? exchange.route->key
                                                         : exchange.route->path);
  json.member("path", exchange.is_http() ? with_stage : exchange.path);
  json.member("httpMethod", request.method);
  write_single(json, "headers", headers);
  write_multi(json, "multiValueHeaders", headers);
  write_single(json, "queryStringParameters", query);
  write_multi(json, "multiValueQueryStringParameters", query);
  write_path_parameters(json, exchange);
  write_stage_variables(json, exchange);
  write_context(json, exchange, with_stage);
  write_body(json, exchange);
  json.close('}');
  return event;
}

}  // namespace millrace::apigateway
