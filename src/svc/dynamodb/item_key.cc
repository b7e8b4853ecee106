#include "svc/dynamodb/item_key.h"

#include <fmt/format.h>

#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {

using codec::AttributeValue;
using codec::Item;
using Type = AttributeValue::Type;

namespace {

enum class KeyRole { kHash, kRange };

bool is_empty_value(const AttributeValue& value) {
  return (value.is(Type::kS) && value.s().empty()) || (value.is(Type::kB) && value.b().empty());
}

bool is_too_long(const AttributeValue& value, KeyRole role) {
  if (value.is(Type::kN)) return false;
  const size_t size = value.is(Type::kS) ? value.s().size() : value.b().size();
  return size > (role == KeyRole::kHash ? kPartitionKeyBytesMax : kSortKeyBytesMax);
}

Error empty_key(const AttributeValue& value, std::string_view name) {
  return validation(fmt::format(
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
      "contain an empty {} value. Key: {}",
      value.is(Type::kS) ? "string" : "binary", name));
}

// The missing space is AWS's.
Status check_length(const AttributeValue& value, KeyRole role) {
  if (!is_too_long(value, role)) return ok_status();
  return invalid_parameters(
      role == KeyRole::kHash
          ? "Size of hashkey has exceeded the maximum size limit of2048 bytes"
          : "Aggregated size of all range keys has exceeded the size limit of 1024 bytes");
}

Error schema_mismatch() { return validation("The provided key element does not match the schema"); }

Status check_key_attribute(const KeyAttribute& attribute, const Item& key, KeyRole role) {
  const AttributeValue* value = key.get(attribute.name);
  if (value == nullptr || !value->is(attribute.type)) return schema_mismatch();
  if (is_empty_value(*value)) return empty_key(*value, attribute.name);
  return check_length(*value, role);
}

Status check_item_key(const KeyAttribute& attribute, const Item& item, KeyRole role,
                      KeyWording wording) {
  if (wording == KeyWording::kSchema) return check_key_attribute(attribute, item, role);
  const AttributeValue* value = item.get(attribute.name);
  if (value == nullptr) {
    return invalid_parameters(fmt::format("Missing the key {} in the item", attribute.name));
  }
  if (!value->is(attribute.type)) {
    return invalid_parameters(fmt::format("Type mismatch for key {} expected: {} actual: {}",
                                          attribute.name, AttributeValue::type_name(attribute.type),
                                          value->type_name()));
  }
  if (is_empty_value(*value)) return empty_key(*value, attribute.name);
  return check_length(*value, role);
}

Status check_index_key(const Index& index, const KeyAttribute& attribute, const Item& item,
                       KeyRole role) {
  const AttributeValue* value = item.get(attribute.name);
  if (value == nullptr) return ok_status();
  if (!value->is(attribute.type)) {
    return invalid_parameters(fmt::format(
        "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}", attribute.name,
        AttributeValue::type_name(attribute.type), value->type_name(), index.name));
  }
  if (is_empty_value(*value)) {
    return validation(fmt::format(
        "One or more parameter values are not valid. A value specified for a secondary index key "
        "is "
        "not supported. The AttributeValue for a key attribute cannot contain an empty {} value. "
        "IndexName: {}, IndexKey: {}",
        value->is(Type::kS) ? "string" : "binary", index.name, attribute.name));
  }
  return check_length(*value, role);
}

Status for_index_keys(const Table& table, const auto& check) {
  for (const Index& index : table.indexes) {
    MR_TRY(check(index, index.key.hash, KeyRole::kHash));
    if (index.key.range) MR_TRY(check(index, *index.key.range, KeyRole::kRange));
  }
  return ok_status();
}

}  // namespace

Status check_key(const Table& table, const Item& key) {
  if (key.size() != (table.key.range ? 2 : 1)) return schema_mismatch();
  MR_TRY(check_key_attribute(table.key.hash, key, KeyRole::kHash));
  if (table.key.range) MR_TRY(check_key_attribute(*table.key.range, key, KeyRole::kRange));
  return ok_status();
}

