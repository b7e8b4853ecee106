// Reading and changing single items, with all that follows from a change: index entries, the stream
// record, the expiry index, counters. Everything happens in the caller's transaction, and nothing
// costs more for a larger table.
#pragma once

#include <optional>
#include <string>

#include "svc/dynamodb/capacity.h"
#include "svc/dynamodb/stream_record.h"
#include "svc/dynamodb/table.h"
#include "svc/operation.h"

namespace millrace::dynamodb {

struct StoredItem {
  std::string bytes;  // as on disk
  codec::Item item;
  size_t size_bytes() const { return codec::size_bytes(item); }
};

// Whether a change of the item by others must make the caller run again.
enum class Tracking { kTracked, kUntracked };

Result<std::optional<StoredItem>> read_item(store::Txn& txn, const std::string& store_key,
                                            Tracking tracking);

// One change: `before` is what read_item() gave, `after` is null for a deletion.
struct ItemChange {
  const std::string& store_key;
  const std::optional<StoredItem>& before;
  const codec::Item* after;
  ChangeOrigin origin = ChangeOrigin::kUser;
};

// Writes it. A change that changes nothing writes nothing, and makes no stream record, but
// consumes. REQUIRES: `after` is valid and has its keys; the table was read in this transaction.
Result<Consumed> apply_change(store::Txn& txn, const Table& table, Instant now,
                              const ItemChange& change);

// Writes the entries that one index, or the expiry index, should have for an item that is there.
Status backfill_index(store::Txn& txn, const Table& table, const Index& index,
                      const codec::Item& item);
void backfill_expiry(store::Txn& txn, const Table& table, const std::string& store_key,
                     const codec::Item& item);

// When the item expires, in seconds since 1970: its TTL attribute, if that is a positive whole
// number.
std::optional<int64_t> expiry_seconds(const Table& table, const codec::Item& item);
// Key of the expiry index; the item's own place is behind the time.
std::string expiry_prefix(const Table& table);
// Stands in the expiry index, before all entries, when one was put that had expired already: the
// worker, who goes on where it stopped, then looks at the old times once more.
std::string expired_mark(const Table& table);

// Items and bytes of a table (no index) or an index.
struct Counts {
  int64_t items = 0;
  int64_t bytes = 0;
};
Result<Counts> read_counts(store::Txn& txn, const Table& table, const Index* index);

}  // namespace millrace::dynamodb
