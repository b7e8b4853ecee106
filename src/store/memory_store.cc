// The in-memory engine, for tests: an ordered map from key to its versions, newest last. Snapshots
// are a version number; versions that no snapshot can see are dropped at the next commit.
#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>

#include "store/sequencer.h"
#include "store/store.h"
#include "store/txn.h"

namespace millrace::store {
namespace {

class MemoryStore;

struct VersionedValue {
  CommitVersion version;
  std::optional<std::string> value;  // nothing: deleted
};
using VersionMap = std::map<std::string, std::vector<VersionedValue>, std::less<>>;

// The newest value not younger than `version`, or nullptr if there is none or it is deleted.
const std::string* visible(const std::vector<VersionedValue>& versions, CommitVersion version) {
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->version <= version) return it->value ? &*it->value : nullptr;
  }
  return nullptr;
}

class MemoryStore final : public Store, private OpSink {
 public:
  ~MemoryStore() override { CHECK(snapshots_.empty()); }

  std::unique_ptr<Txn> begin() override;
  std::unique_ptr<Snapshot> snapshot() override;
  void commit_async(std::unique_ptr<Txn> txn, CommitCallback done) override;
  CommitVersion last_version() const override {
    std::shared_lock lock(mutex_);
    return published_;
  }
  Status checkpoint(const std::string&) override {
    return Error("UnsupportedOperation", 400, "The in-memory store keeps nothing on disk.");
  }
  Status flush() override { return ok_status(); }
  void close() override {
    std::unique_lock lock(mutex_);
    is_closed_ = true;
  }

 private:
  friend class MemorySnapshot;
  friend class MemoryCursor;

  Result<std::optional<std::string>> current(std::string_view key) override;
  void put(std::string_view key, std::string_view value) override;
  void del(std::string_view key) override;
  Result<CommitVersion> commit_locked(TxnImpl& txn);
  void write(std::string_view key, std::optional<std::string> value);
  void drop_unseen_versions();

  mutable std::shared_mutex mutex_;
  VersionMap map_;
  std::multiset<CommitVersion> snapshots_;
  // Keys with versions that will become unseen once no snapshot is older than the version named.
  std::deque<std::pair<CommitVersion, std::string>> superseded_;
  Sequencer sequencer_{0};
  CommitVersion published_ = 0;
  bool is_closed_ = false;
};

class MemorySnapshot final : public VersionedSnapshot {
 public:
  MemorySnapshot(MemoryStore& store, CommitVersion version) : store_(store), version_(version) {}
  ~MemorySnapshot() override {
    std::unique_lock lock(store_.mutex_);
    store_.snapshots_.erase(store_.snapshots_.find(version_));
  }

  CommitVersion version() const override { return version_; }

  Result<std::optional<std::string>> get(std::string_view key) override {
    std::shared_lock lock(store_.mutex_);
    auto found = store_.map_.find(key);
    const std::string* value =
        found == store_.map_.end() ? nullptr : visible(found->second, version_);
    if (value == nullptr) return std::optional<std::string>();
    return std::optional<std::string>(*value);
  }

  std::unique_ptr<Cursor> scan(KeyRange range, Direction direction) override;

  static std::unique_ptr<MemorySnapshot> take(MemoryStore& store) {
    std::unique_lock lock(store.mutex_);
    store.snapshots_.insert(store.published_);
    return std::make_unique<MemorySnapshot>(store, store.published_);
  }

 private:
  friend class MemoryCursor;
  MemoryStore& store_;
  CommitVersion version_;
};

// Holds no lock and no place in the map between steps, only copies of the current entry.
class MemoryCursor final : public Cursor {
 public:
  MemoryCursor(MemorySnapshot& snapshot, KeyRange range, Direction direction)
      : snapshot_(snapshot), range_(std::move(range)), direction_(direction) {
    step();
  }

  bool valid() const override { return valid_; }
  void next() override { step(); }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  Status status() const override { return ok_status(); }

 private:
  void step() {
    std::shared_lock lock(snapshot_.store_.mutex_);
    bool started = std::exchange(valid_, false) || started_;
    started_ = true;
    if (direction_ == Direction::kForward) {
      step_forward(started);
    } else {
      step_back(started);
    }
  }

