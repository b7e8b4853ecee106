#include <fmt/format.h>

#include "base/random.h"
#include "svc/cloudformation/forecast.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/request.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

constexpr char kNoChanges[] =
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set.";

Status check_options(const wire::CreateChangeSetInput& in, const std::string& type) {
  if (type == "IMPORT" || (in.resources_to_import && !in.resources_to_import->empty())) {
    return unsupported("ChangeSetType IMPORT");
  }
  if (in.import_existing_resources.value_or(false)) return unsupported("ImportExistingResources");
  if (in.deployment_mode) return unsupported("DeploymentMode");
  if (in.on_stack_failure == "DELETE" && type != "CREATE") {
    return validation_error("OnStackFailure DELETE is only valid for ChangeSetType CREATE");
  }
  return ok_status();
}

// A stack that only has change sets so far.
void save_in_review(Context& ctx, Rows& rows, StackRecord& stack, const Goal& goal) {
  stack.status = "REVIEW_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  stack.goal.tags = goal.tags;
  stack_event(ctx, rows, stack, "");
  rows.save(stack);
}

Status check_stack(const std::optional<StackRecord>& existing,
                   const wire::CreateChangeSetInput& in) {
  bool is_create = in.change_set_type == "CREATE";
  if (is_create && existing && !existing->in_review()) {
    return validation_error(
        fmt::format("Stack [{}] already exists and cannot be created again with the changeSet "
                    "[{}].",
                    existing->name, in.change_set_name));
  }
  if (is_create) return ok_status();
  if (!existing) return validation_error(fmt::format("Stack [{}] does not exist", in.stack_name));
  return check_updatable(*existing);
}

}  // namespace

Result<wire::CreateChangeSetOutput> create_change_set(Context& ctx,
                                                      const wire::CreateChangeSetInput& in) {
  std::string type = in.change_set_type.value_or("UPDATE");
  MR_TRY(check_options(in, type));
  MR_ASSIGN(PlanRequest request, plan_request(in));
  request.is_change_set = true;
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto existing, rows.find_stack_by(in.stack_name));
  MR_TRY(check_stack(existing, in));
  bool is_create = type == "CREATE";
  StackRecord stack = existing ? *existing : new_stack(ctx, in.stack_name);
  std::string token = in.client_token.value_or("");
  MR_ASSIGN(auto same_name, rows.find_change_set(stack.id, in.change_set_name));
  if (same_name && !token.empty() && same_name->client_token == token) {
    return wire::CreateChangeSetOutput{.id = same_name->id, .stack_id = stack.id};
  }
  if (same_name && same_name->execution_status != "EXECUTE_COMPLETE") {
    return Error("AlreadyExistsException", 400,
                 fmt::format("ChangeSet [{}] already exists", in.change_set_name));
  }
  if (same_name) rows.erase(*same_name);
  ChangeSetRecord record{
      .name = in.change_set_name, .stack_id = stack.id, .stack_name = stack.name};
  MR_ASSIGN(record.goal, make_goal(ctx, rows, stack, !is_create, request));
  MR_TRY(runner_of(ctx, record.goal.role_arn));  // a role that it cannot use is refused now
  MR_ASSIGN(Forecast changes, forecast(ctx, rows, stack, record.goal, !is_create));
  record.id = ctx.arn("cloudformation", fmt::format("changeSet/{}/{}", in.change_set_name,
                                                    random_uuid(thread_rng())));
  record.description = in.description.value_or("");
  record.type = type;
  record.created = ctx.now();
  record.changes = std::move(changes.changes);
  record.on_stack_failure = in.on_stack_failure.value_or("");
  record.client_token = token;
  record.include_nested_stacks = in.include_nested_stacks.value_or(false);
  record.status = changes.any ? "CREATE_COMPLETE" : "FAILED";
  record.execution_status = changes.any ? "AVAILABLE" : "UNAVAILABLE";
  if (!changes.any) record.status_reason = kNoChanges;
  if (!existing) save_in_review(ctx, rows, stack, record.goal);
  rows.save(record);
  return wire::CreateChangeSetOutput{.id = record.id, .stack_id = stack.id};
}

}  // namespace millrace::cloudformation
