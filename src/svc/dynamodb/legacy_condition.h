// Conditions of the parameters that came before expressions: Expected, QueryFilter, ScanFilter, and
// ConditionalOperator, which joins them. They become the trees that expressions are parsed to. Pure
// functions; what they return borrows the request.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.Conditions.html
#pragma once

#include <map>
#include <optional>
#include <string>

#include "aws/dynamodb.h"
#include "expr/condition.h"
#include "svc/dynamodb/errors.h"

namespace millrace::dynamodb {

using ExpectedMap = std::map<std::string, aws::dynamodb::ExpectedAttributeValue>;
using ConditionMap = std::map<std::string, aws::dynamodb::Condition>;

// ConditionalOperator needs at least two conditions to join.
Status check_conditional_operator(const std::optional<std::string>& conditional_operator,
                                  size_t conditions);

// No condition where the map is empty. Errors: ValidationException in AWS's words; bare.
Result<std::optional<expr::Condition>> read_expected(
    const ExpectedMap& expected, const std::optional<std::string>& conditional_operator);
Result<std::optional<expr::Condition>> read_filter(
    const ConditionMap& filter, const std::optional<std::string>& conditional_operator,
    ValueLayer layer);

// One condition by itself: its values, their number and their types.
Status check_condition(const aws::dynamodb::Condition& condition, ValueLayer layer);
// kNot for NOT_CONTAINS, which has no operator of its own.
expr::Condition::Op op_of(std::string_view comparison_operator);

}  // namespace millrace::dynamodb
