#include "svc/apigateway/http_validation.h"

#include <fmt/format.h>

#include <algorithm>

#include "svc/apigateway/lambda_uri.h"
#include "svc/apigateway/rest_rows.h"
#include "svc/apigateway/stage_settings.h"

namespace millrace::apigateway {
namespace {

bool is_method(std::string_view method) {
  for (std::string_view each :
       {"ANY", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}) {
    if (method == each) return true;
  }
  return false;
}

// "/pets/{id}/{proxy+}": variables are whole segments, a greedy one only at the end.
bool is_route_path(std::string_view path) {
  if (!path.starts_with('/')) return false;
  while (!path.empty()) {
    path.remove_prefix(1);
    size_t slash = path.find('/');
    std::string_view segment = path.substr(0, slash);
    bool last = slash == std::string_view::npos;
    size_t open = segment.find('{');
    size_t close = segment.find('}');
    if (open != std::string_view::npos || close != std::string_view::npos) {
      if (open != 0 || close != segment.size() - 1 || segment.size() < 3) return false;
      if (segment.find('+') != std::string_view::npos &&
          (!segment.ends_with("+}") || segment.size() < 4 || !last)) {
        return false;
      }
    }
    if (last) break;
    path.remove_prefix(slash);
  }
  return true;
}

Status check_route_key(const std::string& key) {
  if (key == "$default") return ok_status();
  size_t space = key.find(' ');
  if (space == std::string::npos || !is_method(std::string_view(key).substr(0, space)) ||
      !is_route_path(std::string_view(key).substr(space + 1))) {
    return bad_request(
        "The provided route key is not formatted properly for HTTP protocol. Format "
        "should be \"<HTTP METHOD> /<RESOURCE PATH>\" or \"$default\"");
  }
  return ok_status();
}

Status check_settings(const v2::RouteSettings& settings) {
  if (settings.throttling_burst_limit) return not_supported("ThrottlingBurstLimit");
  if (settings.throttling_rate_limit) return not_supported("ThrottlingRateLimit");
  if (settings.data_trace_enabled.value_or(false)) return not_supported("DataTraceEnabled");
  if (settings.logging_level && *settings.logging_level != "OFF")
    return not_supported("LoggingLevel");
  return ok_status();
}

}  // namespace

Status check_cors(const std::optional<v2::Cors>& cors) {
  if (!cors) return ok_status();
  bool any_origin = cors->allow_origins &&
                    std::find(cors->allow_origins->begin(), cors->allow_origins->end(), "*") !=
                        cors->allow_origins->end();
  if (cors->allow_credentials.value_or(false) && any_origin) {
    return bad_request("Allow credentials is not supported when allow origin is set to *");
  }
  for (const std::string& origin : cors->allow_origins.value_or(std::vector<std::string>())) {
    if (origin != "*" && origin.find("://") == std::string::npos) {
      return bad_request(
          fmt::format("Invalid format for origin {}. Format should be "
                      "http://example.com or https://example.com",
                      origin));
    }
  }
  if (cors->max_age && (*cors->max_age < -1 || *cors->max_age > 86'400)) {
    return bad_request("Max age must be between -1 and 86400");
  }
  return ok_status();
}

Status check_http_integration(const HttpIntegration& integration) {
  const std::string type = integration.integration_type.value_or("");
  if (type == "HTTP_PROXY") return not_supported("IntegrationType HTTP_PROXY");
  if (type != "AWS_PROXY") {
    return bad_request(
        fmt::format("Integration type {} is not supported for HTTP protocol Apis", type));
  }
  if (integration.integration_subtype) {
    return not_supported("IntegrationSubtype " + *integration.integration_subtype);
  }
  if (integration.connection_id) return not_supported("ConnectionId");
  if (integration.connection_type && *integration.connection_type != "INTERNET") {
    return not_supported("ConnectionType " + *integration.connection_type);
  }
  if (integration.credentials_arn) return not_supported("CredentialsArn");
  if (integration.request_parameters && !integration.request_parameters->empty()) {
    return not_supported("RequestParameters");
  }
  if (integration.response_parameters && !integration.response_parameters->empty()) {
    return not_supported("ResponseParameters");
  }
  if (integration.request_templates && !integration.request_templates->empty()) {
    return not_supported("RequestTemplates");
  }
  if (integration.tls_config) return not_supported("TlsConfig");
  if (integration.content_handling_strategy) return not_supported("ContentHandlingStrategy");
  if (integration.passthrough_behavior) return not_supported("PassthroughBehavior");
  if (integration.template_selection_expression)
    return not_supported("TemplateSelectionExpression");
  if (!integration.integration_uri || !function_arn_of(*integration.integration_uri)) {
    return bad_request("Invalid integration URI specified: a Lambda function is expected");
  }
  const std::string version = integration.payload_format_version.value_or("");
  if (version != "1.0" && version != "2.0") {
    return bad_request("PayloadFormatVersion must be one of 1.0, 2.0");
  }
  int64_t timeout_ms = integration.timeout_in_millis.value_or(kHttpTimeoutMsMax);
  if (timeout_ms < kHttpTimeoutMsMin || timeout_ms > kHttpTimeoutMsMax) {
    return bad_request("Timeout should be between 50 ms and 30000 ms");
  }
  return ok_status();
}

Status check_route(const HttpRoute& route, const std::vector<HttpRoute>& routes,
                   const std::vector<HttpIntegration>& integrations) {
  MR_TRY(check_route_key(*route.route_key));
  for (const HttpRoute& other : routes) {
    if (other.route_key == route.route_key && other.route_id != route.route_id) {
      return v2::errors::conflict_exception(
          fmt::format("Route with key {} already exists for this API", *route.route_key));
    }
  }
  const std::string authorization = route.authorization_type.value_or("NONE");
  if (authorization == "JWT" || authorization == "CUSTOM") {
    return not_supported("AuthorizationType " + authorization);
  }
  if (authorization != "NONE" && authorization != "AWS_IAM") {
    return bad_request("Invalid authorization type specified");
  }
  if (route.authorizer_id) return not_supported("AuthorizerId");
  if (route.authorization_scopes && !route.authorization_scopes->empty()) {
    return not_supported("AuthorizationScopes");
  }
  if (route.api_key_required.value_or(false)) {
    return bad_request("API key is not supported for HTTP protocol Apis");
  }
  if (route.model_selection_expression) return not_supported("ModelSelectionExpression");
  if (route.request_models && !route.request_models->empty()) return not_supported("RequestModels");
  if (route.request_parameters && !route.request_parameters->empty()) {
    return not_supported("RequestParameters");
  }
  if (route.route_response_selection_expression) {
    return not_supported("RouteResponseSelectionExpression");
  }
  if (!route.target) return ok_status();
  constexpr std::string_view kPrefix = "integrations/";
  bool known =
      route.target->starts_with(kPrefix) &&
      std::any_of(integrations.begin(), integrations.end(),
                  [&](const HttpIntegration& integration) {
                    return *integration.integration_id == route.target->substr(kPrefix.size());
                  });
  if (!known) return bad_request(fmt::format("Invalid target specified: {}", *route.target));
  return ok_status();
}

Status check_http_stage(const HttpStage& stage) {
  if (*stage.stage_name != "$default") MR_TRY(check_stage_name(*stage.stage_name));
  if (stage.client_certificate_id) return not_supported("ClientCertificateId");
  if (stage.default_route_settings) MR_TRY(check_settings(*stage.default_route_settings));
  if (stage.route_settings) {
    for (const auto& [key, settings] : *stage.route_settings)
      MR_TRY(check_settings(settings));
  }
  MR_TRY(check_stage_variables(stage.stage_variables));
  if (!stage.access_log_settings) return ok_status();
  return check_access_log(
      v1::AccessLogSettings{.format = stage.access_log_settings->format,
                            .destination_arn = stage.access_log_settings->destination_arn});
}

}  // namespace millrace::apigateway
