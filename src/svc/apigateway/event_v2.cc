#include <fmt/format.h>

#include "base/encoding.h"
#include "svc/apigateway/json_writer.h"
#include "svc/apigateway/proxy_event.h"
#include "svc/apigateway/request_parts.h"

namespace millrace::apigateway {
namespace {

void write_cookies(JsonWriter& json, const Exchange& exchange) {
  bool any = false;
  for (const auto& [name, value] : exchange.request.headers) {
    if (!ascii_iequals(name, "cookie")) continue;
    if (!any) json.key("cookies").open('[');
    any = true;
    std::string_view rest = value;
    while (!rest.empty()) {
      size_t end = rest.find(';');
      std::string_view cookie = rest.substr(0, end);
      while (cookie.starts_with(' '))
        cookie.remove_prefix(1);
      if (!cookie.empty()) json.string(cookie);
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  }
  if (any) json.close(']');
}

// Repeated names are joined with commas.
void write_joined(JsonWriter& json, std::string_view name, const MultiMap& map) {
  json.key(name).open('{');
  for (const auto& [key, values] : map) {
    std::string joined;
    for (const std::string& value : values) {
      if (&value != values.data()) joined.push_back(',');
      joined += value;
    }
    json.member(key, joined);
  }
  json.close('}');
}

void write_headers(JsonWriter& json, const Exchange& exchange) {
  MultiMap headers = forwarded_headers(exchange);
  std::erase_if(headers, [](const auto& header) { return ascii_iequals(header.first, "cookie"); });
  for (auto& [name, values] : headers)
    name = ascii_lower(name);
  write_joined(json, "headers", headers);
}

void write_iam(JsonWriter& json, const svc::Caller& caller) {
  json.key("authorizer").open('{').key("iam").open('{');
  json.member("accessKey", caller.access_key_id);
  json.member("accountId", caller.account);
  json.member("callerId", caller.user_id);
  json.null_member("cognitoIdentity");
  json.null_member("principalOrgId");
  json.member("userArn", caller.arn);
  json.member("userId", caller.user_id);
  json.close('}').close('}');
}

void write_context(JsonWriter& json, const Exchange& exchange, std::string_view path) {
  const ApiRequest& request = exchange.request;
  json.key("requestContext").open('{');
  json.member("accountId", exchange.api->scope.account);
  json.member("apiId", exchange.api->id);
  if (exchange.iam_authorized) write_iam(json, request.caller);
  json.member("domainName", exchange.domain_name());
  json.member("domainPrefix", exchange.api->id);
  json.key("http").open('{');
  json.member("method", request.method);
  json.member("path", path);
  json.member("protocol", request.http_version);
  json.member("sourceIp", request.source_ip);
  json.member("userAgent", exchange.user_agent());
  json.close('}');
  json.member("requestId", exchange.extended_request_id);
  json.member("routeKey", exchange.route->key);
  json.member("stage", exchange.stage->name);
  json.member("time", format_clf(request.received));
  json.key("timeEpoch").number(request.received.ms());
  json.close('}');
}

}  // namespace

std::string make_event_v2(const Exchange& exchange) {
  const ApiRequest& request = exchange.request;
  std::string path = percent_decode(exchange.path_with_stage());
  std::string event;
  event.reserve(request.body.size() * 4 / 3 + 2048);
  JsonWriter json(event);
  json.open('{');
  json.member("version", "2.0");
  json.member("routeKey", exchange.route->key);
  json.member("rawPath", path);
  json.member("rawQueryString", request.query);
  write_cookies(json, exchange);
  write_headers(json, exchange);
  MultiMap query = parse_query(request.query);
  if (!query.empty()) write_joined(json, "queryStringParameters", query);
  write_context(json, exchange, path);
  if (!exchange.path_parameters.empty()) {
    json.key("pathParameters").open('{');
    for (const auto& [name, value] : exchange.path_parameters) {
      json.member(name, percent_decode(value));
    }
    json.close('}');
  }
  const std::string* type = exchange.header("Content-Type");
  bool binary = !request.body.empty() && type != nullptr && !is_text_for_http(*type);
  if (!request.body.empty()) {
    if (binary)
      json.member("body", base64_encode(request.body));
    else
      json.member("body", request.body);
  }
  json.key("isBase64Encoded").raw(binary ? "true" : "false");
  if (!exchange.stage->variables.empty()) {
    json.key("stageVariables").open('{');
    for (const auto& [name, value] : exchange.stage->variables)
      json.member(name, value);
    json.close('}');
  }
  json.close('}');
  return event;
}

}  // namespace millrace::apigateway
