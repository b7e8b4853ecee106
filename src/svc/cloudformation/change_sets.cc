#include <fmt/format.h>

#include "base/random.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/template_text.h"
#include "svc/document.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

constexpr char kNoChanges[] =
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set.";

struct ChangeSetName {
  std::string name;
  std::optional<std::string> stack_name;
};
std::string short_name(const std::string& name_or_arn) {
  // arn:aws:cloudformation:REGION:ACCOUNT:changeSet/NAME/UUID
  size_t at = name_or_arn.find(":changeSet/");
  if (at == std::string::npos) return name_or_arn;
  std::string rest = name_or_arn.substr(at + 11);
  return rest.substr(0, rest.find('/'));
}

Result<std::optional<ChangeSetRecord>> find(Rows& rows, const ChangeSetName& wanted) {
  if (wanted.stack_name) {
    MR_ASSIGN(StackRecord stack, load_stack(rows, *wanted.stack_name));
    return rows.find_change_set(stack.id, short_name(wanted.name));
  }
  if (!wanted.name.starts_with("arn:")) {
    return validation_error(
        "StackName must be specified if ChangeSetName is not specified as an ARN.");
  }
  MR_ASSIGN(auto stacks, rows.all_stacks());
  for (const StackRecord& stack : stacks) {
    MR_ASSIGN(auto found, rows.find_change_set(stack.id, short_name(wanted.name)));
    if (found && found->id == wanted.name) return found;
  }
  return std::optional<ChangeSetRecord>();
}

Result<ChangeSetRecord> load(Rows& rows, const ChangeSetName& wanted) {
  MR_ASSIGN(auto found, find(rows, wanted));
  bool right = found && (!wanted.name.starts_with("arn:") || found->id == wanted.name);
  if (!right) {
    return Error("ChangeSetNotFound", 404,
                 fmt::format("ChangeSet [{}] does not exist", wanted.name));
  }
  return std::move(*found);
}

Result<wire::CreateChangeSetOutput> create_change_set(Context& ctx,
                                                      const wire::CreateChangeSetInput& in) {
  std::string type = in.change_set_type.value_or("UPDATE");
  if (type == "IMPORT" || (in.resources_to_import && !in.resources_to_import->empty())) {
    return validation_error("ChangeSetType IMPORT is not supported by Millrace");
  }
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto existing, rows.find_stack_by(in.stack_name));
  bool is_create = type == "CREATE";
  if (is_create && existing && !existing->in_review()) {
    return validation_error(
        fmt::format("Stack [{}] already exists and cannot be created again with "
                    "the changeSet [{}].",
                    existing->name, in.change_set_name));
  }
  if (!is_create && !existing) {
    return validation_error(fmt::format("Stack [{}] does not exist", in.stack_name));
  }
  StackRecord stack = existing ? *existing : new_stack(ctx, in.stack_name);
  if (!is_create) MR_TRY(check_updatable(stack));
  MR_ASSIGN(auto same_name, rows.find_change_set(stack.id, in.change_set_name));
  if (same_name && same_name->execution_status != "EXECUTE_COMPLETE") {
    return Error("AlreadyExistsException", 400,
                 fmt::format("ChangeSet [{}] already exists", in.change_set_name));
  }
  PlanRequest request{.template_body = in.template_body, .template_url = in.template_url};
  request.use_previous_template = in.use_previous_template.value_or(false);
  request.parameters = in.parameters.value_or(std::vector<wire::Parameter>());
  request.capabilities = in.capabilities.value_or(std::vector<std::string>());
  request.notification_arns = in.notification_arns.value_or(std::vector<std::string>());
  request.tags = in.tags;
  request.role_arn = in.role_arn.value_or("");
  ChangeSetRecord record{
      .name = in.change_set_name, .stack_id = stack.id, .stack_name = stack.name};
  MR_ASSIGN(record.goal, make_goal(ctx, rows, stack, !is_create, request));
  MR_ASSIGN(Forecast changes, forecast(ctx, rows, stack, record.goal, !is_create));
  record.id = ctx.arn("cloudformation", fmt::format("changeSet/{}/{}", in.change_set_name,
                                                    random_uuid(thread_rng())));
  record.description = in.description.value_or("");
  record.type = type;
  record.created = ctx.now();
  record.changes = std::move(changes.changes);
  record.on_stack_failure = in.on_stack_failure.value_or("");
  record.status = changes.any ? "CREATE_COMPLETE" : "FAILED";
  record.execution_status = changes.any ? "AVAILABLE" : "UNAVAILABLE";
  if (!changes.any) record.status_reason = kNoChanges;
  if (is_create && !existing) {
    stack.status = "REVIEW_IN_PROGRESS";
    stack.status_reason = "User Initiated";
    stack.goal.tags = record.goal.tags;
    rows.add_event(stack,
                   {.logical_id = stack.name,
                    .physical_id = stack.id,
                    .type = "AWS::CloudFormation::Stack",
                    .status = stack.status,
                    .reason = stack.status_reason},
                   "", ctx.now());
    rows.save(stack);
  }
  rows.save(record);
  return wire::CreateChangeSetOutput{.id = record.id, .stack_id = stack.id};
}

