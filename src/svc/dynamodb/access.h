// The permissions that DynamoDB's operations need: action, table or index ARN, and the partition
// keys a request names (dynamodb:LeadingKeys), which policies use to give each user his own
// partition.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/attribute_value.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

using AccessList = std::vector<svc::Access>;

// `table` is a TableName parameter: a name or an ARN.
svc::Access table_access(const svc::Context& ctx, std::string_view action, std::string_view table);
svc::Access index_access(const svc::Context& ctx, std::string_view action, std::string_view table,
                         std::string_view index);
// With the partition keys of these items or keys.
Result<svc::Access> item_access(svc::Context& ctx, std::string_view action, std::string_view table,
                                const std::vector<const codec::Item*>& items);
// On no resource in particular.
svc::Access account_access(std::string_view action);
// On a resource given by its ARN.
svc::Access arn_access(std::string_view action, std::string_view arn);

// The usual access function of an operation on one table.
template <const char* kAction, class Input>
Result<AccessList> one_table(svc::Context& ctx, const Input& in) {
  return AccessList{table_access(ctx, kAction, in.table_name)};
}

}  // namespace millrace::dynamodb
