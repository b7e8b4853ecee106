#include "svc/cloudformation/live_source.h"

#include <fmt/format.h>

#include "aws/apigatewayv2.h"
#include "aws/ssm.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

using codec::Json;

Result<Json> LiveSource::ref(const std::string& logical_id) {
  MR_ASSIGN(auto resource, rows_.find_resource(stack_id_, logical_id));
  if (!resource || !resource->exists()) {
    return validation_error(
        fmt::format("Template format error: Unresolved resource dependencies [{}] in the Resources "
                    "block of the template",
                    logical_id));
  }
  return Json(resource->physical_id);
}

Result<Json> LiveSource::attribute(const Attribute& attribute) {
  MR_ASSIGN(auto resource, rows_.find_resource(stack_id_, attribute.logical_id));
  if (!resource || !resource->exists()) {
    return validation_error(
        fmt::format("Template error: instance of Fn::GetAtt references undefined resource {}",
                    attribute.logical_id));
  }
  const Json* value = resource->attributes.find(attribute.name);
  if (value == nullptr) {
    return validation_error(
        fmt::format("Template error: resource {} does not support attribute type {} in Fn::GetAtt",
                    attribute.logical_id, attribute.name));
  }
  return *value;
}

Result<std::string> LiveSource::import_value(const std::string& export_name) {
  MR_ASSIGN(auto exported, rows_.find_export(export_name));
  if (!exported) return validation_error(fmt::format("No export named {} found.", export_name));
  imported_.insert(export_name);
  return std::move(exported->value);
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
// lists where a secure one may stand: in no property of a type that we have.
Result<std::string> LiveSource::dynamic_reference(std::string_view reference) {
  size_t colon = reference.find(':');
  std::string_view service = reference.substr(0, colon);
  if (service == "ssm-secure") {
    return validation_error(
        fmt::format("SSM Secure reference is not supported in: [{}]", reference));
  }
  if (colon == std::string_view::npos || service != "ssm") {
    return validation_error(fmt::format(
        "Dynamic reference {{{{resolve:{}}}}} is not supported by Millrace", reference));
  }
  MR_ASSIGN(SsmValue value, read_ssm_parameter(ctx_, std::string(reference.substr(colon + 1))));
  if (value.is_secure) {
    return validation_error(fmt::format("Non-secure ssm prefix was used for secure parameter: {}",
                                        reference.substr(colon + 1)));
  }
  return std::move(value.text);
}

// The path form works without DNS and on the port that we serve. It names the stage; an HTTP API's
// $default stage is in no URL.
std::string LiveSource::reachable_url(std::string url) {
  size_t host = url.find("://") + 3;
  std::string id = url.substr(host, url.find('.', host) - host);
  size_t slash = url.find('/', host);
  std::string path = slash == std::string::npos ? "" : url.substr(slash);
  bool http_api = false;
  bool named_stage = false;
  if (auto got = ctx_.call<aws::apigatewayv2::GetApi>({.api_id = id}); got.ok()) {
    http_api = true;
    std::string stage = path.substr(path.empty() ? 0 : 1);
    stage = stage.substr(0, stage.find_first_of("/?"));
    named_stage = !stage.empty() &&
                  ctx_.call<aws::apigatewayv2::GetStage>({.api_id = id, .stage_name = stage}).ok();
  }
  if (http_api && !named_stage) path = "/$default" + path;
  return fmt::format("{}/_aws/execute-api/{}{}", ctx_.ports().endpoint_url, id, path);
}

Result<SsmValue> read_ssm_parameter(svc::Context& ctx, const std::string& name) {
  auto got = ctx.call<aws::ssm::GetParameter>({.name = name});
  bool missing = got.ok() ? !got->parameter || !got->parameter->value
                          : got.error().code().starts_with("Parameter");
  if (missing) {
    return validation_error(fmt::format(
        "Unable to fetch parameters [{}] from parameter store for this account.", name));
  }
  if (!got.ok()) return std::move(got).error();
  return SsmValue{*got->parameter->value, got->parameter->type == "SecureString"};
}

Environment environment_of(const svc::Scope& scope, const StackRecord& stack, const Template& tmpl,
                           const Goal& goal) {
  Environment environment{.account = scope.account,
                          .region = scope.region,
                          .stack_id = stack.id,
                          .stack_name = stack.name};
  for (const ParameterDeclaration& declaration : tmpl.parameters) {
    auto value = goal.parameters.find(declaration.name);
    if (value == goal.parameters.end()) continue;
    environment.parameters[declaration.name] = ref_value(declaration, value->second);
  }
  return environment;
}

}  // namespace millrace::cloudformation
