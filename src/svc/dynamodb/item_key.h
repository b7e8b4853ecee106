// Keys of items: checks of keys and items against a table's schema, and their place in the store.
// Pure functions.
#pragma once

#include <string>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/table.h"

namespace millrace::dynamodb {

// A Key parameter: exactly the key attributes, with their types and sizes.
Status check_key(const Table& table, const codec::Item& key);
// An item to be put: has the key, and what index keys it has are of their type and size.
// `missing_key` tells how AWS words a bad table key: PutItem names it, BatchWriteItem does not.
enum class KeyWording { kNamed, kSchema };
Status check_item_keys(const Table& table, const codec::Item& item,
                       KeyWording wording = KeyWording::kNamed);
// The index keys of an updated item.
Status check_updated_index_keys(const Table& table, const codec::Item& item);
// An empty string or binary where the table has its key. AWS finds this before everything that
// needs the table's state.
Status check_key_not_empty(const Table& table, const codec::Item& item);

// Names, values and size of an item or key in a request, before the table is known.
Status check_attribute_names(const codec::Item& item);
Status check_values(const codec::Item& item, ValueLayer layer);

// The key attributes of an item. REQUIRES: it has them.
codec::Item key_of(const KeySchema& schema, const codec::Item& item);

// Where the item is. REQUIRES: checked key attributes are in `item`.
std::string item_store_key(const Table& table, const codec::Item& item);
// Where the index entry of an item is; the item has all keys of the index, of their types.
std::string index_store_key(const Table& table, const Index& index, const codec::Item& item);
// Whether an index has an entry for the item: its keys are there, of their types, not empty nor too
// long.
bool has_index_keys(const Index& index, const codec::Item& item);

}  // namespace millrace::dynamodb
