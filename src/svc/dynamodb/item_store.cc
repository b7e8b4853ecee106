#include "svc/dynamodb/item_store.h"

#include <algorithm>

#include "codec/attribute_value_disk.h"
#include "svc/dynamodb/item_key.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {

using codec::AttributeValue;
using codec::Item;

namespace {

// On disk: frozen.
enum class CounterKind : uint8_t { kItems = 1, kBytes = 2 };

std::string counter_key(const Table& table, const Index* index, CounterKind kind) {
  return part_key(table.scope, Part::kCounter)
      .u64(table.id)
      .u32(index != nullptr ? index->id : 0)
      .u8(static_cast<uint8_t>(kind))
      .key();
}

void add_counts(store::Txn& txn, const Table& table, const Index* index, int64_t items,
                int64_t bytes) {
  if (items != 0) txn.add(counter_key(table, index, CounterKind::kItems), items);
  if (bytes != 0) txn.add(counter_key(table, index, CounterKind::kBytes), bytes);
}

// What an index holds of an item.
Item projected(const Table& table, const Index& index, const Item& item) {
  if (index.projection == ProjectionKind::kAll) return item;
  Item out;
  for (const auto& [name, value] : item) {
    if (index.projects(name, table.key)) out.append(name, value);
  }
  return out;
}

struct IndexEntry {
  std::string key;
  std::string bytes;
  size_t size = 0;
};

std::optional<IndexEntry> entry_of(const Table& table, const Index& index, const Item* item) {
  if (item == nullptr || !has_index_keys(index, *item)) return std::nullopt;
  const Item content = projected(table, index, *item);
  return IndexEntry{index_store_key(table, index, *item), codec::encode_item(content),
                    codec::size_bytes(content)};
}

// Brings one index up to date; the units it consumed.
Result<double> change_index(store::Txn& txn, const Table& table, const Index& index,
                            const Item* before, const Item* after) {
  auto old_entry = entry_of(table, index, before);
  // While the index is being filled, the entry of an item that was there before may not be.
  if (old_entry && index.backfilling) {
    MR_ASSIGN(const auto present, txn.get(old_entry->key));
    if (!present) old_entry.reset();
  }
  const auto new_entry = entry_of(table, index, after);
  double units = 0;
  const bool moved = old_entry && new_entry && old_entry->key != new_entry->key;
  if (old_entry && (!new_entry || moved)) {
    txn.del(old_entry->key);
    units += write_units(old_entry->size);
  }
  if (new_entry && (!old_entry || moved)) {
    txn.put(new_entry->key, new_entry->bytes);
    units += write_units(new_entry->size);
  } else if (new_entry && old_entry->bytes != new_entry->bytes) {
    txn.put(new_entry->key, new_entry->bytes);
    units += write_units(std::max(old_entry->size, new_entry->size));
  }
  const auto size = [](const auto& entry) { return entry ? static_cast<int64_t>(entry->size) : 0; };
  add_counts(txn, table, &index, int64_t{new_entry.has_value()} - int64_t{old_entry.has_value()},
             size(new_entry) - size(old_entry));
  return units;
}

Status change_indexes(store::Txn& txn, const Table& table, const Item* before, const Item* after,
                      Consumed& consumed) {
  for (const Index& index : table.indexes) {
    MR_ASSIGN(const double units, change_index(txn, table, index, before, after));
    if (units == 0) continue;
    (index.is_global ? consumed.global_indexes : consumed.local_indexes)[index.name] = units;
  }
  return ok_status();
}

void append_record(store::Txn& txn, const Table& table, Instant now, const ItemChange& change) {
  const std::string& view = table.stream->view_type;
  const bool wants_old = view == "OLD_IMAGE" || view == "NEW_AND_OLD_IMAGES";
  const bool wants_new = view == "NEW_IMAGE" || view == "NEW_AND_OLD_IMAGES";
  const Item* before = change.before ? &change.before->item : nullptr;
  StreamRecord record;
  record.kind = before == nullptr         ? ChangeKind::kInsert
                : change.after == nullptr ? ChangeKind::kRemove
                                          : ChangeKind::kModify;
  record.origin = change.origin;
  record.created = now;
  record.keys = key_of(table.key, before != nullptr ? *before : *change.after);
  if (wants_old && before != nullptr) record.old_image = *before;
  if (wants_new && change.after != nullptr) record.new_image = *change.after;
  txn.append(table.stream_prefix(), encode_stream_record(record));
}

// Where the expiry index has an item: behind the time, the item's place within the table.
std::string expiry_key(const Table& table, const std::string& store_key, int64_t seconds) {
  auto key = part_key(table.scope, Part::kExpiry).u64(table.id);
  key.u64(static_cast<uint64_t>(seconds));
  return key.raw(std::string_view(store_key).substr(table.items_prefix.size())).key();
}

void change_expiry(store::Txn& txn, const Table& table, Instant now, const ItemChange& change) {
  // An entry is found again by the old item's own attribute, whatever the time is now.
  const auto seconds = [&](const Item* item) {
    return item != nullptr ? expiry_seconds(table, *item) : std::nullopt;
  };
  const auto before = seconds(change.before ? &change.before->item : nullptr);
  const auto after = seconds(change.after);
  if (before == after) return;
  if (before) txn.del(expiry_key(table, change.store_key, *before));
  if (after) txn.put(expiry_key(table, change.store_key, *after), "");
  if (after && *after <= now.seconds()) txn.put(expired_mark(table), "");
}

}  // namespace

