#include "svc/dynamodb/legacy_condition.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <utility>
#include <vector>

namespace millrace::dynamodb {

namespace api = aws::dynamodb;
using codec::AttributeValue;
using Op = expr::Condition::Op;
using Type = AttributeValue::Type;
using Values = std::vector<AttributeValue>;

namespace {

constexpr size_t kManyValues = std::numeric_limits<size_t>::max();

struct Comparison {
  std::string_view name;
  Op op;
  size_t values_min;
  size_t values_max;
  std::initializer_list<Type> types;  // empty: all
};

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html
const Comparison& comparison_of(std::string_view name) {
  static const std::initializer_list<Type> kScalars = {Type::kS, Type::kN, Type::kB};
  static const std::initializer_list<Type> kElements = {Type::kS, Type::kN, Type::kB, Type::kBool,
                                                        Type::kNull};
  static const std::initializer_list<Type> kTexts = {Type::kS, Type::kB};
  static const std::vector<Comparison> kComparisons = {
      {"EQ", Op::kEq, 1, 1, {}},
      {"NE", Op::kNe, 1, 1, {}},
      {"LE", Op::kLe, 1, 1, kScalars},
      {"LT", Op::kLt, 1, 1, kScalars},
      {"GE", Op::kGe, 1, 1, kScalars},
      {"GT", Op::kGt, 1, 1, kScalars},
      {"NOT_NULL", Op::kAttributeExists, 0, 0, {}},
      {"NULL", Op::kAttributeNotExists, 0, 0, {}},
      {"CONTAINS", Op::kContains, 1, 1, kElements},
      {"NOT_CONTAINS", Op::kNot, 1, 1, kElements},
      {"BEGINS_WITH", Op::kBeginsWith, 1, 1, kTexts},
      {"IN", Op::kIn, 1, kManyValues, kScalars},
      {"BETWEEN", Op::kBetween, 2, 2, kScalars}};
  const auto it = std::ranges::find(kComparisons, name, &Comparison::name);
  CHECK(it != kComparisons.end());  // the model's enum was checked
  return *it;
}

Status check_count(const Comparison& comparison, size_t values) {
  if (values >= comparison.values_min && values <= comparison.values_max) return ok_status();
  return invalid_parameters(
      fmt::format("Invalid number of argument(s) for the {} ComparisonOperator", comparison.name));
}

Status check_types(const Comparison& comparison, const Values& values) {
  for (const AttributeValue& value : values) {
    if (value.type() != values[0].type()) {
      return invalid_parameters("AttributeValues inside AttributeValueList must be of same type");
    }
  }
  for (const AttributeValue& value : values) {
    if (comparison.types.size() == 0) break;
    if (std::ranges::find(comparison.types, value.type()) != comparison.types.end()) continue;
    return invalid_parameters(
        fmt::format("ComparisonOperator {} is not valid for {} AttributeValue type",
                    comparison.name, value.type_name()));
  }
  if (comparison.op == Op::kBetween &&
      compare(values[0], values[1]) == std::strong_ordering::greater) {
    return validation(
        "The BETWEEN condition was provided a range where the lower bound is greater than the "
        "upper bound");
  }
  return ok_status();
}

Status check_values_valid(const Values& values, ValueLayer layer) {
  for (const AttributeValue& value : values) {
    if (const auto* fault = value.invalid()) return invalid_value(*fault, layer);
  }
  return ok_status();
}

expr::Operand path_to(const std::string& attribute) {
  expr::Operand operand;
  operand.path.elements.emplace_back(attribute);
  return operand;
}

expr::Condition compare_with(Op op, const std::string& attribute,
                             const std::vector<const AttributeValue*>& values) {
  expr::Condition condition{op, {}, {}};
  condition.operands.push_back(path_to(attribute));
  for (const AttributeValue* value : values) {
    condition.operands.push_back({expr::Operand::Kind::kValue, false, {}, value});
  }
  return condition;
}

// "Does not contain" holds only for an attribute that is there.
expr::Condition not_contains(const std::string& attribute,
                             const std::vector<const AttributeValue*>& values) {
  expr::Condition negation{Op::kNot, {}, {}};
  negation.children.push_back(compare_with(Op::kContains, attribute, values));
  expr::Condition both{Op::kAnd, {}, {}};
  both.children.push_back(compare_with(Op::kAttributeExists, attribute, {}));
  both.children.push_back(std::move(negation));
  return both;
}

expr::Condition tree_of(Op op, const std::string& attribute,
                        const std::vector<const AttributeValue*>& values) {
  return op == Op::kNot ? not_contains(attribute, values) : compare_with(op, attribute, values);
}

std::optional<expr::Condition> join(std::vector<expr::Condition> conditions,
                                    const std::optional<std::string>& conditional_operator) {
  if (conditions.empty()) return std::nullopt;
  if (conditions.size() == 1) return std::move(conditions[0]);
  return expr::Condition{
      conditional_operator == "OR" ? Op::kOr : Op::kAnd, std::move(conditions), {}};
}

const Values& list_of(const std::optional<Values>& values) {
  static const Values kNone;
  return values ? *values : kNone;
}

std::vector<const AttributeValue*> pointers(const Values& values) {
  std::vector<const AttributeValue*> out;
  for (const AttributeValue& value : values)
    out.push_back(&value);
  return out;
}

// The form with Exists and Value: the attribute is missing, or equals the value.
Result<expr::Condition> read_exists(const std::string& attribute,
                                    const api::ExpectedAttributeValue& expected) {
  const bool exists = expected.exists.value_or(true);
  if (exists && !expected.value) {
    const char* given = expected.exists ? "true" : "null";
    return invalid_parameters(fmt::format(
        "Value must be provided when Exists is {} for Attribute: {}", given, attribute));
  }
  if (!exists && expected.value) {
    return invalid_parameters(
        fmt::format("Value cannot be used when Exists is false for Attribute: {}", attribute));
  }
  if (!exists) return compare_with(Op::kAttributeNotExists, attribute, {});
  if (const auto* fault = expected.value->invalid()) {
    return invalid_value(*fault, ValueLayer::kCurrent);
  }
  return compare_with(Op::kEq, attribute, {&*expected.value});
}

Result<expr::Condition> read_comparison(const std::string& attribute,
                                        const api::ExpectedAttributeValue& expected) {
  if (expected.exists) {
    return invalid_parameters(fmt::format(
        "Exists and ComparisonOperator cannot be used together for Attribute: {}", attribute));
  }
  const Comparison& comparison = comparison_of(*expected.comparison_operator);
  if (comparison.values_min > 0 && !expected.attribute_value_list && !expected.value) {
    return invalid_parameters(fmt::format(
        "Value or AttributeValueList must be used with ComparisonOperator: {} for Attribute: {}",
        comparison.name, attribute));
  }
  const Values own = expected.value ? Values{*expected.value} : Values{};
  const Values& values = expected.attribute_value_list ? *expected.attribute_value_list : own;
  MR_TRY(check_count(comparison, values.size()));
  MR_TRY(check_values_valid(values, ValueLayer::kCurrent));
  MR_TRY(check_types(comparison, values));
  if (expected.value) return tree_of(comparison.op, attribute, {&*expected.value});
  return tree_of(comparison.op, attribute, pointers(values));
}

Result<expr::Condition> read_one_expected(const std::string& attribute,
                                          const api::ExpectedAttributeValue& expected) {
  if (expected.attribute_value_list && expected.value) {
    return invalid_parameters(fmt::format(
        "Value and AttributeValueList cannot be used together for Attribute: {}", attribute));
  }
  if (expected.comparison_operator) return read_comparison(attribute, expected);
  if (expected.attribute_value_list) {
    return invalid_parameters(fmt::format(
        "AttributeValueList can only be used with a ComparisonOperator for Attribute: {}",
        attribute));
  }
  return read_exists(attribute, expected);
}

}  // namespace

Status check_conditional_operator(const std::optional<std::string>& conditional_operator,
                                  size_t conditions) {
  if (!conditional_operator || conditions > 1) return ok_status();
  return validation(conditions == 0
                        ? "ConditionalOperator cannot be used without Filter or Expected"
                        : "ConditionalOperator can only be used when Filter or Expected has two or "
                          "more elements");
}

Result<std::optional<expr::Condition>> read_expected(
    const ExpectedMap& expected, const std::optional<std::string>& conditional_operator) {
  std::vector<expr::Condition> conditions;
  for (const auto& [attribute, one] : expected) {
    MR_ASSIGN(expr::Condition condition, read_one_expected(attribute, one));
    conditions.push_back(std::move(condition));
  }
  return join(std::move(conditions), conditional_operator);
}

Status check_condition(const api::Condition& condition, ValueLayer layer) {
  const Comparison& comparison = comparison_of(condition.comparison_operator);
  const Values& values = list_of(condition.attribute_value_list);
  MR_TRY(check_values_valid(values, layer));
  MR_TRY(check_count(comparison, values.size()));
  return check_types(comparison, values);
}

expr::Condition::Op op_of(std::string_view comparison_operator) {
  return comparison_of(comparison_operator).op;
}

Result<std::optional<expr::Condition>> read_filter(
    const ConditionMap& filter, const std::optional<std::string>& conditional_operator,
    ValueLayer layer) {
  std::vector<expr::Condition> conditions;
  for (const auto& [attribute, condition] : filter) {
    MR_TRY(check_condition(condition, layer));
    conditions.push_back(tree_of(op_of(condition.comparison_operator), attribute,
                                 pointers(list_of(condition.attribute_value_list))));
  }
  return join(std::move(conditions), conditional_operator);
}

}  // namespace millrace::dynamodb
