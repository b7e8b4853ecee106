#include "svc/events/operations.h"
#include "svc/events/rule_operations.h"

namespace millrace::events {
namespace {

// What the operation is about: a rule, whatever its ARN names, the bus, or nothing in particular.
template <class Op>
std::string resource_of(const svc::Context& ctx, const typename Op::Input& in) {
  if constexpr (requires { in.resource_arn; }) {
    return in.resource_arn;
  } else if constexpr (requires { in.rule; }) {
    return ctx.arn("events", "rule/" + in.rule);
  } else if constexpr (std::is_same_v<Op, ev::DescribeEventBus> ||
                       std::is_same_v<Op, ev::PutEvents>) {
    return ctx.arn("events", "event-bus/default");
  } else if constexpr (requires { in.name; }) {
    return ctx.arn("events", "rule/" + in.name);
  } else {
    return "*";
  }
}

template <class Op>
Result<std::vector<svc::Access>> access(svc::Context& ctx, const typename Op::Input& in) {
  return std::vector<svc::Access>{{.action = "events:" + std::string(Op::kDescription.name),
                                   .resource = resource_of<Op>(ctx, in)}};
}

}  // namespace

void register_operations(svc::Registry& r) {
  r.add<ev::DeleteRule>({.run = delete_rule, .access = access<ev::DeleteRule>});
  r.add<ev::DescribeEventBus>({.run = describe_event_bus, .access = access<ev::DescribeEventBus>});
  r.add<ev::DescribeRule>({.run = describe_rule, .access = access<ev::DescribeRule>});
  r.add<ev::DisableRule>({.run = disable_rule, .access = access<ev::DisableRule>});
  r.add<ev::EnableRule>({.run = enable_rule, .access = access<ev::EnableRule>});
  r.add<ev::ListEventBuses>({.run = list_event_buses, .access = access<ev::ListEventBuses>});
  r.add<ev::ListRuleNamesByTarget>(
      {.run = list_rule_names_by_target, .access = access<ev::ListRuleNamesByTarget>});
  r.add<ev::ListRules>({.run = list_rules, .access = access<ev::ListRules>});
  r.add<ev::ListTagsForResource>(
      {.run = list_tags_for_resource, .access = access<ev::ListTagsForResource>});
  r.add<ev::ListTargetsByRule>(
      {.run = list_targets_by_rule, .access = access<ev::ListTargetsByRule>});
  r.add<ev::PutRule>({.run = put_rule, .access = access<ev::PutRule>});
  r.add<ev::PutTargets>({.run = put_targets, .access = access<ev::PutTargets>});
  r.add<ev::RemoveTargets>({.run = remove_targets, .access = access<ev::RemoveTargets>});
  r.add<ev::TagResource>({.run = tag_resource, .access = access<ev::TagResource>});
  r.add<ev::TestEventPattern>({.run = test_event_pattern, .access = access<ev::TestEventPattern>});
  r.add<ev::UntagResource>({.run = untag_resource, .access = access<ev::UntagResource>});
  r.add<ev::PutEvents>({.start = put_events, .access = access<ev::PutEvents>});
}

}  // namespace millrace::events
