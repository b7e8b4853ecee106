// AttributeUpdates, the parameter that came before UpdateExpression, as the update it stands for.
// Pure functions; what they return borrows the request.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.AttributeUpdates.html
#pragma once

#include <map>
#include <string>

#include "aws/dynamodb.h"
#include "expr/update.h"
#include "svc/dynamodb/errors.h"

namespace millrace::dynamodb {

using AttributeUpdateMap = std::map<std::string, aws::dynamodb::AttributeValueUpdate>;

// Errors: ValidationException in AWS's words; bare.
Result<expr::Update> read_attribute_updates(const AttributeUpdateMap& updates);

}  // namespace millrace::dynamodb
