// KeyCondition: what a KeyConditionExpression says about each key attribute, before a table's
// schema decides which of them are the partition and the sort key. Pure; borrows the values of the
// Placeholders it was parsed with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/condition.h"

namespace millrace::expr {

struct KeyTerm {
  std::string name;
  Condition::Op op;  // kEq kLt kLe kGt kGe kBetween kBeginsWith, with the attribute on the left
  std::vector<const codec::AttributeValue*> values;  // two for kBetween, else one
};

struct KeyCondition {
  std::vector<KeyTerm> terms;  // in the order written, names distinct
};

// Errors: ValidationException in AWS's words.
Result<KeyCondition> parse_key_condition(std::string_view text, Placeholders& placeholders);

}  // namespace millrace::expr
