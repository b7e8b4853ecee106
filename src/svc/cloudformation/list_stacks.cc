#include <algorithm>

#include "svc/cloudformation/operations.h"

namespace millrace::cloudformation {

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

}  // namespace millrace::cloudformation
