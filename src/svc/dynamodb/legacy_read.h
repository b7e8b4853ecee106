// What reads had before expressions: KeyConditions and AttributesToGet. Pure functions; what they
// return borrows the request.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "expr/key_condition.h"
#include "expr/projection.h"
#include "svc/dynamodb/legacy_condition.h"

namespace millrace::dynamodb {

// Operators that no key can be looked up by are let through: AWS finds them only with the schema.
// Errors: ValidationException in AWS's words.
Result<expr::KeyCondition> read_key_conditions(const ConditionMap& conditions);

Result<expr::Projection> read_attributes_to_get(const std::vector<std::string>& attributes);

}  // namespace millrace::dynamodb
