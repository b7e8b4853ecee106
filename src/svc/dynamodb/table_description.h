// TableDescription: how a table is shown to clients.
#pragma once

#include "aws/dynamodb.h"
#include "svc/dynamodb/table.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

// Complete as AWS's, with counts as they are at this moment (AWS's are up to six hours old).
Result<aws::dynamodb::TableDescription> describe(svc::Context& ctx, const Table& table);

std::vector<aws::dynamodb::KeySchemaElement> describe(const KeySchema& key);

}  // namespace millrace::dynamodb
