#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

constexpr size_t kEventsPerPage = 100;

wire::Stack to_wire(const StackRecord& stack) {
  wire::Stack out{.stack_name = stack.name};
  out.stack_id = stack.id;
  if (!stack.change_set_id.empty()) out.change_set_id = stack.change_set_id;
  if (!stack.goal.description.empty()) out.description = stack.goal.description;
  auto tmpl = Template::parse(stack.goal.template_text);
  for (const auto& [name, value] : stack.goal.parameters) {
    const ParameterDeclaration* declaration = tmpl.ok() ? tmpl->find_parameter(name) : nullptr;
    bool hidden = declaration != nullptr && declaration->no_echo;
    wire::Parameter parameter{.parameter_key = name,
                              .parameter_value = hidden ? "****" : value.given};
    if (!hidden && value.resolved != value.given) parameter.resolved_value = value.resolved;
    if (!out.parameters) out.parameters.emplace();
    out.parameters->push_back(std::move(parameter));
  }
  out.creation_time = stack.created;
  out.last_updated_time = stack.updated;
  out.deletion_time = stack.deleted;
  out.rollback_configuration.emplace();
  out.stack_status = stack.status;
  if (!stack.status_reason.empty()) out.stack_status_reason = stack.status_reason;
  out.disable_rollback = stack.disable_rollback;
  out.notification_arns = stack.goal.notification_arns;
  if (!stack.goal.capabilities.empty()) out.capabilities = stack.goal.capabilities;
  for (const OutputRecord& output : stack.outputs) {
    wire::Output one{.output_key = output.key, .output_value = output.value};
    if (!output.description.empty()) one.description = output.description;
    if (!output.export_name.empty()) one.export_name = output.export_name;
    if (!out.outputs) out.outputs.emplace();
    out.outputs->push_back(std::move(one));
  }
  if (!stack.goal.role_arn.empty()) out.role_arn = stack.goal.role_arn;
  out.tags.emplace();
  for (const auto& [key, value] : stack.goal.tags)
    out.tags->push_back({key, value});
  out.enable_termination_protection = stack.termination_protection;
  out.drift_information = wire::StackDriftInformation{.stack_drift_status = "NOT_CHECKED"};
  if (stack.timeout_minutes > 0) out.timeout_in_minutes = stack.timeout_minutes;
  return out;
}

Result<wire::DescribeStacksOutput> describe_stacks(Context& ctx,
                                                   const wire::DescribeStacksInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  wire::DescribeStacksOutput out;
  out.stacks.emplace();
  if (in.stack_name) {
    MR_ASSIGN(StackRecord stack, load_stack(rows, *in.stack_name));
    out.stacks->push_back(to_wire(stack));
    return out;
  }
  MR_ASSIGN(auto stacks, rows.all_stacks());
  for (const StackRecord& stack : stacks) {
    if (!stack.is_deleted()) out.stacks->push_back(to_wire(stack));
  }
  return out;
}

Result<wire::DescribeStackEventsOutput> describe_stack_events(
    Context& ctx, const wire::DescribeStackEventsInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  Rows::EventPage page{.limit = kEventsPerPage};
  if (in.next_token) {
    const std::string& token = *in.next_token;
    auto r = std::from_chars(token.data(), token.data() + token.size(), page.before_ms);
    if (r.ec != std::errc() || r.ptr != token.data() + token.size() || page.before_ms <= 0) {
      return validation_error("Invalid NextToken");
    }
  }
  MR_ASSIGN(auto events, rows.events_of(stack.id, page));
  wire::DescribeStackEventsOutput out;
  out.stack_events.emplace();
  for (const Rows::StoredEvent& stored : events) {
    wire::StackEvent event{
        .stack_id = stack.id, .event_id = stored.event_id, .stack_name = stack.name};
    event.logical_resource_id = stored.event.logical_id;
    event.physical_resource_id = stored.event.physical_id;
    event.resource_type = stored.event.type;
    event.timestamp = Instant::from_ms(stored.ms);
    event.resource_status = stored.event.status;
    if (!stored.event.reason.empty()) event.resource_status_reason = stored.event.reason;
    if (!stored.event.properties.is_null()) {
      event.resource_properties = stored.event.properties.dump();
    }
    if (!stored.client_token.empty()) event.client_request_token = stored.client_token;
    out.stack_events->push_back(std::move(event));
  }
  if (events.size() == kEventsPerPage) out.next_token = std::to_string(events.back().ms);
  return out;
}