Status check_item_keys(const Table& table, const Item& item, KeyWording wording) {
  MR_TRY(check_item_key(table.key.hash, item, KeyRole::kHash, wording));
  if (table.key.range) {
    MR_TRY(check_item_key(*table.key.range, item, KeyRole::kRange, wording));
  }
  return for_index_keys(table, [&](const Index& index, const KeyAttribute& key, KeyRole role) {
    return check_index_key(index, key, item, role);
  });
}

Status check_updated_index_keys(const Table& table, const Item& item) {
  return for_index_keys(table, [&](const Index& index, const KeyAttribute& key, KeyRole role) {
    const AttributeValue* value = item.get(key.name);
    if (value != nullptr && !value->is(key.type)) {
      return Status(
          validation("The update expression attempted to update the secondary index key to "
                     "unsupported type"));
    }
    return check_index_key(index, key, item, role);
  });
}

Status check_key_not_empty(const Table& table, const Item& item) {
  const auto check = [&](const KeyAttribute& attribute) -> Status {
    const AttributeValue* value = item.get(attribute.name);
    if (value == nullptr || !value->is(attribute.type) || !is_empty_value(*value)) return {};
    return empty_key(*value, attribute.name);
  };
  MR_TRY(check(table.key.hash));
  if (table.key.range) MR_TRY(check(*table.key.range));
  return ok_status();
}

namespace {

Status check_name(std::string_view name) {
  if (name.empty()) return validation("Empty attribute name");
  if (name.size() > kAttributeNameBytesMax) {
    return validation("Attribute name is too large, must be less than 65536 bytes");
  }
  return ok_status();
}

Status check_nested_names(const AttributeValue& value) {
  if (value.is(Type::kM)) {
    for (const auto& [name, member] : value.m()) {
      MR_TRY(check_name(name));
      MR_TRY(check_nested_names(member));
    }
  } else if (value.is(Type::kL)) {
    for (const auto& element : value.l())
      MR_TRY(check_nested_names(element));
  }
  return ok_status();
}

}  // namespace

Status check_attribute_names(const Item& item) {
  for (const auto& [name, value] : item)
    MR_TRY(check_name(name));
  return ok_status();
}

Status check_values(const Item& item, ValueLayer layer) {
  if (const auto* fault = codec::first_invalid(item)) return invalid_value(*fault, layer);
  for (const auto& [name, value] : item)
    MR_TRY(check_nested_names(value));
  return ok_status();
}

Item key_of(const KeySchema& schema, const Item& item) {
  Item key;
  key.insert_or_assign(schema.hash.name, *item.get(schema.hash.name));
  if (schema.range) key.insert_or_assign(schema.range->name, *item.get(schema.range->name));
  return key;
}

std::string item_store_key(const Table& table, const Item& item) {
  std::string key = table.items_prefix;
  append_partition(key, *item.get(table.key.hash.name));
  if (table.key.range) append_key_part(key, *item.get(table.key.range->name));
  return key;
}

std::string index_store_key(const Table& table, const Index& index, const Item& item) {
  std::string key = table.index_prefix(index);
  append_partition(key, *item.get(index.key.hash.name));
  if (index.key.range) append_key_part(key, *item.get(index.key.range->name));
  append_key_part(key, *item.get(table.key.hash.name));
  if (table.key.range) append_key_part(key, *item.get(table.key.range->name));
  return key;
}

bool has_index_keys(const Index& index, const Item& item) {
  const auto usable = [&](const KeyAttribute& attribute, KeyRole role) {
    const AttributeValue* value = item.get(attribute.name);
    return value != nullptr && value->is(attribute.type) && !is_empty_value(*value) &&
           !is_too_long(*value, role);
  };
  return usable(index.key.hash, KeyRole::kHash) &&
         (!index.key.range || usable(*index.key.range, KeyRole::kRange));
}

}  // namespace millrace::dynamodb
