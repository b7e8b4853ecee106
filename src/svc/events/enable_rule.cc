#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::EnableRule::Output> enable_rule(svc::Context& ctx, const ev::EnableRule::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(Rule rule, load_rule(ctx, in.name));
  if (rule.row.state == "ENABLED") return ev::EnableRule::Output{};
  rule.row.state = "ENABLED";
  rule.anchor = Instant::from_seconds(ctx.now().seconds());
  schedule_rule(ctx.txn(), ctx.scope(), rule, ctx.now());
  return ev::EnableRule::Output{};
}

}  // namespace millrace::events
