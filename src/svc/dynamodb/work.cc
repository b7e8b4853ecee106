#include "svc/dynamodb/work.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "base/encoding.h"
#include "base/log.h"
#include "codec/attribute_value_disk.h"
#include "codec/json.h"
#include "svc/dynamodb/item_store.h"
#include "svc/dynamodb/store_keys.h"
#include "svc/dynamodb/stream.h"
#include "svc/dynamodb/table.h"
#include "svc/dynamodb/transaction_token.h"

namespace millrace::dynamodb {

using codec::Json;

namespace {

// All rows of all accounts and regions stand together, under names that no account and region has.
const svc::Scope kEverywhere{"*", "*"};

// A transaction's share, small so that it seldom loses against a client's write.
constexpr int kItemsPerStep = 100;
constexpr int kKeysPerStep = 1000;
// Steps of one row in one run, so that each row gets its turn; the rest is done in the next run.
constexpr int kStepsPerRun = 1000;
constexpr int64_t kIntervalMs = 1000;
// AWS leaves items alone that expired longer ago than this.
constexpr int64_t kOldestExpirySeconds = 5LL * 365 * 24 * 3600;
// Longer than any commit takes.
constexpr int64_t kLateSeconds = 60;
// In front of the cursor of kExpireItems while its entries are cleared away: behind every key.
constexpr std::string_view kPurging = "P";

std::string work_key(const Work& work) {
  return part_key(kEverywhere, Part::kWork)
      .u8(static_cast<uint8_t>(work.kind))
      .str(work.scope.account)
      .str(work.scope.region)
      .str(work.name)
      .str(work.label)
      .u64(work.id)
      .u32(work.number)
      .key();
}

std::string encode(const Work& work) {
  Json json = Json::object();
  json.set("cursor", hex_encode(work.cursor));
  return json.dump();
}

Result<Work> decode(std::string_view key, std::string_view value) {
  store::KeyReader reader(key);
  (void)reader.u8();  // the part
  const auto kind = reader.u8();
  auto account = reader.str();
  auto region = reader.str();
  auto name = reader.str();
  auto label = reader.str();
  const auto id = reader.u64();
  const auto number = reader.u32();
  if (!number) return Error::internal("damaged work key");
  MR_ASSIGN(Json json, Json::parse(value));
  return Work{.kind = static_cast<WorkKind>(*kind),
              .scope = {std::move(*account), std::move(*region)},
              .name = std::move(*name),
              .label = std::move(*label),
              .id = *id,
              .number = *number,
              .cursor = hex_decode(json.get_string("cursor")).value_or("")};
}

// What a step leaves behind.
enum class Outcome {
  kMore,      // more to do now
  kIdle,      // nothing to do now, but the row stays
  kFinished,  // the row goes away
};

Result<TablePtr> table_of(store::Txn& txn, const Work& work) {
  MR_ASSIGN(auto record, txn.get(table_record_key(work.scope, work.name)));
  if (!record) return TablePtr();
  MR_ASSIGN(TablePtr table, decode_table(*record));
  // Another table of that name, or one that is being deleted.
  if (table->id != work.id || table->gone_at) return TablePtr();
  return table;
}

// Deletes what is under the prefixes, some keys at a time, and goes on where it stopped: from the
// start it would walk over all that it has deleted. REQUIRES: nothing is put there any more.
Result<Outcome> purge(store::Txn& txn, std::vector<std::string> prefixes, std::string& at) {
  std::ranges::sort(prefixes);
  int left = kKeysPerStep;
  for (const auto& prefix : prefixes) {
    store::KeyRange range = store::prefix_range(prefix);
    if (!range.ends_after(at)) continue;
    range.start = std::max(range.start, at);
    auto cursor = txn.scan_untracked(range);
    for (; cursor->valid() && left > 0; cursor->next(), --left) {
      at = std::string(cursor->key()) + '\0';
      txn.del(cursor->key());
    }
    MR_TRY(cursor->status());
    if (left == 0) return Outcome::kMore;
  }
  return Outcome::kFinished;
}

std::string under_table(const Work& work, Part part) {
  return part_key(work.scope, part).u64(work.id).key();
}

Result<Outcome> purge_table(store::Txn& txn, Work& work, Instant now) {
  MR_ASSIGN(Outcome outcome,
            purge(txn,
                  {under_table(work, Part::kItem), under_table(work, Part::kIndexEntry),
                   under_table(work, Part::kExpiry), under_table(work, Part::kCounter)},
                  work.cursor));
  if (outcome != Outcome::kFinished) return outcome;
  // The record is kept while the table is DELETING; a new table of the name may have replaced it.
  const std::string key = table_record_key(work.scope, work.name);
  MR_ASSIGN(auto record, txn.get(key));
  if (!record) return outcome;
  MR_ASSIGN(TablePtr table, decode_table(*record));
  if (table->id != work.id) return outcome;
  if (table->gone_at && now < *table->gone_at) return Outcome::kIdle;
  txn.del(key);
  return outcome;
}

Result<Outcome> purge_index(store::Txn& txn, Work& work) {
  const auto prefix = [&](Part part) {
    return part_key(work.scope, part).u64(work.id).u32(work.number).key();
  };
  return purge(txn, {prefix(Part::kIndexEntry), prefix(Part::kCounter)}, work.cursor);
}

// Calls `visit` for the next items of the table, tracked, so that a write beside it makes one of
// the two run again.
template <class Visit>
Result<Outcome> walk_items(store::Txn& txn, const Table& table, Work& work, Visit visit) {
  store::KeyRange range = store::prefix_range(table.items_prefix);
  if (!work.cursor.empty()) range.start = work.cursor;
  auto cursor = txn.scan(range);
  for (int count = 0; cursor->valid(); cursor->next(), ++count) {
    if (count == kItemsPerStep) {
      work.cursor = cursor->key();
      return Outcome::kMore;
    }
    MR_ASSIGN(codec::Item item, codec::decode_item(cursor->value()));
    MR_TRY(visit(std::string(cursor->key()), item));
  }
  MR_TRY(cursor->status());
  return Outcome::kFinished;
}

Result<Outcome> backfill_index_step(store::Txn& txn, Work& work) {
  MR_ASSIGN(TablePtr table, table_of(txn, work));
  if (!table) return Outcome::kFinished;
  auto index = std::ranges::find(table->indexes, work.number, &Index::id);
  if (index == table->indexes.end()) return Outcome::kFinished;
  MR_ASSIGN(Outcome outcome,
            walk_items(txn, *table, work, [&](const std::string&, const codec::Item& item) {
              return backfill_index(txn, *table, *index, item);
            }));
  if (outcome == Outcome::kFinished) {
    Table changed = *table;
    changed.find_index(index->name)->backfilling = false;
    save_table(txn, changed);
  }
  return outcome;
}

Result<Outcome> backfill_expiry_step(store::Txn& txn, Work& work) {
  MR_ASSIGN(TablePtr table, table_of(txn, work));
  if (!table || !table->ttl || !table->ttl->backfilling) return Outcome::kFinished;
  MR_ASSIGN(Outcome outcome,
            walk_items(txn, *table, work, [&](const std::string& key, const codec::Item& item) {
              backfill_expiry(txn, *table, key, item);
              return ok_status();
            }));
  if (outcome == Outcome::kFinished) {
    Table changed = *table;
    changed.ttl->backfilling = false;
    save_table(txn, changed);
  }
  return outcome;
}

std::string time_key(const std::string& prefix, int64_t seconds) {
  std::string key = prefix;
  for (int shift = 56; shift >= 0; shift -= 8)
    key += static_cast<char>(seconds >> shift);
  return key;
}

Status expire_one(store::Txn& txn, const Table& table, std::string_view expiry_key, Instant now) {
  const std::string prefix = expiry_prefix(table);
  std::string store_key = table.items_prefix;
  store_key += expiry_key.substr(prefix.size() + sizeof(uint64_t));
  MR_ASSIGN(auto before, read_item(txn, store_key, Tracking::kTracked));
  const auto seconds = before ? expiry_seconds(table, before->item) : std::nullopt;
  if (!seconds || *seconds > now.seconds()) {
    txn.del(expiry_key);  // of an attribute that TTL no longer looks at
    return ok_status();
  }
  const ItemChange change{store_key, before, nullptr, ChangeOrigin::kTimeToLive};
  MR_ASSIGN([[maybe_unused]] Consumed consumed, apply_change(txn, table, now, change));
  return ok_status();
}

// Where to begin: behind what is done, unless entries of old times were put since.
Result<std::string> expiry_start(store::Txn& txn, const Table& table, const Work& work,
                                 Instant now) {
  const int64_t oldest = std::max<int64_t>(1, now.seconds() - kOldestExpirySeconds);
  std::string start = time_key(expiry_prefix(table), oldest);
  MR_ASSIGN(const auto mark, txn.get(expired_mark(table)));
  if (mark) {
    txn.del(expired_mark(table));
  } else {
    start = std::max(start, work.cursor);
  }
  return start;
}

Result<Outcome> expire_items(store::Txn& txn, Work& work, Instant now) {
  MR_ASSIGN(TablePtr table, table_of(txn, work));
  if (!table || !table->ttl) {
    // Switched off, or the table is gone: its expiry index with it.
    if (!work.cursor.starts_with(kPurging)) work.cursor = kPurging;
    std::string at = work.cursor.substr(kPurging.size());
    MR_ASSIGN(Outcome outcome, purge(txn, {under_table(work, Part::kExpiry)}, at));
    work.cursor = std::string(kPurging) + at;
    return outcome;
  }
  const std::string prefix = expiry_prefix(*table);
  const std::string end = time_key(prefix, now.seconds() + 1);
  if (work.cursor > end) work.cursor.clear();  // the clock went back, or TTL was off for a while
  MR_ASSIGN(std::string start, expiry_start(txn, *table, work, now));
  auto cursor = txn.scan_untracked({start, end});
  // An entry that was put with a time to come may be committed a little after that time.
  const std::string settled = time_key(prefix, std::max<int64_t>(0, now.seconds() - kLateSeconds));
  int count = 0;
  for (; cursor->valid() && count < kItemsPerStep; cursor->next(), ++count) {
    MR_TRY(expire_one(txn, *table, cursor->key(), now));
    work.cursor = std::min(std::string(cursor->key()) + '\0', settled);
  }
  MR_TRY(cursor->status());
  return count == kItemsPerStep ? Outcome::kMore : Outcome::kIdle;
}

Result<Outcome> trim_step(store::Txn& txn, const Work& work, Instant now) {
  MR_ASSIGN(auto stream, find_stream(txn, work.scope, work.name, work.label));
  if (!stream || stream->id != work.id) return Outcome::kFinished;
  MR_ASSIGN(TrimResult result, trim_stream(txn, *stream, now, kKeysPerStep));
  if (result.stream_gone) return Outcome::kFinished;
  return result.more ? Outcome::kMore : Outcome::kIdle;
}

Result<Outcome> run_step(store::Txn& txn, Work& work, Instant now) {
  switch (work.kind) {
    case WorkKind::kPurgeTable: return purge_table(txn, work, now);
    case WorkKind::kPurgeIndex: return purge_index(txn, work);
    case WorkKind::kBackfillIndex: return backfill_index_step(txn, work);
    case WorkKind::kBackfillExpiry: return backfill_expiry_step(txn, work);
    case WorkKind::kExpireItems: return expire_items(txn, work, now);
    case WorkKind::kTrimStream: return trim_step(txn, work, now);
    case WorkKind::kSweepTokens: {
      MR_ASSIGN(bool more, sweep_tokens(txn, work.scope, now, kKeysPerStep, work.cursor));
      return more ? Outcome::kMore : Outcome::kIdle;
    }
  }
  return Outcome::kFinished;
}

// One step of one row, in one transaction with the row.
Result<Outcome> transact_step(const svc::Ports& ports, const Work& row) {
  Outcome outcome = Outcome::kIdle;
  auto committed = store::transact(*ports.store, [&](store::Txn& txn) -> Status {
    const std::string key = work_key(row);
    MR_ASSIGN(auto value, txn.get(key));
    if (!value) {  // another worker has finished it
      outcome = Outcome::kFinished;
      return ok_status();
    }
    MR_ASSIGN(Work work, decode(key, *value));
    MR_ASSIGN(outcome, run_step(txn, work, ports.clock->now()));
    if (outcome == Outcome::kFinished) {
      txn.del(key);
    } else if (work.cursor != row.cursor || encode(work) != *value) {
      txn.put(key, encode(work));
    }
    return ok_status();
  });
  if (!committed.ok()) return std::move(committed).error();
  return outcome;
}

Result<std::vector<Work>> all_work(store::Store& store) {
  std::vector<Work> rows;
  auto snapshot = store.snapshot();
  auto cursor = snapshot->scan(store::prefix_range(part_key(kEverywhere, Part::kWork).key()));
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(Work work, decode(cursor->key(), cursor->value()));
    rows.push_back(std::move(work));
  }
  MR_TRY(cursor->status());
  return rows;
}

// One worker a store: a run that takes long must not be joined by one more each second until they
// fill the pool. A run that is asked for meanwhile is done by the worker that is at it.
class Turns {
 public:
  // Whether the caller is the worker now.
  bool begin(const store::Store* store) {
    std::lock_guard lock(mutex_);
    auto [it, first] = asked_again_.emplace(store, false);
    if (!first) it->second = true;
    return first;
  }
  // Whether the worker must go on; it is none any more otherwise.
  bool again(const store::Store* store) {
    std::lock_guard lock(mutex_);
    auto it = asked_again_.find(store);
    if (!it->second) {
      asked_again_.erase(it);
      return false;
    }
    it->second = false;
    return true;
  }

