// The transactional ordered key-value store under everything. All state of all services goes
// through it; nothing outside src/store knows which engine is below.
//
// Model. Keys and values are byte strings; keys are ordered bytewise. A Txn reads a snapshot of the
// moment it began plus its own writes, and remembers what it read. commit() succeeds only if
// nothing it read has changed since (serializable, optimistic); otherwise it fails with
// kConflictCode and the caller runs its function again from a new Txn. A commit is on disk when it
// is reported, unless the store was opened with relaxed durability.
//
// Commit versions. Every commit gets a version, greater than all before it, never reused, and
// durable. append() uses it: the key becomes prefix + version (8 bytes, big-endian) + index of the
// append within the transaction (2 bytes), so that records appended under one prefix are ordered
// exactly as their transactions committed, without a counter that every writer would conflict on.
//
// Thread safety: Store is free-threaded. A Txn or Snapshot is used by one thread at a time. Neither
// may outlive its Store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::store {

// Half-open: start <= key < end. An empty `end` means: to the last key there is.
struct KeyRange {
  std::string start;
  std::string end;

  bool ends_after(std::string_view key) const { return end.empty() || key < end; }
  bool contains(std::string_view key) const { return key >= start && ends_after(key); }
};
// All keys that begin with `prefix`.
KeyRange prefix_range(std::string_view prefix);

enum class Direction { kForward, kReverse };

// Walks a range in order. Views stay valid until the next call to next() or destruction. A Cursor
// must not outlive the Reader that made it; a Txn's cursors are gone before it is committed.
//   auto it = reader.scan(range);
//   for (; it->valid(); it->next()) use(it->key(), it->value());
//   MR_TRY(it->status());
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual std::string_view key() const = 0;    // REQUIRES: valid()
  virtual std::string_view value() const = 0;  // REQUIRES: valid()
  virtual Status status() const = 0;           // an I/O error ends the walk early
};

class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<std::optional<std::string>> get(std::string_view key) = 0;
  virtual std::unique_ptr<Cursor> scan(KeyRange range,
                                       Direction direction = Direction::kForward) = 0;
};

// Consistent reads of one moment, without conflict tracking.
class Snapshot : public Reader {};

class Txn : public Reader {
 public:
  // The reads of Reader are tracked: a get() of its key (present or not), a scan() of the part of
  // the range that was walked. Reads see this transaction's own puts and dels (a walk also those
  // made ahead of it while it goes), not its appends and adds.

  // Reads that do not conflict: for statistics and hints whose staleness is harmless.
  virtual Result<std::optional<std::string>> get_untracked(std::string_view key) = 0;
  virtual std::unique_ptr<Cursor> scan_untracked(KeyRange range,
                                                 Direction direction = Direction::kForward) = 0;

  // The last put() or del() of a key counts, and undoes adds made before it.
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void del(std::string_view key) = 0;
  // See "Commit versions" above; the version is read back with version_of_key().
  virtual void append(std::string_view prefix, std::string_view value) = 0;
  // Adds `delta` to the signed 64-bit counter at `key` (absent counts as 0) at commit, without
  // reading it: concurrent adds never conflict. Read it with get() and decode_counter(). Wraps on
  // overflow; a value that is not a counter counts as 0.
  virtual void add(std::string_view key, int64_t delta) = 0;

  virtual bool has_writes() const = 0;
};

using CommitVersion = uint64_t;

// Length of what append() puts behind the prefix.
inline constexpr size_t kAppendSuffixBytes = 10;
// The version inside a key made by append(). REQUIRES: key is at least kAppendSuffixBytes long.
CommitVersion version_of_key(std::string_view key);
int64_t decode_counter(std::string_view value);

// The code of the Error that a lost race gives. Callers rerun; it never reaches a client.
inline constexpr char kConflictCode[] = "TransactionConflict.Internal";
bool is_conflict(const Error& error);

class Store {
 public:
  virtual ~Store() = default;

  virtual std::unique_ptr<Txn> begin() = 0;
  virtual std::unique_ptr<Snapshot> snapshot() = 0;

  // Queues the commit and returns; `done` runs on a thread of the store or inside the call, must
  // not block, and gets the version, kConflictCode, or an I/O error (after which the store refuses
  // all writes, and whether this commit survives is unknown until it is opened again). On a
  // conflict the commit it lost against is visible by the time `done` runs, so a rerun sees it. A
  // transaction without writes completes at once, inside the call, with the version of its
  // snapshot. Commits still queued when the Store is destroyed are done first.
  using CommitCallback = std::function<void(Result<CommitVersion>)>;
  virtual void commit_async(std::unique_ptr<Txn> txn, CommitCallback done) = 0;
  // The same, blocking the caller.
  Result<CommitVersion> commit(std::unique_ptr<Txn> txn);

  // The newest version that is durable and visible.
  virtual CommitVersion last_version() const = 0;

  // Writes a consistent copy of everything into the new directory `path`. UnsupportedOperation in
  // memory.
  virtual Status checkpoint(const std::string& path) = 0;
  // Makes the next open fast; called at shutdown.
  virtual Status flush() = 0;
  // Commits and answers what is queued; from then on every commit with writes is refused. Called
  // at shutdown, while those who wait for answers are still there. Reading goes on.
  virtual void close() = 0;
};

// Runs `body(txn)` and commits, again on conflict (at most `attempts_max` times, then the conflict
// Error). `body` may run more than once, so it must not change anything but the Txn.
Result<CommitVersion> transact(Store& store, const std::function<Status(Txn&)>& body,
                               int attempts_max = 50);

enum class Durability {
  kSync,     // a reported commit is on disk
  kRelaxed,  // a crash of the machine may lose the last commits; a crash of the process does not
};

// For tests: nothing is on disk; commits complete inside the call.
std::unique_ptr<Store> open_memory_store();

struct RocksOptions {
  std::string path;
  // With less free space than this on its volume nothing is written: commits are refused, and taken
  // again once there is room. A write that fails is worse: the store is read-only after it.
  uint64_t free_bytes_min = 0;
  Durability durability = Durability::kSync;
  size_t block_cache_bytes = 64 << 20;
  size_t memtable_bytes = 32 << 20;
};
Result<std::unique_ptr<Store>> open_rocks_store(const RocksOptions& options);

}  // namespace millrace::store
