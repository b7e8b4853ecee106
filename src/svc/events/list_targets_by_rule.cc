#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::ListTargetsByRule::Output> list_targets_by_rule(svc::Context& ctx,
                                                           const ev::ListTargetsByRule::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(Rule rule, load_rule(ctx, in.rule));
  MR_ASSIGN(auto targets, load_targets(ctx.txn(), ctx.scope(), in.rule));
  MR_ASSIGN(Page page, page_of(targets.size(), {in.next_token, in.limit}));
  ev::ListTargetsByRuleResponse out;
  out.targets.emplace(targets.begin() + static_cast<ptrdiff_t>(page.first),
                      targets.begin() + static_cast<ptrdiff_t>(page.last));
  out.next_token = page.next;
  return out;
}

}  // namespace millrace::events
