// Errors of DynamoDB in AWS's words. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "codec/attribute_value.h"

namespace millrace::dynamodb {

Error validation(std::string message);
// "One or more parameter values were invalid: " and the message.
Error invalid_parameters(std::string_view message);
// What AWS has and we do not: named, never ignored.
Error not_supported(std::string_view parameter);

Error resource_not_found(std::string message = "Requested resource not found");
Error table_not_found(std::string_view table_name);
Error resource_in_use(std::string message);
Error limit_exceeded(std::string message);

// AWS checks attribute values in two layers, which word some faults differently. PutItem,
// UpdateItem, DeleteItem, GetItem, BatchGetItem and Query run the current one; BatchWriteItem, Scan
// and the transactions the older one. Source: as below.
enum class ValueLayer { kCurrent, kOlder };
Error invalid_value(const codec::InvalidValue& fault, ValueLayer layer);

// Since 2026 PutItem, UpdateItem and DeleteItem answer request validation inside "1 validation
// error detected: "; the other operations, and errors found in the data, stay bare. Recorded by
// paritysuite/dynamodb-conformance (valueLayers, putItem, updateItem, deleteItem), October 2026.
enum class Wording { kBare, kEnveloped };
Error worded(Error error, Wording wording);
Status worded(Status status, Wording wording);

}  // namespace millrace::dynamodb
