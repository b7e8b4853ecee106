// Condition: one operator of a Condition block with its keys, and the request's context it is held
// against.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace::policy {

// What is known of a request: condition key -> values. Keys are lower case ("aws:sourcearn"):
// condition keys are compared without regard to case.
class RequestContext {
 public:
  void set(std::string_view key, std::string value);
  void set(std::string_view key, std::vector<std::string> values);
  // nullptr when the request does not have the key.
  const std::vector<std::string>* find(std::string_view key) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

enum class Operator {
  kStringEquals,
  kStringNotEquals,
  kStringEqualsIgnoreCase,
  kStringNotEqualsIgnoreCase,
  kStringLike,
  kStringNotLike,
  kNumericEquals,
  kNumericNotEquals,
  kNumericLessThan,
  kNumericLessThanEquals,
  kNumericGreaterThan,
  kNumericGreaterThanEquals,
  kDateEquals,
  kDateNotEquals,
  kDateLessThan,
  kDateLessThanEquals,
  kDateGreaterThan,
  kDateGreaterThanEquals,
  kBool,
  kBinaryEquals,
  kIpAddress,
  kNotIpAddress,
  kArnEquals,
  kArnNotEquals,
  kArnLike,
  kArnNotLike,
  kNull,
};
enum class Quantifier { kNone, kForAllValues, kForAnyValue };

struct Condition {
  Operator op = Operator::kStringEquals;
  Quantifier quantifier = Quantifier::kNone;
  bool if_exists = false;
  // Key (as written) -> values; every key must hold, one value of a key is enough.
  std::vector<std::pair<std::string, std::vector<std::string>>> keys;
};

// Sets op, quantifier and if_exists from "ForAnyValue:StringLikeIfExists"; false: no such operator.
bool parse_operator(std::string_view name, Condition& condition);

enum class Variables { kOff, kOn };

// Replaces ${key}, ${key, 'default'}, ${*}, ${?} and ${$}; wildcards that come in this way are
// literal (policy/match.h). nullopt: a variable has no value in this request, so that the text
// matches nothing.
std::optional<std::string> substitute(std::string_view text, const RequestContext& context);

bool holds(const Condition& condition, const RequestContext& context, Variables variables);

}  // namespace millrace::policy
