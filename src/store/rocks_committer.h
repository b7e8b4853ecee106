// The one committer of the RocksDB engine: a thread that takes everything queued, orders and
// validates it (Sequencer), writes what won as one batch with one sync, and then answers. While one
// batch syncs, the next one gathers; that is the whole group commit.
//
// RocksDB numbers the writes of its batches one by one; those numbers are our commit versions. So a
// version is durable with its commit, a RocksDB snapshot knows exactly which commits it shows, and
// opening needs no record of its own. Nothing but the committer may write to the database.
//
// After a failed write the outcome on disk is unknown, so the committer refuses everything from
// then on; reading goes on. A disk that is nearly full is found out before a write fails, and once
// there is room the committer goes on. Thread safety: free-threaded.
#pragma once

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "store/sequencer.h"
#include "store/store.h"
#include "store/txn.h"

namespace millrace::store {

// Told by RocksDB when memory could not be written out for want of room: it takes no writes then,
// and has lost nothing.
class FlushWatch final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override {
    if (reason == rocksdb::BackgroundErrorReason::kFlush && status->IsNoSpace()) set_failed();
  }
  bool has_failed() const { return failed_; }
  void set_failed() { failed_ = true; }
  void reset() { failed_ = false; }

 private:
  std::atomic<bool> failed_{false};
};

class RocksCommitter {
 public:
  // `db` is borrowed and must outlive the committer; `flushes` listens to it.
  RocksCommitter(rocksdb::DB& db, const RocksOptions& options, std::shared_ptr<FlushWatch> flushes);
  ~RocksCommitter();

  // Commits and answers what is queued, then stops. Called by one thread, not out of an answer.
  void close();

  // REQUIRES: txn->has_writes(). Answers inside the call only with an error: when the queue is
  // full, after a failed write, or after close().
  void enqueue(std::unique_ptr<TxnImpl> txn, Store::CommitCallback done);

 private:
  // Bounds the memory of waiting commits, far above what any number of blocked callers reaches.
  static constexpr size_t kQueueBytesMax = 256 << 20;
  // Bounds a batch, so that the first in it does not wait for long behind many others.
  static constexpr size_t kBatchBytesMax = 4 << 20;
  static constexpr size_t kBatchCommitsMax = 2048;

  struct Pending {
    std::unique_ptr<TxnImpl> txn;
    Store::CommitCallback done;
    size_t bytes;
    Sequencer::Outcome outcome;
  };

  void run();
  std::vector<Pending> take_batch(std::unique_lock<std::mutex>& lock);
  void commit_batch(std::vector<Pending>& batch);
  Status sequence_all(std::vector<Pending>& batch, rocksdb::WriteBatch& writes);
  Status write(rocksdb::WriteBatch& writes);
  Status change_log_in_order();
  // An error when the disk is nearly full: no write has failed yet.
  Status check_room();
  bool has_free_bytes();
  void fail(const Error& error);

  rocksdb::DB& db_;
  const Durability durability_;
  const uint64_t free_bytes_min_;
  const uint64_t memtable_bytes_;
  const std::shared_ptr<FlushWatch> flushes_;
  bool has_room_ = true;  // the thread's alone
  Sequencer sequencer_;   // the thread's alone

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Pending> queue_;     // guarded by mutex_
  size_t queue_bytes_ = 0;        // guarded by mutex_
  bool is_idle_ = false;          // guarded by mutex_: the thread waits for wake_
  bool stopping_ = false;         // guarded by mutex_
  std::optional<Error> failure_;  // guarded by mutex_
  std::thread thread_;            // last: it uses all of the above
};

Error rocks_error(const rocksdb::Status& status);

}  // namespace millrace::store
