#include "svc/dynamodb/table_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/limits.h"

namespace millrace::dynamodb {

namespace api = aws::dynamodb;
using codec::AttributeValue;
using Type = AttributeValue::Type;

namespace {

std::string names_of(const AttributeTypes& attributes) {
  std::vector<std::string_view> names;
  for (const auto& [name, type] : attributes)
    names.push_back(name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string names_of(const std::vector<api::KeySchemaElement>& elements) {
  std::vector<std::string_view> names;
  for (const auto& element : elements)
    names.push_back(element.attribute_name);
  return fmt::format("{}", fmt::join(names, ", "));
}

Status read_projection(const api::Projection& request, Index& index) {
  if (!request.projection_type) return invalid_parameters("Unknown ProjectionType: null");
  const std::string& type = *request.projection_type;
  if (type == "ALL") {
    index.projection = ProjectionKind::kAll;
  } else if (type == "KEYS_ONLY") {
    index.projection = ProjectionKind::kKeysOnly;
  } else {
    index.projection = ProjectionKind::kInclude;
  }
  if (request.non_key_attributes && index.projection != ProjectionKind::kInclude) {
    return invalid_parameters(
        fmt::format("ProjectionType is {}, but NonKeyAttributes is specified", type));
  }
  if (index.projection == ProjectionKind::kInclude) {
    if (!request.non_key_attributes) {
      return invalid_parameters(
          fmt::format("ProjectionType is {}, but NonKeyAttributes is not specified", type));
    }
    index.non_key_attributes = *request.non_key_attributes;
  }
  return ok_status();
}

}  // namespace

Result<AttributeTypes> read_attribute_definitions(
    const std::optional<std::vector<api::AttributeDefinition>>& definitions) {
  AttributeTypes attributes;
  if (!definitions) return attributes;
  for (const auto& definition : *definitions) {
    const Type type = definition.attribute_type == "N"   ? Type::kN
                      : definition.attribute_type == "B" ? Type::kB
                                                         : Type::kS;
    if (!attributes.emplace(definition.attribute_name, type).second) {
      return validation(fmt::format("Duplicate AttributeName {} found in AttributeDefinitions",
                                    definition.attribute_name));
    }
  }
  return attributes;
}

Result<KeySchema> read_key_schema(const std::vector<api::KeySchemaElement>& elements,
                                  const AttributeTypes& attributes) {
  if (elements.size() > 2) return not_supported("KeySchema with more than two elements");
  if (elements.size() > attributes.size()) {
    return validation("Invalid KeySchema: Some index key attribute have no definition");
  }
  for (const auto& element : elements) {
    if (attributes.contains(element.attribute_name)) continue;
    return invalid_parameters(fmt::format(
        "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], "
        "AttributeDefinitions: [{}]",
        names_of(elements), names_of(attributes)));
  }
  if (elements.size() == 2 && elements[0].attribute_name == elements[1].attribute_name) {
    return validation(
        "Both the Hash Key and the Range Key element in the KeySchema have the same name");
  }
  if (elements[0].key_type != "HASH") {
    return validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  }
  const auto attribute = [&](size_t i) {
    return KeyAttribute{elements[i].attribute_name, attributes.at(elements[i].attribute_name)};
  };
  KeySchema key{attribute(0), std::nullopt};
  if (elements.size() == 1) return key;
  if (elements[1].key_type != "RANGE") {
    return validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
  }
  key.range = attribute(1);
  return key;
}

Result<Index> read_index(const api::GlobalSecondaryIndex& request,
                         const AttributeTypes& attributes) {
  Index index;
  index.name = request.index_name;
  MR_ASSIGN(index.key, read_key_schema(request.key_schema, attributes));
  MR_TRY(read_projection(request.projection, index));
  return index;
}

Result<Index> read_index(const api::LocalSecondaryIndex& request,
                         const AttributeTypes& attributes) {
  Index index;
  index.name = request.index_name;
  index.is_global = false;
  MR_ASSIGN(index.key, read_key_schema(request.key_schema, attributes));
  MR_TRY(read_projection(request.projection, index));
  return index;
}

namespace {

Status check_local_index(const Index& index, const KeySchema& table_key) {
  if (!table_key.range) {
    return invalid_parameters(
        "Table KeySchema does not have a range key, which is required when specifying a "
        "LocalSecondaryIndex");
  }
  if (!index.key.range) {
    return invalid_parameters(
        fmt::format("Index KeySchema does not have a range key for index: {}", index.name));
  }
  if (index.key.hash.name != table_key.hash.name) {
    return invalid_parameters(fmt::format(
        "Index KeySchema does not have the same leading hash key as table KeySchema for index: {}. "
        "index hash key: {}, table hash key: {}",
        index.name, index.key.hash.name, table_key.hash.name));
  }
  return ok_status();
}

}  // namespace

Status check_indexes(const std::vector<Index>& indexes, const KeySchema& table_key) {
  std::set<std::string> names;
  size_t global = 0;
  size_t local = 0;
  size_t projected = 0;
  for (const Index& index : indexes) {
    if (!index.is_global) MR_TRY(check_local_index(index, table_key));
    if (!names.insert(index.name).second) {
      return invalid_parameters(fmt::format("Duplicate index name: {}", index.name));
    }
    (index.is_global ? global : local) += 1;
    projected += index.non_key_attributes.size();
  }
  if (local > kLocalIndexesMax) {
    return invalid_parameters(fmt::format(
        "Number of LocalSecondaryIndexes exceeds per-table limit of {}", kLocalIndexesMax));
  }
  if (global > kGlobalIndexesMax) {
    return invalid_parameters(fmt::format(
        "GlobalSecondaryIndex count exceeds the per-table limit of {}", kGlobalIndexesMax));
  }
  if (projected > kProjectedAttributesMax) {
    return invalid_parameters(fmt::format(
        "Number of attributes projected into all of the indexes exceeds the per-table limit of {}",
        kProjectedAttributesMax));
  }
  return ok_status();
}

Status check_definitions_used(const AttributeTypes& attributes, const KeySchema& table_key,
                              const std::vector<Index>& indexes) {
  std::set<std::string> used;
  const auto use = [&](const KeySchema& key) {
    used.insert(key.hash.name);
    if (key.range) used.insert(key.range->name);
  };
  use(table_key);
  for (const Index& index : indexes)
    use(index.key);
  if (used.size() == attributes.size()) return ok_status();
  if (indexes.empty()) {
    return invalid_parameters(
        "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions");
  }
  std::vector<std::string> names(used.begin(), used.end());
  return invalid_parameters(fmt::format(
      "Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
      names_of(attributes), fmt::join(names, ", ")));
}

Status check_encryption(const api::SSESpecification& request) {
  if (request.sse_type == "AES256") return invalid_parameters("SSEType AES256 is not supported");
  if (request.enabled.value_or(true)) return ok_status();
  if (request.sse_type) {
    return invalid_parameters("SSEType can not be specified if Enabled is false");
  }
  if (request.kms_master_key_id) {
    return invalid_parameters("KMSMasterKeyId can not be specified if Enabled is false");
  }
  return ok_status();
}

std::string kms_key_of(const svc::Context& ctx, const api::SSESpecification& request) {
  if (!request.enabled.value_or(request.sse_type.has_value())) return "";
  const std::string key = request.kms_master_key_id.value_or("");
  if (key.starts_with("arn:")) return key;
  if (key.starts_with("alias/")) return ctx.arn("kms", key);
  // The key that AWS manages for DynamoDB has no name that we could know.
  return ctx.arn("kms", key.empty() ? "key/00000000-0000-0000-0000-000000000000" : "key/" + key);
}

}  // namespace millrace::dynamodb
