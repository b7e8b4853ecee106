// Stack: what the operations that change a stack have in common, from finding it to putting it on
// its way. Free functions on one transaction.
#pragma once

#include <string>

#include "svc/cloudformation/plan.h"
#include "svc/cloudformation/records.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

// ValidationError "Stack with id X does not exist" when there is none.
Result<StackRecord> load_stack(Rows& rows, const std::string& name_or_id);
StackRecord new_stack(svc::Context& ctx, const std::string& name);
// "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE" ...: whether an update may begin.
Status check_updatable(const StackRecord& stack);

// As answers show them: those that the template declares NoEcho as "****".
std::vector<wire::Parameter> shown_parameters(const Goal& goal);

// Who the run acts as: the caller, or the stack's role when he gave one, which he must be allowed
// to pass.
Result<svc::Caller> runner_of(svc::Context& ctx, const std::string& role_arn);

// The stack's own event, of its status and reason.
void stack_event(svc::Context& ctx, Rows& rows, StackRecord& stack, const std::string& token);

// Puts the stack on its way: status, event, job. REQUIRES: no run is going on.
struct Launch {
  bool is_update = false;
  std::string client_token;
  bool retain_except_on_create = false;
};
Status launch(svc::Context& ctx, Rows& rows, StackRecord stack, Goal goal, const Launch& how);

// Takes a run that stopped half-way back. ValidationError when there is none.
struct RollBack {
  std::string client_token;
  std::string role_arn;  // empty: the stack's, or the caller
  bool retain_except_on_create = false;
  std::vector<std::string> skip;  // logical ids that stay as they are
};
Status roll_back_suspended(svc::Context& ctx, Rows& rows, StackRecord stack, const RollBack& how);

}  // namespace millrace::cloudformation