Result<wire::DescribeStackResourceOutput> describe_stack_resource(
    Context& ctx, const wire::DescribeStackResourceInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto stack, rows.find_stack_by(in.stack_name));
  if (!stack) {
    return validation_error(fmt::format("Stack '{}' does not exist", in.stack_name));
  }
  MR_ASSIGN(auto resource, rows.find_resource(stack->id, in.logical_resource_id));
  if (!resource) {
    return validation_error(fmt::format("Resource {} does not exist for stack {}",
                                        in.logical_resource_id, stack->name));
  }
  wire::StackResourceDetail detail{.logical_resource_id = resource->logical_id};
  detail.stack_name = stack->name;
  detail.stack_id = stack->id;
  detail.physical_resource_id = resource->physical_id;
  detail.resource_type = resource->type;
  detail.last_updated_timestamp = resource->changed;
  detail.resource_status = resource->status;
  if (!resource->status_reason.empty()) detail.resource_status_reason = resource->status_reason;
  detail.metadata = resource->metadata.is_null() ? "{}" : resource->metadata.dump();
  detail.drift_information =
      wire::StackResourceDriftInformation{.stack_resource_drift_status = "NOT_CHECKED"};
  return wire::DescribeStackResourceOutput{.stack_resource_detail = std::move(detail)};
}

Result<wire::DescribeStackResourcesOutput> describe_stack_resources(
    Context& ctx, const wire::DescribeStackResourcesInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  if (!in.stack_name) {
    return validation_error("PhysicalResourceId without StackName is not supported by Millrace");
  }
  MR_ASSIGN(StackRecord stack, load_stack(rows, *in.stack_name));
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  wire::DescribeStackResourcesOutput out;
  out.stack_resources.emplace();
  for (const ResourceRecord& resource : resources) {
    if (in.logical_resource_id && *in.logical_resource_id != resource.logical_id) continue;
    wire::StackResource one{.logical_resource_id = resource.logical_id};
    one.stack_name = stack.name;
    one.stack_id = stack.id;
    one.physical_resource_id = resource.physical_id;
    one.resource_type = resource.type;
    one.timestamp = resource.changed;
    one.resource_status = resource.status;
    if (!resource.status_reason.empty()) one.resource_status_reason = resource.status_reason;
    out.stack_resources->push_back(std::move(one));
  }
  return out;
}

Result<wire::ListStackResourcesOutput> list_stack_resources(
    Context& ctx, const wire::ListStackResourcesInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  wire::ListStackResourcesOutput out;
  out.stack_resource_summaries.emplace();
  for (const ResourceRecord& resource : resources) {
    wire::StackResourceSummary one{.logical_resource_id = resource.logical_id};
    one.physical_resource_id = resource.physical_id;
    one.resource_type = resource.type;
    one.last_updated_timestamp = resource.changed;
    one.resource_status = resource.status;
    if (!resource.status_reason.empty()) one.resource_status_reason = resource.status_reason;
    out.stack_resource_summaries->push_back(std::move(one));
  }
  return out;
}

Result<wire::ListStacksOutput> list_stacks(Context& ctx, const wire::ListStacksInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto stacks, rows.all_stacks());
  std::sort(stacks.begin(), stacks.end(),
            [](const auto& a, const auto& b) { return a.created > b.created; });
  wire::ListStacksOutput out;
  out.stack_summaries.emplace();
  for (const StackRecord& stack : stacks) {
    if (in.stack_status_filter && !in.stack_status_filter->empty() &&
        std::find(in.stack_status_filter->begin(), in.stack_status_filter->end(), stack.status) ==
            in.stack_status_filter->end()) {
      continue;
    }
    wire::StackSummary one{.stack_name = stack.name};
    one.stack_id = stack.id;
    if (!stack.goal.description.empty()) one.template_description = stack.goal.description;
    one.creation_time = stack.created;
    one.last_updated_time = stack.updated;
    one.deletion_time = stack.deleted;
    one.stack_status = stack.status;
    if (!stack.status_reason.empty()) one.stack_status_reason = stack.status_reason;
    out.stack_summaries->push_back(std::move(one));
  }
  return out;
}

Result<wire::ListExportsOutput> list_exports(Context& ctx, const wire::ListExportsInput&) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto exports, rows.all_exports());
  wire::ListExportsOutput out;
  out.exports.emplace();
  for (const ExportRecord& one : exports) {
    out.exports->push_back(
        {.exporting_stack_id = one.stack_id, .name = one.name, .value = one.value});
  }
  return out;
}

Result<wire::GetStackPolicyOutput> get_stack_policy(Context& ctx,
                                                    const wire::GetStackPolicyInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  wire::GetStackPolicyOutput out;
  if (!stack.policy_body.empty()) out.stack_policy_body = stack.policy_body;
  return out;
}

