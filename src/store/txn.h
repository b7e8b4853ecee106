// TxnImpl: the transaction that every engine shares. It reads one snapshot of its engine, keeps its
// own writes beside it, and records what it read; the engine's committer takes it apart.
//
// Belongs to one thread at a time. Its cursors must be gone before it is committed or destroyed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/conflict.h"
#include "store/store.h"

namespace millrace::store {

// A snapshot that knows which commit it is of: it shows all commits up to version() and no other.
class VersionedSnapshot : public Snapshot {
 public:
  virtual CommitVersion version() const = 0;
};

// A transaction's own puts (a value) and dels (no value), in key order.
using WriteMap = std::map<std::string, std::optional<std::string>, std::less<>>;

class TxnImpl final : public Txn {
 public:
  explicit TxnImpl(std::unique_ptr<VersionedSnapshot> view) : view_(std::move(view)) {}

  Result<std::optional<std::string>> get(std::string_view key) override;
  std::unique_ptr<Cursor> scan(KeyRange range, Direction direction) override;
  Result<std::optional<std::string>> get_untracked(std::string_view key) override;
  std::unique_ptr<Cursor> scan_untracked(KeyRange range, Direction direction) override;
  void put(std::string_view key, std::string_view value) override;
  void del(std::string_view key) override;
  void append(std::string_view prefix, std::string_view value) override;
  void add(std::string_view key, int64_t delta) override;
  bool has_writes() const override;

  struct Append {
    std::string prefix;
    std::string value;
  };

  // For the committer.
  CommitVersion read_version() const { return view_->version(); }
  const ReadSet& reads() const { return reads_; }
  const WriteMap& writes() const { return writes_; }
  const std::vector<Append>& appends() const { return appends_; }
  const std::map<std::string, int64_t, std::less<>>& adds() const { return adds_; }
  size_t bytes() const { return bytes_; }
  // Empties the transaction: the keys that it put, deleted or added to.
  std::vector<std::string> take_written_keys();

 private:
  std::unique_ptr<VersionedSnapshot> view_;
  ReadSet reads_;
  WriteMap writes_;
  std::vector<Append> appends_;
  std::map<std::string, int64_t, std::less<>> adds_;
  size_t bytes_ = 0;
};

}  // namespace millrace::store
