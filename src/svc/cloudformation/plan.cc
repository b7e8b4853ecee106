#include "svc/cloudformation/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "svc/cloudformation/live_source.h"
#include "svc/cloudformation/resource_type.h"
#include "svc/cloudformation/template_source.h"
#include "svc/cloudformation/template_text.h"
#include "svc/executor.h"

namespace millrace::cloudformation {
namespace {

// "AWS::*", "AWS::Lambda::*", "Custom::*" or one type.
bool is_allowed_type(const std::vector<std::string>& allowed, std::string_view type) {
  return std::any_of(allowed.begin(), allowed.end(), [&](std::string_view pattern) {
    if (!pattern.ends_with('*')) return pattern == type;
    pattern.remove_suffix(1);
    return type.starts_with(pattern);
  });
}

Status check_allowed_types(const Template& tmpl, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return ok_status();
  for (const ResourceDeclaration& resource : tmpl.resources) {
    if (is_allowed_type(allowed, resource.type)) continue;
    return validation_error(
        fmt::format("Resource type {} is not allowed by parameter ResourceTypes [{}]",
                    resource.type, fmt::join(allowed, ", ")));
  }
  return ok_status();
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
Status check_capabilities(const Template& tmpl, const PlanRequest& request) {
  const std::vector<std::string>& given = request.capabilities;
  auto has = [&](const char* name) {
    return std::find(given.begin(), given.end(), name) != given.end();
  };
  std::vector<std::string> missing;
  std::string iam = tmpl.required_capability();
  bool acknowledged = iam.empty() || has("CAPABILITY_NAMED_IAM") ||
                      (iam == "CAPABILITY_IAM" && has("CAPABILITY_IAM"));
  if (!acknowledged) missing.push_back(iam);
  bool expands = !tmpl.transforms.empty() && !request.is_change_set;
  if (expands && !has("CAPABILITY_AUTO_EXPAND")) missing.push_back("CAPABILITY_AUTO_EXPAND");
  if (missing.empty()) return ok_status();
  return Error("InsufficientCapabilitiesException", 400,
               fmt::format("Requires capabilities : [{}]", fmt::join(missing, ", ")));
}

Result<std::string> read_plain_parameter(svc::Context& ctx, const std::string& name) {
  MR_ASSIGN(SsmValue value, read_ssm_parameter(ctx, name));
  if (!value.is_secure) return std::move(value.text);
  return validation_error(fmt::format(
      "Parameters [{}] referenced by template have types not supported by CloudFormation.", name));
}

}  // namespace

std::set<std::string> unknown_types(svc::Context& ctx, const Template& tmpl) {
  const svc::Registry& registry = ctx.ports().executor->registry();
  std::set<std::string> unknown;
  for (const ResourceDeclaration& resource : tmpl.resources) {
    const ResourceType* type = find_resource_type(resource.type);
    if (type == nullptr || !is_served(*type, registry)) unknown.insert(resource.type);
  }
  return unknown;
}

Status check_types(svc::Context& ctx, const Template& tmpl) {
  std::set<std::string> unknown = unknown_types(ctx, tmpl);
  if (!unknown.empty()) {
    return validation_error(fmt::format("Template format error: Unrecognized resource types: [{}]",
                                        fmt::join(unknown, ", ")));
  }
  for (const ResourceDeclaration& resource : tmpl.resources) {
    MR_TRY(check_properties(*find_resource_type(resource.type), resource.logical_id,
                            resource.properties));
  }
  return ok_status();
}

Result<Goal> make_goal(svc::Context& ctx, Rows& rows, const StackRecord& stack, bool is_update,
                       const PlanRequest& request) {
  Goal goal;
  if (request.use_previous_template) {
    if (!is_update || request.template_body || request.template_url) {
      return validation_error("UsePreviousTemplate is for updates without a template");
    }
    goal.template_text = stack.goal.template_text;
  } else {
    MR_ASSIGN(goal.template_text, read_template(ctx, request.template_body, request.template_url));
  }
  MR_ASSIGN(Template tmpl, Template::parse(goal.template_text));
  MR_TRY(check_types(ctx, tmpl));
  MR_TRY(check_allowed_types(tmpl, request.resource_types));
  MR_TRY(check_capabilities(tmpl, request));
  std::vector<GivenParameter> given;
  for (const wire::Parameter& parameter : request.parameters) {
    given.push_back({parameter.parameter_key.value_or(""), parameter.parameter_value,
                     parameter.use_previous_value.value_or(false)});
  }
  ParameterValues previous = is_update ? stack.goal.parameters : ParameterValues{};
  MR_ASSIGN(goal.parameters,
            decide_parameters(tmpl, {given, previous, [&](const std::string& name) {
                                       return read_plain_parameter(ctx, name);
                                     }}));
  if (request.tags) {
    for (const wire::Tag& tag : *request.tags)
      goal.tags.emplace_back(tag.key, tag.value);
  } else if (is_update) {
    goal.tags = stack.goal.tags;
  }
  goal.capabilities = request.capabilities;
  goal.role_arn = request.role_arn.empty() && is_update ? stack.goal.role_arn : request.role_arn;
  goal.description = tmpl.description;
  Environment environment = environment_of(ctx.scope(), stack, tmpl, goal);
  LiveSource source(ctx, rows, stack.id);
  Resolver resolver(tmpl, environment, source);
  MR_TRY(resolver.evaluate_conditions());
  MR_TRY(resolver.check_rules());
  return goal;
}

}  // namespace millrace::cloudformation
