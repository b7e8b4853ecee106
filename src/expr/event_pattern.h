// Event patterns of EventBridge: which events a rule takes.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
//
//   {"source": ["orders"], "detail": {"total": [{"numeric": [">", 100]}], "test": [{"exists":
//   false}]}}
//
// Matchers: exact values, prefix, suffix, equals-ignore-case, wildcard, anything-but (also of
// prefix, suffix, equals-ignore-case, wildcard), numeric, exists, cidr (IPv4); $or between
// sub-patterns. An array in the event matches when one of its elements does; within an array of
// objects one element must match the whole sub-pattern. Pure; free-threaded.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "codec/json.h"

namespace millrace::expr {

class EventPattern {
 public:
  // Errors: InvalidEventPatternException, "Event pattern is not valid. Reason: ...".
  static Result<EventPattern> parse(std::string_view text);
  static Result<EventPattern> compile(const codec::Json& pattern);

  bool matches(const codec::Json& event) const;

  EventPattern(const EventPattern&) = default;
  EventPattern& operator=(const EventPattern&) = default;

  struct Node;  // event_pattern_node.h

 private:
  explicit EventPattern(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

  std::shared_ptr<const Node> root_;
};

}  // namespace millrace::expr
