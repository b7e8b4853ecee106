#include <fmt/format.h>

#include "svc/cloudformation/change_set.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::ExecuteChangeSetOutput> execute_change_set(Context& ctx,
                                                        const wire::ExecuteChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(ChangeSetRecord record, load_change_set(rows, {in.change_set_name, in.stack_name}));
  if (record.execution_status != "AVAILABLE") {
    return Error("InvalidChangeSetStatus", 400,
                 fmt::format("ChangeSet [{}] cannot be executed in its current status of [{}]",
                             record.id, record.status));
  }
  if (in.disable_rollback && !record.on_stack_failure.empty()) {
    return validation_error(
        "DisableRollback cannot be specified for a change set that has OnStackFailure");
  }
  MR_ASSIGN(StackRecord stack, load_stack(rows, record.stack_id));
  bool is_update = record.type != "CREATE";
  if (is_update) MR_TRY(check_updatable(stack));
  stack.disable_rollback = in.disable_rollback.value_or(record.on_stack_failure == "DO_NOTHING");
  stack.on_failure = record.on_stack_failure;
  stack.change_set_id = record.id;
  Goal goal = record.goal;
  // The others were about a stack that is no more.
  MR_ASSIGN(auto others, rows.change_sets_of(stack.id));
  for (const ChangeSetRecord& other : others)
    rows.erase(other);
  record.execution_status = "EXECUTE_COMPLETE";
  rows.save(record);
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.is_update = is_update,
                 .client_token = in.client_request_token.value_or(""),
                 .retain_except_on_create = in.retain_except_on_create.value_or(false)}));
  return wire::ExecuteChangeSetOutput{};
}

}  // namespace millrace::cloudformation
