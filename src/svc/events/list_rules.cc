#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::ListRules::Output> list_rules(svc::Context& ctx, const ev::ListRules::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(auto rules, load_rules(ctx.txn(), ctx.scope()));
  if (in.name_prefix) {
    std::erase_if(rules,
                  [&](const Rule& rule) { return !rule.name().starts_with(*in.name_prefix); });
  }
  MR_ASSIGN(Page page, page_of(rules.size(), {in.next_token, in.limit}));
  codec::Json list = codec::Json::array();
  for (size_t i = page.first; i < page.last; ++i) {
    list.push(svc::to_document<ev::DescribeRule>(rules[i].row));
  }
  codec::Json answer = codec::Json::object().set("Rules", std::move(list));
  if (page.next) answer.set("NextToken", *page.next);
  return svc::from_document<ev::ListRules>(answer);
}

}  // namespace millrace::events
