#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {

Result<wire::ListChangeSetsOutput> list_change_sets(Context& ctx,
                                                    const wire::ListChangeSetsInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_ASSIGN(auto records, rows.change_sets_of(stack.id));
  wire::ListChangeSetsOutput out;
  MR_TRY(cut_page(records, in.next_token, out.next_token,
                  [](const ChangeSetRecord& one) { return one.name; }));
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

}  // namespace millrace::cloudformation