Result<wire::DescribeChangeSetOutput> describe_change_set(Context& ctx,
                                                          const wire::DescribeChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(ChangeSetRecord record, load(rows, {in.change_set_name, in.stack_name}));
  Json document = Json::object();
  document.set("Changes", record.changes);
  MR_ASSIGN(auto out, svc::from_document<wire::DescribeChangeSet>(document));
  out.change_set_name = record.name;
  out.change_set_id = record.id;
  out.stack_id = record.stack_id;
  out.stack_name = record.stack_name;
  if (!record.description.empty()) out.description = record.description;
  out.parameters.emplace();
  for (const auto& [name, value] : record.goal.parameters) {
    wire::Parameter parameter{.parameter_key = name, .parameter_value = value.given};
    if (value.resolved != value.given) parameter.resolved_value = value.resolved;
    out.parameters->push_back(std::move(parameter));
  }
  out.creation_time = record.created;
  out.execution_status = record.execution_status;
  out.status = record.status;
  if (!record.status_reason.empty()) out.status_reason = record.status_reason;
  out.notification_arns = record.goal.notification_arns;
  out.capabilities = record.goal.capabilities;
  out.tags.emplace();
  for (const auto& [key, value] : record.goal.tags)
    out.tags->push_back({key, value});
  out.include_nested_stacks = false;
  return out;
}

Result<wire::ExecuteChangeSetOutput> execute_change_set(Context& ctx,
                                                        const wire::ExecuteChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(ChangeSetRecord record, load(rows, {in.change_set_name, in.stack_name}));
  if (record.execution_status != "AVAILABLE") {
    return Error("InvalidChangeSetStatus", 400,
                 fmt::format("ChangeSet [{}] cannot be executed in its current status of [{}]",
                             record.id, record.status));
  }
  MR_ASSIGN(StackRecord stack, load_stack(rows, record.stack_id));
  bool is_update = record.type != "CREATE";
  if (is_update) MR_TRY(check_updatable(stack));
  stack.disable_rollback = in.disable_rollback.value_or(record.on_stack_failure == "DO_NOTHING");
  stack.on_failure = record.on_stack_failure;
  stack.change_set_id = record.id;
  Goal goal = record.goal;
  // The others were about a stack that is no more; this one's name may be used again.
  MR_ASSIGN(auto others, rows.change_sets_of(stack.id));
  for (const ChangeSetRecord& other : others)
    rows.erase(other);
  record.execution_status = "EXECUTE_COMPLETE";
  rows.save(record);
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.is_update = is_update, .client_token = in.client_request_token.value_or("")}));
  return wire::ExecuteChangeSetOutput{};
}

Result<wire::DeleteChangeSetOutput> delete_change_set(Context& ctx,
                                                      const wire::DeleteChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  auto found = find(rows, {in.change_set_name, in.stack_name});
  if (!found.ok() && found.error().is_server_fault()) return std::move(found).error();
  if (found.ok() && *found) rows.erase(**found);  // one that does not exist is deleted
  return wire::DeleteChangeSetOutput{};
}

Result<wire::ListChangeSetsOutput> list_change_sets(Context& ctx,
                                                    const wire::ListChangeSetsInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_ASSIGN(auto records, rows.change_sets_of(stack.id));
  wire::ListChangeSetsOutput out;
  out.summaries.emplace();
  for (const ChangeSetRecord& record : records) {
    out.summaries->push_back({.stack_id = record.stack_id,
                              .stack_name = record.stack_name,
                              .change_set_id = record.id,
                              .change_set_name = record.name,
                              .execution_status = record.execution_status,
                              .status = record.status,
                              .creation_time = record.created});
  }
  return out;
}

}  // namespace

void register_change_sets(svc::Registry& r) {
  r.add<wire::CreateChangeSet>(
      {.run = create_change_set, .access = on_stack<wire::CreateChangeSet>, .blocking = true});
  r.add<wire::DescribeChangeSet>(
      {.run = describe_change_set, .access = on_stack<wire::DescribeChangeSet>});
  r.add<wire::ExecuteChangeSet>(
      {.run = execute_change_set, .access = on_stack<wire::ExecuteChangeSet>});
  r.add<wire::DeleteChangeSet>(
      {.run = delete_change_set, .access = on_stack<wire::DeleteChangeSet>});
  r.add<wire::ListChangeSets>({.run = list_change_sets, .access = on_stack<wire::ListChangeSets>});
}

}  // namespace millrace::cloudformation
