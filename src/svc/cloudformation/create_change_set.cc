#include <fmt/format.h>

#include "base/random.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

constexpr char kNoChanges[] =
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set.";

}  // namespace

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

}  // namespace millrace::cloudformation
