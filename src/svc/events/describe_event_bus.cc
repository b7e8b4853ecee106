#include "svc/events/rule_operations.h"

namespace millrace::events {

Result<ev::DescribeEventBus::Output> describe_event_bus(svc::Context& ctx,
                                                        const ev::DescribeEventBus::Input& in) {
  MR_TRY(check_bus(ctx, in.name));
  return ev::DescribeEventBusResponse{.name = "default",
                                      .arn = ctx.arn("events", "event-bus/default")};
}

}  // namespace millrace::events
