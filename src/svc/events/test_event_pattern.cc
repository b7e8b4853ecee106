#include "svc/events/rule_operations.h"

#include <fmt/format.h>

#include "expr/event_pattern.h"

namespace millrace::events {

Result<ev::TestEventPattern::Output> test_event_pattern(svc::Context& ctx,
                                                        const ev::TestEventPattern::Input& in) {
  (void)ctx;
  MR_ASSIGN(auto pattern, expr::EventPattern::parse(in.event_pattern));
  auto event = codec::Json::parse(in.event);
  if (!event.ok() || !event->is_object()) {
    return validation_error(
        "Parameter Event is not valid. Reason: Provided event is not valid JSON.");
  }
  for (const char* name :
       {"id", "account", "source", "time", "region", "resources", "detail-type"}) {
    if (event->find(name) == nullptr) {
      return validation_error(
          fmt::format("Parameter Event is not valid. Reason: {} is a required field.", name));
    }
  }
  return ev::TestEventPatternResponse{.result = pattern.matches(*event)};
}

}  // namespace millrace::events
