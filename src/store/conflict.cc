#include "store/conflict.h"

#include <algorithm>

namespace millrace::store {
namespace {

constexpr size_t kEntryOverheadBytes = 64;
constexpr size_t kKeyOverheadBytes = 64;

uint64_t key_hash(std::string_view key) { return std::hash<std::string_view>{}(key); }

}  // namespace

std::optional<CommitVersion> ConflictDetector::find_conflict(const ReadSet& reads,
                                                             CommitVersion read_version) const {
  if (reads.empty()) return std::nullopt;
  if (read_version < floor_) return floor_;
  for (const std::string& key : reads.keys) {
    CommitVersion written = last_write(key);
    if (written > read_version) return written;
  }
  if (reads.ranges.empty()) return std::nullopt;
  // Newest first: what this transaction may conflict with is at the end of the window.
  for (auto entry = window_.rbegin(); entry != window_.rend(); ++entry) {
    if (entry->version <= read_version) break;
    for (const std::string& key : entry->keys) {
      for (const KeyRange& range : reads.ranges) {
        if (range.contains(key)) return entry->version;
      }
    }
  }
  return std::nullopt;
}

void ConflictDetector::record(CommitVersion version, std::vector<std::string> keys) {
  size_t bytes = kEntryOverheadBytes;
  for (const std::string& key : keys) {
    bytes += key.size() + kKeyOverheadBytes;
    newest_[key_hash(key)] = version;
  }
  window_bytes_ += bytes;
  window_.push_back(Entry{version, bytes, std::move(keys)});
  // The newest entry always stays: others of its batch are judged by it.
  while (window_bytes_ > window_bytes_max_ && window_.size() > 1)
    drop_oldest();
}

CommitVersion ConflictDetector::last_write(std::string_view key) const {
  auto found = newest_.find(key_hash(key));
  return found == newest_.end() ? 0 : found->second;
}

void ConflictDetector::drop_oldest() {
  Entry& oldest = window_.front();
  for (const std::string& key : oldest.keys) {
    auto found = newest_.find(key_hash(key));
    if (found != newest_.end() && found->second == oldest.version) newest_.erase(found);
  }
  floor_ = oldest.version;
  window_bytes_ -= oldest.bytes;
  window_.pop_front();
}

}  // namespace millrace::store
