#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::DisableRule::Output> disable_rule(svc::Context& ctx, const ev::DisableRule::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(Rule rule, load_rule(ctx, in.name));
  if (rule.row.state == "DISABLED") return ev::DisableRule::Output{};
  rule.row.state = "DISABLED";
  rule.anchor = Instant::from_seconds(ctx.now().seconds());
  schedule_rule(ctx.txn(), ctx.scope(), rule, ctx.now());
  return ev::DisableRule::Output{};
}

}  // namespace millrace::events
