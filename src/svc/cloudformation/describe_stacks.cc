#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {
namespace {

wire::Stack to_wire(const StackRecord& stack) {
  wire::Stack out{.stack_name = stack.name};
  out.stack_id = stack.id;
  if (!stack.change_set_id.empty()) out.change_set_id = stack.change_set_id;
  if (!stack.goal.description.empty()) out.description = stack.goal.description;
  if (!stack.goal.parameters.empty()) out.parameters = shown_parameters(stack.goal);
  out.creation_time = stack.created;
  out.last_updated_time = stack.updated;
  out.deletion_time = stack.deleted;
  out.rollback_configuration.emplace();
  out.stack_status = stack.status;
  if (!stack.status_reason.empty()) out.stack_status_reason = stack.status_reason;
  out.disable_rollback = stack.disable_rollback;
  out.notification_arns.emplace();
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

}  // namespace

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
  std::erase_if(stacks, [](const StackRecord& stack) { return stack.is_deleted(); });
  MR_TRY(cut_page(stacks, in.next_token, out.next_token,
                  [](const StackRecord& stack) { return stack.id; }));
  for (const StackRecord& stack : stacks) {
    out.stacks->push_back(to_wire(stack));
  }
  return out;
}

}  // namespace millrace::cloudformation
