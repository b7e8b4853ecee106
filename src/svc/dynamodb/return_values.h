// What a write gives back: ReturnValues, ReturnItemCollectionMetrics. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "aws/dynamodb.h"
#include "svc/dynamodb/write_action.h"

namespace millrace::dynamodb {

// PutItem and DeleteItem know only NONE and ALL_OLD.
Status check_return_values(const std::optional<std::string>& return_values);

// The Attributes of the answer; nothing where there are none.
std::optional<codec::Item> returned_attributes(const std::optional<std::string>& return_values,
                                               const WriteOutcome& outcome,
                                               const std::optional<expr::Update>& update);

// Only a table with local indexes has item collections. The size is an estimate, as AWS's is:
// between 0 and 1 GB, for we set no limit on a collection.
std::optional<aws::dynamodb::ItemCollectionMetrics> collection_metrics(
    const Table& table, const std::optional<std::string>& wanted, const codec::Item& item);

}  // namespace millrace::dynamodb
