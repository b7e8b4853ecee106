#include "svc/events/rule_operations.h"

#include <algorithm>

namespace millrace::events {

Result<ev::ListRuleNamesByTarget::Output> list_rule_names_by_target(
    svc::Context& ctx, const ev::ListRuleNamesByTarget::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(auto rules, load_rules(ctx.txn(), ctx.scope()));
  std::vector<std::string> names;
  for (const Rule& rule : rules) {
    MR_ASSIGN(auto targets, load_targets(ctx.txn(), ctx.scope(), rule.name()));
    bool has = std::any_of(targets.begin(), targets.end(),
                           [&](const ev::Target& target) { return target.arn == in.target_arn; });
    if (has) names.push_back(rule.name());
  }
  MR_ASSIGN(Page page, page_of(names.size(), {in.next_token, in.limit}));
  ev::ListRuleNamesByTargetResponse out;
  out.rule_names.emplace(names.begin() + static_cast<ptrdiff_t>(page.first),
                         names.begin() + static_cast<ptrdiff_t>(page.last));
  out.next_token = page.next;
  return out;
}

}  // namespace millrace::events
