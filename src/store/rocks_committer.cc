#include "store/rocks_committer.h"

#include <rocksdb/file_system.h>

#include <unordered_map>
#include <unordered_set>

#include "base/log.h"

namespace millrace::store {
namespace {

// Finds the newest write of one key in a batch.
class FindInBatch final : public rocksdb::WriteBatch::Handler {
 public:
  explicit FindInBatch(std::string_view key) : key_(key) {}

  rocksdb::Status PutCF(uint32_t, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    if (key.ToStringView() == key_) {
      found_ = true;
      value_ = value.ToString();
    }
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice& key) override {
    if (key.ToStringView() == key_) {
      found_ = true;
      value_.reset();
    }
    return rocksdb::Status::OK();
  }

  bool found() const { return found_; }
  std::optional<std::string> value() && { return std::move(value_); }

 private:
  std::string_view key_;
  bool found_ = false;
  std::optional<std::string> value_;
};

class BatchSink final : public OpSink {
 public:
  BatchSink(rocksdb::DB& db, rocksdb::WriteBatch& batch) : db_(db), batch_(batch) {}

  void put(std::string_view key, std::string_view value) override {
    check(batch_.Put(key, value));
    touch(key, value);
  }

  void del(std::string_view key) override {
    check(batch_.Delete(key));
    touch(key, std::nullopt);
  }

  // Called for counters. The first look at one goes to the batch, if the key may be there, or to
  // the database; from then on its value is kept at hand.
  Result<std::optional<std::string>> current(std::string_view key) override {
    auto known = counters_.find(std::string(key));
    if (known != counters_.end()) return known->second;
    MR_ASSIGN(std::optional<std::string> value, look_up(key));
    counters_.emplace(std::string(key), value);
    return value;
  }

 private:
  Result<std::optional<std::string>> look_up(std::string_view key) {
    if (touched_.contains(hash(key))) {
      FindInBatch find(key);
      check(batch_.Iterate(&find));
      if (find.found()) return std::move(find).value();
    }
    std::string value;
    rocksdb::Status status = db_.Get(rocksdb::ReadOptions(), key, &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return rocks_error(status);
    return std::optional<std::string>(std::move(value));
  }

  void touch(std::string_view key, std::optional<std::string_view> value) {
    touched_.insert(hash(key));
    if (counters_.empty()) return;
    auto known = counters_.find(std::string(key));
    if (known == counters_.end()) return;
    known->second = value ? std::optional<std::string>(*value) : std::nullopt;
  }

  static uint64_t hash(std::string_view key) { return std::hash<std::string_view>{}(key); }
  // Building a batch in memory fails only for a bug of ours (no size limit is set on it).
  static void check(const rocksdb::Status& status) { CHECK(status.ok()); }

  rocksdb::DB& db_;
  rocksdb::WriteBatch& batch_;
  std::unordered_set<uint64_t> touched_;
  std::unordered_map<std::string, std::optional<std::string>> counters_;
};

}  // namespace

Error rocks_error(const rocksdb::Status& status) {
  return Error::internal("The store failed: " + status.ToString());
}

RocksCommitter::RocksCommitter(rocksdb::DB& db, const RocksOptions& options,
                               std::shared_ptr<FlushWatch> flushes)
    : db_(db),
      durability_(options.durability),
      free_bytes_min_(options.free_bytes_min),
      memtable_bytes_(options.memtable_bytes),
      flushes_(std::move(flushes)),
      sequencer_(db.GetLatestSequenceNumber()),
      thread_([this] { run(); }) {}

RocksCommitter::~RocksCommitter() { close(); }

void RocksCommitter::close() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void RocksCommitter::enqueue(std::unique_ptr<TxnImpl> txn, Store::CommitCallback done) {
  size_t bytes = txn->bytes();
  std::optional<Error> refusal;
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    if (failure_) {
      refusal = failure_;
    } else if (stopping_) {
      refusal = Error("ServiceUnavailable", 503, "The server is stopping.");
    } else if (queue_bytes_ + bytes > kQueueBytesMax && !queue_.empty()) {
      refusal = Error("ServiceUnavailable", 503, "Too many writes are waiting for the disk.");
    } else {
      queue_.push_back(Pending{std::move(txn), std::move(done), bytes, {}});
      queue_bytes_ += bytes;
      wake = is_idle_;
    }
  }
  if (wake) wake_.notify_one();
  if (refusal) done(*std::move(refusal));
}

void RocksCommitter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    is_idle_ = true;
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    is_idle_ = false;
    if (queue_.empty()) return;
    std::vector<Pending> batch = take_batch(lock);
    lock.unlock();
    commit_batch(batch);
    batch.clear();
    lock.lock();
  }
}