Result<std::optional<StoredItem>> read_item(store::Txn& txn, const std::string& store_key,
                                            Tracking tracking) {
  MR_ASSIGN(std::optional<std::string> bytes,
            tracking == Tracking::kTracked ? txn.get(store_key) : txn.get_untracked(store_key));
  if (!bytes) return std::optional<StoredItem>();
  MR_ASSIGN(Item item, codec::decode_item(*bytes));
  return std::optional(StoredItem{std::move(*bytes), std::move(item)});
}

Result<Consumed> apply_change(store::Txn& txn, const Table& table, Instant now,
                              const ItemChange& change) {
  const size_t old_size = change.before ? change.before->size_bytes() : 0;
  const size_t new_size = change.after != nullptr ? codec::size_bytes(*change.after) : 0;
  Consumed consumed;
  consumed.table = write_units(std::max(old_size, new_size));
  if (change.after == nullptr) {
    if (!change.before) return consumed;
    txn.del(change.store_key);
  } else {
    std::string bytes = codec::encode_item(*change.after);
    if (change.before && change.before->bytes == bytes) return consumed;
    txn.put(change.store_key, bytes);
  }
  add_counts(txn, table, nullptr,
             int64_t{change.after != nullptr} - int64_t{change.before.has_value()},
             static_cast<int64_t>(new_size) - static_cast<int64_t>(old_size));
  if (!table.has_derived_data()) return consumed;
  MR_TRY(change_indexes(txn, table, change.before ? &change.before->item : nullptr, change.after,
                        consumed));
  if (table.stream) append_record(txn, table, now, change);
  if (table.ttl) change_expiry(txn, table, now, change);
  return consumed;
}

Status backfill_index(store::Txn& txn, const Table& table, const Index& index, const Item& item) {
  // A write that came after the index was made has put its entry already: the entry is there or not
  // by the same rule, so only the missing ones count.
  const auto entry = entry_of(table, index, &item);
  if (!entry) return ok_status();
  MR_ASSIGN(const auto present, txn.get(entry->key));
  if (present) return ok_status();
  txn.put(entry->key, entry->bytes);
  add_counts(txn, table, &index, 1, static_cast<int64_t>(entry->size));
  return ok_status();
}

void backfill_expiry(store::Txn& txn, const Table& table, const std::string& store_key,
                     const Item& item) {
  if (auto seconds = expiry_seconds(table, item)) {
    txn.put(expiry_key(table, store_key, *seconds), "");
    txn.put(expired_mark(table), "");
  }
}

std::optional<int64_t> expiry_seconds(const Table& table, const Item& item) {
  const AttributeValue* value = item.get(table.ttl->attribute);
  int64_t seconds = 0;
  if (value == nullptr || !value->is(AttributeValue::Type::kN)) return std::nullopt;
  if (!value->n().to_int64(seconds) || seconds <= 0) return std::nullopt;
  return seconds;
}

std::string expiry_prefix(const Table& table) {
  return part_key(table.scope, Part::kExpiry).u64(table.id).key();
}

std::string expired_mark(const Table& table) {
  return part_key(table.scope, Part::kExpiry).u64(table.id).u64(0).key();
}

Result<Counts> read_counts(store::Txn& txn, const Table& table, const Index* index) {
  const auto read = [&](CounterKind kind) -> Result<int64_t> {
    MR_ASSIGN(std::optional<std::string> value, txn.get_untracked(counter_key(table, index, kind)));
    return value ? store::decode_counter(*value) : 0;
  };
  Counts counts;
  MR_ASSIGN(counts.items, read(CounterKind::kItems));
  MR_ASSIGN(counts.bytes, read(CounterKind::kBytes));
  return counts;
}

}  // namespace millrace::dynamodb
