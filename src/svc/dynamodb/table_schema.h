// Schemas in requests: attribute definitions, key schemas, indexes, encryption; checked as
// CreateTable and UpdateTable need them. Pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/dynamodb.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

using AttributeTypes = std::map<std::string, codec::AttributeValue::Type>;

Result<AttributeTypes> read_attribute_definitions(
    const std::optional<std::vector<aws::dynamodb::AttributeDefinition>>& definitions);

Result<KeySchema> read_key_schema(const std::vector<aws::dynamodb::KeySchemaElement>& elements,
                                  const AttributeTypes& attributes);

// Name, projection and keys of an index; its id is not set.
Result<Index> read_index(const aws::dynamodb::GlobalSecondaryIndex& request,
                         const AttributeTypes& attributes);
Result<Index> read_index(const aws::dynamodb::LocalSecondaryIndex& request,
                         const AttributeTypes& attributes);

// Limits and names over all indexes of a table.
Status check_indexes(const std::vector<Index>& indexes, const KeySchema& table_key);
// Every defined attribute is a key of something.
Status check_definitions_used(const AttributeTypes& attributes, const KeySchema& table_key,
                              const std::vector<Index>& indexes);

// Of SSESpecification: a form that AWS refuses.
Status check_encryption(const aws::dynamodb::SSESpecification& request);
// The key of SSESpecification; empty when it asks for AWS's own.
std::string kms_key_of(const svc::Context& ctx, const aws::dynamodb::SSESpecification& request);

}  // namespace millrace::dynamodb
