#include "store/txn.h"

#include <limits>

#include "store/merged_cursor.h"

namespace millrace::store {

Result<std::optional<std::string>> TxnImpl::get(std::string_view key) {
  // What this transaction wrote itself cannot change under it.
  if (auto own = writes_.find(key); own != writes_.end()) return own->second;
  reads_.keys.emplace_back(key);
  return view_->get(key);
}

std::unique_ptr<Cursor> TxnImpl::scan(KeyRange range, Direction direction) {
  // The whole range counts as read until the cursor, on its end, says how far it went.
  KeyRange& walked = reads_.ranges.emplace_back(range);
  return std::make_unique<MergedCursor>(view_->scan(std::move(range), direction), writes_,
                                        MergedCursor::Walk{walked, direction, &walked});
}

Result<std::optional<std::string>> TxnImpl::get_untracked(std::string_view key) {
  if (auto own = writes_.find(key); own != writes_.end()) return own->second;
  return view_->get(key);
}

std::unique_ptr<Cursor> TxnImpl::scan_untracked(KeyRange range, Direction direction) {
  MergedCursor::Walk walk{range, direction, nullptr};
  return std::make_unique<MergedCursor>(view_->scan(std::move(range), direction), writes_,
                                        std::move(walk));
}

void TxnImpl::put(std::string_view key, std::string_view value) {
  if (!adds_.empty()) adds_.erase(std::string(key));
  bytes_ += key.size() + value.size();
  writes_.insert_or_assign(std::string(key), std::string(value));
}

void TxnImpl::del(std::string_view key) {
  if (!adds_.empty()) adds_.erase(std::string(key));
  bytes_ += key.size();
  writes_.insert_or_assign(std::string(key), std::nullopt);
}

void TxnImpl::append(std::string_view prefix, std::string_view value) {
  CHECK(appends_.size() < std::numeric_limits<uint16_t>::max());
  bytes_ += prefix.size() + kAppendSuffixBytes + value.size();
  appends_.push_back(Append{std::string(prefix), std::string(value)});
}

void TxnImpl::add(std::string_view key, int64_t delta) {
  auto found = adds_.find(key);
  if (found == adds_.end()) {
    bytes_ += key.size() + sizeof(delta);
    found = adds_.emplace(std::string(key), 0).first;
  }
  // Unsigned, because a counter wraps rather than being undefined.
  found->second =
      static_cast<int64_t>(static_cast<uint64_t>(found->second) + static_cast<uint64_t>(delta));
}

bool TxnImpl::has_writes() const { return !writes_.empty() || !appends_.empty() || !adds_.empty(); }

std::vector<std::string> TxnImpl::take_written_keys() {
  std::vector<std::string> keys;
  keys.reserve(writes_.size() + adds_.size() + appends_.size());
  while (!writes_.empty()) {
    keys.push_back(std::move(writes_.extract(writes_.begin()).key()));
  }
  while (!adds_.empty()) {
    keys.push_back(std::move(adds_.extract(adds_.begin()).key()));
  }
  return keys;
}

}  // namespace millrace::store
