// What a target is given of an event: all of it, a part, a text of its own, or a template's result.
// Pure. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/events.h"
#include "base/clock.h"
#include "base/result.h"
#include "codec/json.h"

namespace millrace::events {

// "$.detail.items[0].name": members and indices. nullptr: the event has no such part.
const codec::Json* find_path(const codec::Json& event, std::string_view path);
bool is_path(std::string_view path);

// At most one of Input, InputPath, InputTransformer, each well formed. Errors: ValidationException.
Status check_input(const aws::events::Target& target);

struct Delivery {
  const codec::Json& event;
  std::string rule_arn;
  std::string rule_name;
  Instant ingested;
};
// The payload for the target. REQUIRES: check_input(target).ok().
std::string input_for(const aws::events::Target& target, const Delivery& delivery);

}  // namespace millrace::events
