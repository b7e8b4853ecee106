#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::DeleteRule::Output> delete_rule(svc::Context& ctx, const ev::DeleteRule::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(auto rule, find_rule(ctx.txn(), ctx.scope(), in.name));
  if (!rule) return ev::DeleteRule::Output{};  // as on AWS
  MR_ASSIGN(auto targets, load_targets(ctx.txn(), ctx.scope(), in.name));
  if (!targets.empty()) return validation_error("Rule can't be deleted since it has targets.");
  delete_rule_row(ctx.txn(), ctx.scope(), *rule);
  return ev::DeleteRule::Output{};
}

}  // namespace millrace::events
