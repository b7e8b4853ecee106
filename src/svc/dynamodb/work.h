// Work: what DynamoDB does by itself, beside requests: filling new indexes, expiring items,
// trimming streams, clearing away deleted data. Each piece is a row in the store, so that it
// survives a restart, and is done in small transactions that keep their progress in the same row:
// two workers that take the same row do no harm, for one of their transactions loses.
#pragma once

#include <cstdint>
#include <string>

#include "svc/operation.h"
#include "svc/ports.h"

namespace millrace::dynamodb {

// On disk: frozen.
enum class WorkKind : uint8_t {
  kPurgeTable = 1,      // once: `id` the table's
  kPurgeIndex = 2,      // once: `id` the table's, `number` the index's
  kBackfillIndex = 3,   // once: `name`, `number` the index's
  kBackfillExpiry = 4,  // once: `name`
  kExpireItems = 5,     // as long as the table has TTL: `name`
  kTrimStream = 6,      // as long as the stream is there: `id` the stream's, `name`, `label`
  kSweepTokens = 7,     // for ever, one a region
};

struct Work {
  WorkKind kind;
  svc::Scope scope;
  std::string name;   // of the table
  std::string label;  // of the stream
  uint64_t id = 0;
  uint32_t number = 0;
  std::string cursor = {};  // how far it is; empty at the start
};

// Puts the row, unless it is there.
Status note_work(store::Txn& txn, const Work& work);
// The same, and starts on it as soon as the transaction has committed.
Status begin_work(svc::Context& ctx, const Work& work);

// Does everything that is due, and returns when nothing is, or after a bounded number of steps.
void run_work(const svc::Ports& ports);
// Calls run_work() about once a second of the injected clock, from now on.
void start_work(const svc::Ports& ports);

}  // namespace millrace::dynamodb
