// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html
#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/runner.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

// The stack stays as it was while others import from it; its event says why.
Result<bool> is_imported(Context& ctx, Rows& rows, StackRecord& stack, const std::string& token) {
  for (const OutputRecord& output : stack.outputs) {
    if (output.export_name.empty()) continue;
    MR_ASSIGN(auto importers, rows.importers_of(output.export_name));
    if (importers.empty()) continue;
    stack.status_reason = fmt::format("Export {} cannot be deleted as it is in use by {}",
                                      output.export_name, names_of_stacks(importers));
    stack_event(ctx, rows, stack, token);
    rows.save_state(stack);
    return true;
  }
  return false;
}

Status check_deletable(const StackRecord& stack, const wire::DeleteStackInput& in) {
  if (stack.termination_protection) {
    return validation_error(fmt::format(
        "Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name));
  }
  // A creation may be given up; an update ends first.
  if (stack.in_progress() && stack.status.starts_with("UPDATE_")) {
    return validation_error(
        fmt::format("Stack [{}] cannot be deleted while in status {}", stack.id, stack.status));
  }
  bool failed_before = stack.status == "DELETE_FAILED";
  if (in.retain_resources && !in.retain_resources->empty() && !failed_before) {
    return validation_error(
        "Invalid operation on stack. The stack status must be DELETE_FAILED to specify which "
        "resources to retain");
  }
  if (in.deletion_mode == "FORCE_DELETE_STACK" && !failed_before) {
    return validation_error(
        "Invalid operation on stack. The stack status must be DELETE_FAILED to specify "
        "FORCE_DELETE_STACK");
  }
  return ok_status();
}

// What a run that stopped half-way left goes first, then the stack's resources. A creation that is
// going on ends here; all that it made is among those.
Status plan_removal(Rows& rows, const std::string& stack_id, Job& job) {
  std::vector<ResourceRecord> order;
  MR_ASSIGN(auto suspended, rows.find_suspended(stack_id));
  if (suspended) {
    Job stopped = job_from_json(*suspended);
    JobLists lists(rows, stack_id, stopped);
    MR_ASSIGN(order, lists.leftovers());
    lists.erase();
    rows.erase_suspended(stack_id);
  }
  MR_ASSIGN(auto running, rows.find_job(stack_id));
  if (running) {
    Job ended = job_from_json(*running);
    JobLists(rows, stack_id, ended).erase();
  }
  MR_ASSIGN(auto resources, rows.resources_of(stack_id));
  MR_ASSIGN(auto own, in_removal_order(std::move(resources)));
  order.insert(order.end(), own.begin(), own.end());
  JobLists lists(rows, stack_id, job);
  for (const ResourceRecord& resource : order)
    lists.will_remove(resource);
  return ok_status();
}

}  // namespace

Result<wire::DeleteStack::Output> delete_stack(Context& ctx, const wire::DeleteStackInput& in) {
  wire::DeleteStack::Output nothing;
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto found, rows.find_stack_by(in.stack_name));
  if (!found || found->is_deleted()) return nothing;  // as AWS has it
  StackRecord stack = std::move(*found);
  MR_TRY(check_deletable(stack, in));
  if (stack.status == "DELETE_IN_PROGRESS") return nothing;
  Job job{.kind = JobKind::kDelete, .phase = Phase::kDelete};
  job.client_token = in.client_request_token.value_or("");
  job.started_ms = ctx.now().ms();
  job.force_delete = in.deletion_mode == "FORCE_DELETE_STACK";
  MR_ASSIGN(job.caller, runner_of(ctx, in.role_arn.value_or(stack.goal.role_arn)));
  if (in.retain_resources) {
    job.retain.insert(in.retain_resources->begin(), in.retain_resources->end());
  }
  MR_ASSIGN(bool imported, is_imported(ctx, rows, stack, job.client_token));
  if (imported) return nothing;
  stack.status = "DELETE_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  stack_event(ctx, rows, stack, job.client_token);
  rows.save_state(stack);
  MR_TRY(plan_removal(rows, stack.id, job));
  start_job(ctx, rows, stack.id, std::move(job));
  return nothing;
}

}  // namespace millrace::cloudformation
