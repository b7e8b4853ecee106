#include "store/rocks_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include "store/rocks_committer.h"
#include "store/txn.h"

namespace millrace::store {
namespace {

class RocksCursor final : public Cursor {
 public:
  RocksCursor(rocksdb::DB& db, const rocksdb::Snapshot* snapshot, KeyRange range,
              Direction direction)
      : range_(std::move(range)), lower_(range_.start), upper_(range_.end), direction_(direction) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.iterate_lower_bound = &lower_;
    if (!range_.end.empty()) options.iterate_upper_bound = &upper_;
    it_.reset(db.NewIterator(options));
    if (direction_ == Direction::kForward) {
      it_->SeekToFirst();
    } else {
      it_->SeekToLast();
    }
  }

  bool valid() const override { return it_->Valid(); }
  void next() override {
    if (direction_ == Direction::kForward) {
      it_->Next();
    } else {
      it_->Prev();
    }
  }
  std::string_view key() const override { return it_->key().ToStringView(); }
  std::string_view value() const override { return it_->value().ToStringView(); }
  Status status() const override {
    rocksdb::Status status = it_->status();
    if (!status.ok()) return rocks_error(status);
    return ok_status();
  }

 private:
  KeyRange range_;
  rocksdb::Slice lower_, upper_;  // the iterator keeps pointers to them
  Direction direction_;
  std::unique_ptr<rocksdb::Iterator> it_;
};

class RocksSnapshot final : public VersionedSnapshot {
 public:
  explicit RocksSnapshot(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) {}
  ~RocksSnapshot() override { db_.ReleaseSnapshot(snapshot_); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  CommitVersion version() const override { return snapshot_->GetSequenceNumber(); }

  Result<std::optional<std::string>> get(std::string_view key) override {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    std::string value;
    rocksdb::Status status = db_.Get(options, key, &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return rocks_error(status);
    return std::optional<std::string>(std::move(value));
  }

  std::unique_ptr<Cursor> scan(KeyRange range, Direction direction) override {
    return std::make_unique<RocksCursor>(db_, snapshot_, std::move(range), direction);
  }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* snapshot_;
};

class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<rocksdb::DB> db, const RocksOptions& options,
             std::shared_ptr<FlushWatch> flushes)
      : db_(std::move(db)), committer_(*db_, options, std::move(flushes)) {}

  std::unique_ptr<Txn> begin() override {
    return std::make_unique<TxnImpl>(std::make_unique<RocksSnapshot>(*db_));
  }

  std::unique_ptr<Snapshot> snapshot() override { return std::make_unique<RocksSnapshot>(*db_); }

  void commit_async(std::unique_ptr<Txn> txn, CommitCallback done) override {
    std::unique_ptr<TxnImpl> impl(static_cast<TxnImpl*>(txn.release()));
    if (impl->has_writes()) return committer_.enqueue(std::move(impl), std::move(done));
    CommitVersion version = impl->read_version();
    impl.reset();
    done(version);
  }

  CommitVersion last_version() const override { return db_->GetLatestSequenceNumber(); }

  Status checkpoint(const std::string& path) override {
    rocksdb::Checkpoint* raw = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(db_.get(), &raw);
    std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
    if (status.ok()) status = checkpoint->CreateCheckpoint(path);
    if (!status.ok())
      return rocks_error(status).prefixed("Cannot copy the store to " + path + ": ");
    return ok_status();
  }

  void close() override { committer_.close(); }

  Status flush() override {
    rocksdb::Status status = db_->Flush(rocksdb::FlushOptions());
    if (!status.ok()) return rocks_error(status);
    return ok_status();
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  RocksCommitter committer_;  // stops before db_ closes
};

// RocksDB's own log tells nothing that its Status values do not, and costs a file at every start.
class NullLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

rocksdb::BlockBasedTableOptions table_options(const RocksOptions& options) {
  constexpr size_t kBlockBytes = 8 << 10;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = kBlockBytes;
  table.block_cache =
      rocksdb::HyperClockCacheOptions(options.block_cache_bytes, kBlockBytes).MakeSharedCache();
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // Index and filter blocks live in the cache too: memory stays bounded however much data there is.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  return table;
}

rocksdb::Options rocks_options(const RocksOptions& options) {
  rocksdb::Options rocks;
  rocks.create_if_missing = true;
  rocks.info_log = std::make_shared<NullLogger>();
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(options)));
  rocks.compression = rocksdb::kLZ4Compression;
  // Small memtables: what a crash leaves in the log has to be replayed at the next start.
  rocks.write_buffer_size = options.memtable_bytes;
  rocks.max_write_buffer_number = 3;
  rocks.max_total_wal_size = 2 * options.memtable_bytes;
  rocks.avoid_flush_during_recovery = true;
  rocks.max_background_jobs = 2;
  rocks.max_open_files = 512;
  rocks.bytes_per_sync = 1 << 20;
  // One writer, the committer: none of what helps many.
  rocks.allow_concurrent_memtable_write = false;
  rocks.enable_write_thread_adaptive_yield = false;
  // After a failed write the committer refuses everything; nothing may mend itself behind its back.
  rocks.max_bgerror_resume_count = 0;
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  rocks.skip_stats_update_on_db_open = true;
  // Records consumed from the front of a range (streams, queues) leave tombstones that every later
  // scan would walk over: compact where they gather.
  rocks.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(/*sliding_window_size=*/4096,
                                                    /*deletion_trigger=*/2048));
  return rocks;
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocks_store_on(rocksdb::Env* env, const RocksOptions& options) {
  rocksdb::Options rocks = rocks_options(options);
  if (env != nullptr) rocks.env = env;
  auto flushes = std::make_shared<FlushWatch>();
  rocks.listeners.push_back(flushes);
  rocksdb::DB* raw = nullptr;
  rocksdb::Status status = rocksdb::DB::Open(rocks, options.path, &raw);
  if (!status.ok()) {
    return rocks_error(status).prefixed("Cannot open the store in " + options.path + ": ");
  }
  return std::unique_ptr<Store>(
      std::make_unique<RocksStore>(std::unique_ptr<rocksdb::DB>(raw), options, std::move(flushes)));
}

Result<std::unique_ptr<Store>> open_rocks_store(const RocksOptions& options) {
  return open_rocks_store_on(nullptr, options);
}

}  // namespace millrace::store