// REQUIRES: `lock` holds mutex_.
std::vector<RocksCommitter::Pending> RocksCommitter::take_batch(std::unique_lock<std::mutex>&) {
  std::vector<Pending> batch;
  size_t bytes = 0;
  while (!queue_.empty() && batch.size() < kBatchCommitsMax && bytes < kBatchBytesMax) {
    bytes += queue_.front().bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  return batch;
}

void RocksCommitter::commit_batch(std::vector<Pending>& batch) {
  rocksdb::WriteBatch writes;
  if (Status room = check_room(); !room.ok()) {
    for (Pending& pending : batch) {
      pending.txn.reset();
      pending.done(room.error());
    }
    return;
  }
  Status status = sequence_all(batch, writes);
  if (status.ok() && writes.Count() > 0) status = write(writes);
  if (!status.ok()) fail(status.error());
  for (Pending& pending : batch) {
    pending.txn.reset();
    if (!pending.done) continue;  // answered already
    if (!status.ok()) {
      pending.done(status.error());
    } else if (pending.outcome.conflict) {
      pending.done(conflict_error());
    } else {
      pending.done(pending.outcome.version);
    }
  }
}

bool RocksCommitter::has_free_bytes() {
  if (free_bytes_min_ == 0) return true;
  uint64_t free_bytes = 0;
  auto known =
      db_.GetFileSystem()->GetFreeSpace(db_.GetName(), rocksdb::IOOptions(), &free_bytes, nullptr);
  return !known.ok() || free_bytes >= free_bytes_min_;
}

Status RocksCommitter::check_room() {
  bool has_room = has_free_bytes();
  if (has_room && flushes_->has_failed()) {
    flushes_->reset();
    has_room = db_.Resume().ok();
    if (!has_room) flushes_->set_failed();
  }
  if (has_room != has_room_) {
    if (has_room)
      spdlog::warn("The disk has room again: writes are taken");
    else
      spdlog::error("The disk is nearly full: writes are refused until there is room");
    has_room_ = has_room;
  }
  return has_room ? ok_status() : Status(Error::internal("The disk of the server is nearly full."));
}

Status RocksCommitter::sequence_all(std::vector<Pending>& batch, rocksdb::WriteBatch& writes) {
  {
    std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
  }
  const CommitVersion published = sequencer_.last_version();
  BatchSink sink(db_, writes);
  for (Pending& pending : batch) {
    MR_ASSIGN(pending.outcome, sequencer_.sequence(*pending.txn, sink));
    // Who lost against a commit that is already visible can run again at once; who lost against one
    // of this batch waits for it, or the rerun would lose again.
    if (pending.outcome.conflict && pending.outcome.version <= published) {
      pending.txn.reset();
      std::exchange(pending.done, nullptr)(conflict_error());
    }
  }
  return ok_status();
}

Status RocksCommitter::write(rocksdb::WriteBatch& writes) {
  rocksdb::WriteOptions options;
  options.sync = durability_ == Durability::kSync;
  rocksdb::Status status = db_.Write(options, &writes);
  if (!status.ok()) return rocks_error(status);
  // Appended keys carry versions computed before the write: they must be RocksDB's own.
  CHECK(db_.GetLatestSequenceNumber() == sequencer_.last_version());
  return durability_ == Durability::kRelaxed ? change_log_in_order() : ok_status();
}

// RocksDB begins a new log file with each memtable. Where writes are not synced, a crash may cut
// the end off the old file and keep what is in the new one: commits from the middle would be gone.
// So the change is made here, early, when the old file is on disk.
Status RocksCommitter::change_log_in_order() {
  uint64_t used = 0;
  if (!db_.GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &used) ||
      used < memtable_bytes_ / 2) {
    return ok_status();
  }
  rocksdb::Status status = db_.SyncWAL();
  if (!status.ok()) return rocks_error(status);
  rocksdb::FlushOptions options;
  options.wait = false;
  options.allow_write_stall = true;
  status = db_.Flush(options);
  if (!status.ok()) return rocks_error(status);
  return ok_status();
}

void RocksCommitter::fail(const Error& error) {
  std::lock_guard lock(mutex_);
  if (failure_) return;
  spdlog::error("The store is read-only from now on: {}", error.message());
  failure_ = error;
}

}  // namespace millrace::store
