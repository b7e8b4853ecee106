// The handlers of CloudFormation's operations: stacks.cc (that change a stack), change_sets.cc,
// queries.cc (that only read).
#pragma once

#include "svc/cloudformation/plan.h"
#include "svc/cloudformation/records.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

using svc::Context;

// ValidationError "Stack with id X does not exist" when there is none.
Result<StackRecord> load_stack(Rows& rows, const std::string& name_or_id);
StackRecord new_stack(Context& ctx, const std::string& name);
// Puts the stack on its way: status, event, job. REQUIRES: no run is going on.
struct Launch {
  bool is_update = false;
  std::string client_token;
};
Status launch(Context& ctx, Rows& rows, StackRecord stack, Goal goal, const Launch& how);
// "CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE" ...: whether an update may begin.
Status check_updatable(const StackRecord& stack);
void register_stacks(svc::Registry& registry);
void register_change_sets(svc::Registry& registry);
void register_queries(svc::Registry& registry);

template <class Op>
Result<std::vector<svc::Access>> on_stack(Context& ctx, const typename Op::Input& in) {
  std::string name;
  if constexpr (requires { in.stack_name.value_or(""); }) {
    name = in.stack_name.value_or("*");
  } else {
    name = in.stack_name;
  }
  std::string resource = name;
  if (!name.starts_with("arn:") && name != "*") {
    resource = ctx.arn("cloudformation", "stack/" + name + "/*");
  }
  return std::vector<svc::Access>{
      {.action = "cloudformation:" + std::string(Op::kDescription.name), .resource = resource}};
}
template <class Op>
Result<std::vector<svc::Access>> on_all_stacks(Context&, const typename Op::Input&) {
  return std::vector<svc::Access>{
      {.action = "cloudformation:" + std::string(Op::kDescription.name), .resource = "*"}};
}

}  // namespace millrace::cloudformation
