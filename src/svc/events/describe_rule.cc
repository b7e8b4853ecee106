#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::DescribeRule::Output> describe_rule(svc::Context& ctx,
                                               const ev::DescribeRule::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(Rule rule, load_rule(ctx, in.name));
  return rule.row;
}

}  // namespace millrace::events
