#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::RemoveTargets::Output> remove_targets(svc::Context& ctx,
                                                 const ev::RemoveTargets::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(Rule rule, load_rule(ctx, in.rule));
  for (const std::string& id : in.ids)
    delete_target(ctx.txn(), ctx.scope(), in.rule, id);
  return ev::RemoveTargetsResponse{.failed_entry_count = 0,
                                   .failed_entries = std::vector<ev::RemoveTargetsResultEntry>()};
}

}  // namespace millrace::events
