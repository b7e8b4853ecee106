#include <fmt/format.h>

#include <algorithm>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"

namespace millrace::cloudformation {

Result<wire::ListStacksOutput> list_stacks(Context& ctx, const wire::ListStacksInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto stacks, rows.all_stacks());
  if (in.stack_status_filter && !in.stack_status_filter->empty()) {
    const auto& wanted = *in.stack_status_filter;
    std::erase_if(stacks, [&](const StackRecord& stack) {
      return std::find(wanted.begin(), wanted.end(), stack.status) == wanted.end();
    });
  }
  // The newest first.
  auto key = [](const StackRecord& stack) {
    return fmt::format("{:020} {}", INT64_MAX - stack.created.us, stack.id);
  };
  std::sort(stacks.begin(), stacks.end(),
            [&](const auto& a, const auto& b) { return key(a) < key(b); });
  wire::ListStacksOutput out;
  MR_TRY(cut_page(stacks, in.next_token, out.next_token, key));
  out.stack_summaries.emplace();
  for (const StackRecord& stack : stacks) {
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
