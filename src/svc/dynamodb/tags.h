// Tags of tables.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Tagging.html
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/dynamodb.h"
#include "svc/dynamodb/table.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

using Tags = std::map<std::string, std::string>;

// Lengths, characters and count of tags in a request. Messages: recorded in the lab
// "ack-api-quirks", DDB-TABLE-107, October 2026.
Status check_tag_count(size_t count);
Status check_tag_key(std::string_view key);
Status check_tags(const std::vector<aws::dynamodb::Tag>& tags);
Tags tags_of(const std::vector<aws::dynamodb::Tag>& tags);

Result<Tags> load_tags(store::Txn& txn, const svc::Scope& scope, std::string_view table_name);
// Empty tags remove the row.
void save_tags(store::Txn& txn, const svc::Scope& scope, std::string_view table_name,
               const Tags& tags);

// The table that a ResourceArn names.
Result<TablePtr> table_by_arn(svc::Context& ctx, std::string_view arn);

}  // namespace millrace::dynamodb
