#include "svc/apigateway/rest_validation.h"

#include <fmt/format.h>

#include "expr/mapping_template.h"
#include "expr/regex.h"
#include "svc/apigateway/lambda_uri.h"

namespace millrace::apigateway {
namespace {

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> allowed) {
  for (std::string_view each : allowed) {
    if (value == each) return true;
  }
  return false;
}

Status check_templates(const std::optional<std::map<std::string, std::string>>& templates) {
  if (!templates) return ok_status();
  for (const auto& [content_type, text] : *templates) {
    auto parsed = expr::MappingTemplate::parse(text);
    if (!parsed.ok()) return std::move(parsed).error();
  }
  return ok_status();
}

Status check_content_handling(const std::optional<std::string>& handling) {
  if (!handling || handling->empty() || *handling == "CONVERT_TO_TEXT") return ok_status();
  return not_supported("contentHandling " + *handling);
}

Status check_lambda_proxy(const v1::Integration& integration) {
  if (!integration.http_method || integration.http_method->empty()) {
    return bad_request("Enumeration value for HttpMethod must be non-empty");
  }
  if (!integration.uri || !integration.uri->starts_with("arn:")) {
    return bad_request("Invalid ARN specified in the request");
  }
  if (integration.uri->find("/response-streaming-invocations") != std::string::npos) {
    return not_supported("Response streaming");
  }
  if (!function_arn_of(*integration.uri)) {
    return bad_request(
        "Integrations of type 'AWS_PROXY' currently only supports Lambda function and "
        "Firehose stream invocations.");
  }
  return ok_status();
}

bool is_mapping_expression(std::string_view value) {
  if (value.size() >= 2 && value.starts_with('\'') && value.ends_with('\'')) return true;
  return value.starts_with("integration.response.header.") || value.starts_with("context.") ||
         value.starts_with("stageVariables.");
}

}  // namespace

Status check_endpoint(const v1::EndpointConfiguration& endpoint) {
  if (endpoint.vpc_endpoint_ids && !endpoint.vpc_endpoint_ids->empty()) {
    return not_supported("endpointConfiguration.vpcEndpointIds");
  }
  if (endpoint.ip_address_type && *endpoint.ip_address_type != "ipv4") {
    return not_supported("endpointConfiguration.ipAddressType " + *endpoint.ip_address_type);
  }
  if (!endpoint.types) return ok_status();
  if (endpoint.types->size() != 1) {
    return bad_request("Invalid request input: exactly one endpoint type must be specified");
  }
  const std::string& type = endpoint.types->front();
  if (type == "PRIVATE") return not_supported("endpointConfiguration.types PRIVATE");
  if (!is_one_of(type, {"EDGE", "REGIONAL"})) {
    return bad_request(fmt::format(
        "Invalid value {} specified. Endpoint types must be one of EDGE, REGIONAL, PRIVATE", type));
  }
  return ok_status();
}

Status check_policy(const std::optional<std::string>& policy) {
  if (!policy || policy->empty()) return ok_status();
  auto document = codec::Json::parse(*policy);
  if (!document.ok() || !document->is_object() || document->find("Statement") == nullptr) {
    return bad_request(
        "Invalid policy document. Please check the policy syntax and ensure that "
        "Principals are valid.");
  }
  return ok_status();
}

Status check_models(const std::optional<std::map<std::string, std::string>>& models) {
  if (!models) return ok_status();
  for (const auto& [content_type, model] : *models) {
    // The two that every API has; CreateModel is refused by its name.
    if (!is_one_of(model, {"Empty", "Error"})) {
      return bad_request(fmt::format("Invalid model identifier specified: {}", model));
    }
  }
  return ok_status();
}

