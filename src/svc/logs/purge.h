// Purge: what a deleted group or stream leaves is cleared away in steps, whatever its size. A row
// says what is to go, so that it goes on after a restart:
//
//   in scope "*"/"*": ("purge", account, region, group, stream)   the key it has come to, in hex
//
// Both are storage names (rows.h); an empty stream means the whole group.
#pragma once

#include "svc/logs/rows.h"
#include "svc/periodic.h"

namespace millrace::logs {

// Puts the row. REQUIRES: what leads to the place goes in the same transaction.
void note_purge(store::Txn& txn, const svc::Scope& scope, const StreamPlace& place);

// Does a bounded number of steps; the rest waits for the next call.
Status purge_deleted(store::Store& store);

// Calls it again and again.
class Purge {
 public:
  explicit Purge(const svc::Ports& ports)
      : periodic_(ports, {.name = "logs purge", .interval_ms = kIntervalMs},
                  [&ports] { return purge_deleted(*ports.store); }) {}
  void start() { periodic_.start(); }
  void stop() { periodic_.stop(); }

 private:
  static constexpr int64_t kIntervalMs = 1000;
  svc::Periodic periodic_;
};

}  // namespace millrace::logs