 private:
  std::mutex mutex_;
  std::map<const store::Store*, bool> asked_again_;
};

Turns& turns() {
  static Turns instance;
  return instance;
}

void run_all_rows(const svc::Ports& ports) {
  auto rows = all_work(*ports.store);
  if (!rows.ok()) return spdlog::error("dynamodb work: {}", rows.error().to_string());
  for (const Work& row : *rows) {
    for (int step = 0; step < kStepsPerRun; ++step) {
      auto outcome = transact_step(ports, row);
      if (!outcome.ok()) {
        spdlog::error("dynamodb work on {}: {}", row.name, outcome.error().to_string());
        break;
      }
      if (*outcome != Outcome::kMore) break;
    }
  }
}

void schedule(const svc::Ports& ports) {
  ports.runner->after(kIntervalMs, [&ports] {
    ports.runner->post([&ports] { run_work(ports); });
    schedule(ports);
  });
}

}  // namespace

Status note_work(store::Txn& txn, const Work& work) {
  const std::string key = work_key(work);
  MR_ASSIGN(const auto present, txn.get_untracked(key));
  if (!present) txn.put(key, encode(work));
  return ok_status();
}

Status begin_work(svc::Context& ctx, const Work& work) {
  MR_TRY(note_work(ctx.txn(), work));
  ctx.after_commit([&ports = ctx.ports()] { ports.runner->post([&ports] { run_work(ports); }); });
  return ok_status();
}

void run_work(const svc::Ports& ports) {
  if (!turns().begin(ports.store)) return;
  do {
    run_all_rows(ports);
  } while (turns().again(ports.store));
}

void start_work(const svc::Ports& ports) { schedule(ports); }

}  // namespace millrace::dynamodb
