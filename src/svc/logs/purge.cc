#include "svc/logs/purge.h"

#include <algorithm>

#include "base/encoding.h"

namespace millrace::logs {
namespace {

const svc::Scope kEverywhere{"*", "*"};
constexpr int kKeysPerStep = 2'000;  // of one transaction
// So that a run ends soon enough for the server to stop.
constexpr int kStepsPerRun = 50;

struct Row {
  std::string key;
  svc::Scope scope;
  StreamPlace place;
};

Result<std::optional<Row>> first_row(store::Store& store) {
  auto snapshot = store.snapshot();
  auto it = snapshot->scan(store::prefix_range(logs_key(kEverywhere, "purge").key()));
  MR_TRY(it->status());
  if (!it->valid()) return std::optional<Row>();
  store::KeyReader key(it->key());
  key.str();
  Row row{.key = std::string(it->key())};
  for (std::string* part :
       {&row.scope.account, &row.scope.region, &row.place.group, &row.place.stream})
    *part = key.str().value_or("");
  return std::optional(std::move(row));
}

// In the order of keys.
std::vector<std::string> prefixes_of(const Row& row) {
  if (!row.place.stream.empty()) return {event_prefix(row.scope, row.place)};
  return {bytes_key(row.scope, row.place.group),
          logs_key(row.scope, "event").str(row.place.group).key(),
          streams_prefix(row.scope, row.place.group)};
}

// The bytes of a stream leave its group's counter, if the group is still there.
Status uncount(store::Txn& txn, const Row& row, int64_t bytes) {
  const std::string counter = bytes_key(row.scope, row.place.group);
  MR_ASSIGN(auto counted, txn.get_untracked(counter));
  if (counted && bytes > 0) txn.add(counter, -bytes);
  return ok_status();
}

// Deletes the next keys; goes on where it stopped, for what is deleted costs a walk too.
Status step(store::Txn& txn, const Row& row) {
  MR_ASSIGN(auto value, txn.get(row.key));
  if (!value) return ok_status();
  std::string at = hex_decode(*value).value_or("");
  int left = kKeysPerStep;
  int64_t bytes = 0;
  for (const std::string& prefix : prefixes_of(row)) {
    store::KeyRange range = store::prefix_range(prefix);
    if (!range.ends_after(at)) continue;
    range.start = std::max(range.start, at);
    auto it = txn.scan_untracked(range);
    for (; it->valid() && left > 0; it->next(), --left) {
      at = std::string(it->key()) + '\0';
      bytes += static_cast<int64_t>(it->value().size()) + 18;  // with the time of ingestion: 26
      txn.del(it->key());
    }
    MR_TRY(it->status());
    if (left == 0) break;
  }
  if (!row.place.stream.empty()) MR_TRY(uncount(txn, row, bytes));
  if (left == 0) {
    txn.put(row.key, hex_encode(at));
  } else {
    txn.del(row.key);
  }
  return ok_status();
}

}  // namespace

void note_purge(store::Txn& txn, const svc::Scope& scope, const StreamPlace& place) {
  auto key = logs_key(kEverywhere, "purge");
  key.str(scope.account).str(scope.region).str(place.group).str(place.stream);
  txn.put(key.key(), "");
}

Status purge_deleted(store::Store& store) {
  for (int i = 0; i < kStepsPerRun; ++i) {
    MR_ASSIGN(auto row, first_row(store));
    if (!row) break;
    auto done = store::transact(store, [&](store::Txn& txn) { return step(txn, *row); });
    if (!done.ok()) return std::move(done).error();
  }
  return ok_status();
}

}  // namespace millrace::logs