Status check_method(const v1::Method& method) {
  if (!is_one_of(*method.http_method,
                 {"GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"})) {
    return bad_request(
        "Invalid HttpMethod specified. Valid options are "
        "GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY");
  }
  const std::string authorization = method.authorization_type.value_or("");
  if (is_one_of(authorization, {"CUSTOM", "COGNITO_USER_POOLS"})) {
    return not_supported("authorizationType " + authorization);
  }
  if (!is_one_of(authorization, {"NONE", "AWS_IAM"})) {
    return bad_request(
        "Invalid Authorization Type. Valid options are NONE, AWS_IAM, CUSTOM, COGNITO_USER_POOLS");
  }
  if (method.authorizer_id && !method.authorizer_id->empty()) return not_supported("authorizerId");
  if (method.api_key_required.value_or(false)) return not_supported("apiKeyRequired");
  if (method.request_validator_id && !method.request_validator_id->empty()) {
    return not_supported("requestValidatorId");
  }
  if (method.authorization_scopes && !method.authorization_scopes->empty()) {
    return not_supported("authorizationScopes");
  }
  for (const auto& [name, required] :
       method.request_parameters.value_or(std::map<std::string, bool>())) {
    if (!name.starts_with("method.request.path.") && !name.starts_with("method.request.header.") &&
        !name.starts_with("method.request.querystring.")) {
      return bad_request("Invalid mapping expression specified: " + name);
    }
  }
  return check_models(method.request_models);
}

Status check_status_code(const std::string& status_code) {
  bool valid = status_code.size() == 3 && status_code[0] >= '1' && status_code[0] <= '5';
  for (char c : status_code)
    valid = valid && c >= '0' && c <= '9';
  if (!valid) return bad_request("Invalid status code specified: " + status_code);
  return ok_status();
}

Status check_integration(const v1::Integration& integration) {
  const std::string type = integration.type.value_or("");
  if (is_one_of(type, {"HTTP", "HTTP_PROXY", "AWS"}))
    return not_supported("Integration type " + type);
  if (!is_one_of(type, {"AWS_PROXY", "MOCK"})) {
    return bad_request(
        "Enumeration value for Integration type must be one of HTTP, AWS, MOCK, "
        "HTTP_PROXY, AWS_PROXY");
  }
  if (integration.connection_type && *integration.connection_type != "INTERNET") {
    return not_supported("connectionType " + *integration.connection_type);
  }
  if (integration.credentials && !integration.credentials->empty()) {
    return not_supported("Integration credentials");
  }
  if (integration.request_parameters && !integration.request_parameters->empty()) {
    return not_supported("Integration requestParameters");
  }
  if (integration.cache_key_parameters && !integration.cache_key_parameters->empty()) {
    return not_supported("cacheKeyParameters");
  }
  if (integration.response_transfer_mode && *integration.response_transfer_mode != "BUFFERED") {
    return not_supported("responseTransferMode " + *integration.response_transfer_mode);
  }
  int64_t timeout_ms = integration.timeout_in_millis.value_or(kTimeoutMsMax);
  if (timeout_ms < kTimeoutMsMin || timeout_ms > kTimeoutMsMax) {
    return bad_request(
        fmt::format("Timeout should be between {} ms and {} ms", kTimeoutMsMin, kTimeoutMsMax));
  }
  if (!is_one_of(integration.passthrough_behavior.value_or("WHEN_NO_MATCH"),
                 {"WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"})) {
    return bad_request(
        "Invalid passthrough behavior specified. Valid options are WHEN_NO_MATCH, "
        "WHEN_NO_TEMPLATES and NEVER");
  }
  MR_TRY(check_content_handling(integration.content_handling));
  if (type == "AWS_PROXY") return check_lambda_proxy(integration);
  return check_templates(integration.request_templates);
}

Status check_integration_response(const v1::Method& method,
                                  const v1::IntegrationResponse& response) {
  const auto& declared = method.method_responses;
  if (!declared || !declared->contains(*response.status_code)) {
    return v1::errors::not_found_exception("Invalid Response status code specified");
  }
  const auto parameters = declared->at(*response.status_code)
                              .response_parameters.value_or(std::map<std::string, bool>());
  for (const auto& [name, value] :
       response.response_parameters.value_or(std::map<std::string, std::string>())) {
    if (!parameters.contains(name)) {
      return bad_request("Invalid mapping parameter specified: " + name);
    }
    if (!is_mapping_expression(value)) {
      return bad_request(
          fmt::format("Invalid mapping expression specified: Validation Result: "
                      "warnings : [], errors : [Invalid mapping expression specified: "
                      "{}]",
                      value));
    }
  }
  if (response.selection_pattern && !response.selection_pattern->empty()) {
    auto regex = expr::Regex::parse(*response.selection_pattern);
    if (!regex.ok()) return std::move(regex).error();
  }
  MR_TRY(check_content_handling(response.content_handling));
  return check_templates(response.response_templates);
}

}  // namespace millrace::apigateway