Result<wire::GetTemplateOutput> get_template(Context& ctx, const wire::GetTemplateInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name.value_or("")));
  wire::GetTemplateOutput out;
  out.template_body = stack.goal.template_text;
  if (in.change_set_name) {
    std::string name = *in.change_set_name;
    if (size_t at = name.find(":changeSet/"); at != std::string::npos) {
      name = name.substr(at + 11);
      name = name.substr(0, name.find('/'));
    }
    MR_ASSIGN(auto change_set, rows.find_change_set(stack.id, name));
    if (!change_set) {
      return Error("ChangeSetNotFound", 404,
                   fmt::format("ChangeSet [{}] does not exist", *in.change_set_name));
    }
    out.template_body = change_set->goal.template_text;
  }
  out.stages_available = std::vector<std::string>{"Original", "Processed"};
  return out;
}

Result<wire::GetTemplateSummaryOutput> get_template_summary(
    Context& ctx, const wire::GetTemplateSummaryInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  std::string text;
  if (in.stack_name) {
    MR_ASSIGN(StackRecord stack, load_stack(rows, *in.stack_name));
    text = stack.goal.template_text;
  } else {
    MR_ASSIGN(text, read_template(ctx, in.template_body, in.template_url));
  }
  MR_ASSIGN(Template tmpl, Template::parse(text));
  wire::GetTemplateSummaryOutput out;
  out.parameters.emplace();
  for (const ParameterDeclaration& declaration : tmpl.parameters) {
    wire::ParameterDeclaration one{.parameter_key = declaration.name,
                                   .default_value = declaration.default_value,
                                   .parameter_type = declaration.type,
                                   .no_echo = declaration.no_echo};
    if (!declaration.description.empty()) one.description = declaration.description;
    one.parameter_constraints.emplace();
    if (!declaration.allowed_values.empty()) {
      one.parameter_constraints->allowed_values = declaration.allowed_values;
    }
    out.parameters->push_back(std::move(one));
  }
  if (!tmpl.description.empty()) out.description = tmpl.description;
  if (!tmpl.version.empty()) out.version = tmpl.version;
  if (!tmpl.metadata.is_null()) out.metadata = tmpl.metadata.dump();
  if (std::string needed = tmpl.required_capability(); !needed.empty()) {
    out.capabilities = std::vector<std::string>{needed};
    out.capabilities_reason = tmpl.capability_reason();
  }
  out.resource_types.emplace();
  for (const ResourceDeclaration& resource : tmpl.resources) {
    auto& types = *out.resource_types;
    if (std::find(types.begin(), types.end(), resource.type) == types.end()) {
      types.push_back(resource.type);
    }
  }
  return out;
}

Result<wire::ValidateTemplateOutput> validate_template(Context& ctx,
                                                       const wire::ValidateTemplateInput& in) {
  MR_ASSIGN(std::string text, read_template(ctx, in.template_body, in.template_url));
  MR_ASSIGN(Template tmpl, Template::parse(text));
  wire::ValidateTemplateOutput out;
  out.parameters.emplace();
  for (const ParameterDeclaration& declaration : tmpl.parameters) {
    wire::TemplateParameter one{.parameter_key = declaration.name,
                                .default_value = declaration.default_value,
                                .no_echo = declaration.no_echo};
    if (!declaration.description.empty()) one.description = declaration.description;
    out.parameters->push_back(std::move(one));
  }
  if (!tmpl.description.empty()) out.description = tmpl.description;
  if (std::string needed = tmpl.required_capability(); !needed.empty()) {
    out.capabilities = std::vector<std::string>{needed};
    out.capabilities_reason = tmpl.capability_reason();
  }
  return out;
}

}  // namespace

void register_queries(svc::Registry& r) {
  r.add<wire::DescribeStacks>({.run = describe_stacks, .access = on_stack<wire::DescribeStacks>});
  r.add<wire::DescribeStackEvents>(
      {.run = describe_stack_events, .access = on_stack<wire::DescribeStackEvents>});
  r.add<wire::DescribeStackResource>(
      {.run = describe_stack_resource, .access = on_stack<wire::DescribeStackResource>});
  r.add<wire::DescribeStackResources>(
      {.run = describe_stack_resources, .access = on_stack<wire::DescribeStackResources>});
  r.add<wire::ListStackResources>(
      {.run = list_stack_resources, .access = on_stack<wire::ListStackResources>});
  r.add<wire::ListStacks>({.run = list_stacks, .access = on_all_stacks<wire::ListStacks>});
  r.add<wire::ListExports>({.run = list_exports, .access = on_all_stacks<wire::ListExports>});
  r.add<wire::GetStackPolicy>({.run = get_stack_policy, .access = on_stack<wire::GetStackPolicy>});
  r.add<wire::GetTemplate>({.run = get_template, .access = on_stack<wire::GetTemplate>});
  r.add<wire::GetTemplateSummary>({.run = get_template_summary,
                                   .access = on_all_stacks<wire::GetTemplateSummary>,
                                   .blocking = true});
  r.add<wire::ValidateTemplate>({.run = validate_template,
                                 .access = on_all_stacks<wire::ValidateTemplate>,
                                 .blocking = true});
}

}  // namespace millrace::cloudformation
