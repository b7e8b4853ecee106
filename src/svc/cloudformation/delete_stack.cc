#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/runner.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::DeleteStack::Output> delete_stack(Context& ctx, const wire::DeleteStackInput& in) {
  wire::DeleteStack::Output nothing;
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto found, rows.find_stack_by(in.stack_name));
  if (!found || found->is_deleted()) return nothing;  // as AWS has it
  StackRecord stack = std::move(*found);
  if (stack.termination_protection) {
    return validation_error(fmt::format(
        "Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name));
  }
  if (stack.status == "DELETE_IN_PROGRESS") return nothing;
  if (in.retain_resources && !in.retain_resources->empty() && stack.status != "DELETE_FAILED") {
    return validation_error(
        "Invalid operation on stack. The stack status must be DELETE_FAILED to specify which "
        "resources to retain");
  }
  Job job{.kind = JobKind::kDelete, .phase = Phase::kDelete};
  job.client_token = in.client_request_token.value_or("");
  MR_ASSIGN(job.caller, runner_of(ctx, in.role_arn.value_or(stack.goal.role_arn)));
  if (in.retain_resources)
    job.retain.insert(in.retain_resources->begin(), in.retain_resources->end());
  stack.status = "DELETE_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  for (const OutputRecord& output : stack.outputs) {
    if (output.export_name.empty()) continue;
    MR_ASSIGN(auto importers, rows.importers_of(output.export_name));
    if (importers.empty()) continue;
    stack.status = "DELETE_FAILED";
    stack.status_reason = fmt::format("Export {} cannot be deleted as it is in use by {}",
                                      output.export_name, importers.front());
    stack_event(ctx, rows, stack, job.client_token);
    rows.save_state(stack);
    return nothing;
  }
  stack_event(ctx, rows, stack, job.client_token);
  rows.save_state(stack);
  // What is removed first depends on what is removed later.
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  MR_ASSIGN(job.to_remove, in_removal_order(std::move(resources)));
  start_job(ctx, rows, stack.id, std::move(job));
  return nothing;
}

}  // namespace millrace::cloudformation