  void step_forward(bool started) {
    const VersionMap& map = snapshot_.store_.map_;
    auto it = started ? map.upper_bound(key_) : map.lower_bound(range_.start);
    for (; it != map.end() && range_.ends_after(it->first); ++it) {
      if (take(it)) return;
    }
  }

  void step_back(bool started) {
    const VersionMap& map = snapshot_.store_.map_;
    auto it = map.end();
    if (started || !range_.end.empty()) it = map.lower_bound(started ? key_ : range_.end);
    while (it != map.begin()) {
      --it;
      if (it->first < range_.start) return;
      if (take(it)) return;
    }
  }

  bool take(VersionMap::const_iterator it) {
    const std::string* value = visible(it->second, snapshot_.version_);
    if (value == nullptr) return false;
    key_ = it->first;
    value_ = *value;
    valid_ = true;
    return true;
  }

  MemorySnapshot& snapshot_;
  KeyRange range_;
  Direction direction_;
  bool started_ = false;
  bool valid_ = false;
  std::string key_, value_;
};

std::unique_ptr<Cursor> MemorySnapshot::scan(KeyRange range, Direction direction) {
  return std::make_unique<MemoryCursor>(*this, std::move(range), direction);
}

std::unique_ptr<Txn> MemoryStore::begin() {
  return std::make_unique<TxnImpl>(MemorySnapshot::take(*this));
}

std::unique_ptr<Snapshot> MemoryStore::snapshot() { return MemorySnapshot::take(*this); }

void MemoryStore::commit_async(std::unique_ptr<Txn> txn, CommitCallback done) {
  auto& impl = static_cast<TxnImpl&>(*txn);
  Result<CommitVersion> result = impl.read_version();
  if (impl.has_writes()) {
    std::unique_lock lock(mutex_);
    result = is_closed_ ? Error("ServiceUnavailable", 503, "The server is stopping.")
                        : commit_locked(impl);
  }
  txn.reset();
  done(std::move(result));
}

Result<CommitVersion> MemoryStore::commit_locked(TxnImpl& txn) {
  drop_unseen_versions();
  MR_ASSIGN(Sequencer::Outcome outcome, sequencer_.sequence(txn, *this));
  if (outcome.conflict) return conflict_error();
  published_ = outcome.version;
  return outcome.version;
}

Result<std::optional<std::string>> MemoryStore::current(std::string_view key) {
  auto found = map_.find(key);
  if (found == map_.end()) return std::optional<std::string>();
  return found->second.back().value;
}

void MemoryStore::put(std::string_view key, std::string_view value) {
  write(key, std::string(value));
}

void MemoryStore::del(std::string_view key) { write(key, std::nullopt); }

// Everything a transaction writes lies between its predecessor's version and its own, so any
// version in between keeps it unseen by older snapshots and seen by all later ones.
void MemoryStore::write(std::string_view key, std::optional<std::string> value) {
  auto found = map_.find(key);
  if (found == map_.end()) {
    if (!value) return;
    found = map_.emplace(std::string(key), std::vector<VersionedValue>()).first;
  } else {
    superseded_.emplace_back(published_ + 1, std::string(key));
  }
  found->second.push_back(VersionedValue{published_ + 1, std::move(value)});
}

void MemoryStore::drop_unseen_versions() {
  CommitVersion oldest = snapshots_.empty() ? published_ : *snapshots_.begin();
  while (!superseded_.empty() && superseded_.front().first <= oldest) {
    auto found = map_.find(superseded_.front().second);
    superseded_.pop_front();
    if (found == map_.end()) continue;
    std::vector<VersionedValue>& versions = found->second;
    // Keep the newest one that the oldest snapshot sees, and all after it.
    auto keep = std::find_if(versions.rbegin(), versions.rend(),
                             [&](const auto& v) { return v.version <= oldest; });
    if (keep != versions.rend()) versions.erase(versions.begin(), std::prev(keep.base()));
    if (versions.size() == 1 && !versions.front().value) map_.erase(found);
  }
}

}  // namespace

std::unique_ptr<Store> open_memory_store() { return std::make_unique<MemoryStore>(); }

}  // namespace millrace::store
