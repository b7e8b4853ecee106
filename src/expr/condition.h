// Condition: a parsed ConditionExpression, FilterExpression or KeyConditionExpression, and its
// evaluation against an item.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
//
// Pure. A Condition borrows the values of the Placeholders it was parsed with.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "expr/path.h"
#include "expr/placeholders.h"

namespace millrace::expr {

// A path, a :value, or size() of one of them.
struct Operand {
  enum class Kind : uint8_t { kPath, kValue };
  Kind kind = Kind::kPath;
  bool is_size = false;
  Path path;                                     // kPath
  const codec::AttributeValue* value = nullptr;  // kValue
};

struct Condition {
  enum class Op : uint8_t {
    kAnd,  // children
    kOr,   // children
    kNot,  // one child
    kEq,   // two operands, to kGe
    kNe,
    kLt,
    kLe,
    kGt,
    kGe,
    kBetween,  // three operands
    kIn,       // the first operand among the others
    kAttributeExists,
    kAttributeNotExists,
    kAttributeType,
    kBeginsWith,
    kContains,
  };
  Op op = Op::kAnd;
  std::vector<Condition> children;
  std::vector<Operand> operands;
};

// As messages write it: "=", "BETWEEN", "begins_with".
std::string_view op_name(Condition::Op op);

// `parameter` is the request's parameter, for messages. Errors: ValidationException "Invalid
// <parameter>: …" in AWS's words and order.
Result<Condition> parse_condition(std::string_view parameter, std::string_view text,
                                  Placeholders& placeholders);

bool matches(const Condition& condition, const codec::Item& item);

// Visits every path, in order.
void for_each_path(const Condition& condition, const std::function<void(const Path&)>& visit);

}  // namespace millrace::expr
