// The conflict detector: decides whether what a transaction read has been written since it began.
// It remembers the write sets of recent commits, newest last, in a window bounded by memory; a
// transaction that began before the window and read anything cannot be judged, so it conflicts.
//
// Owned by an engine's committer and used by it alone (not thread-safe). Costs a hash look-up per
// key read, and for a walked range one comparison per key committed since the transaction began.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "store/store.h"

namespace millrace::store {

// What a transaction read: single keys and walked ranges.
struct ReadSet {
  std::vector<std::string> keys;
  // A deque, because cursors hold references to their elements while more are added.
  std::deque<KeyRange> ranges;
  bool empty() const { return keys.empty() && ranges.empty(); }
};

// Bytes of keys (and bookkeeping) that the window may hold: seconds of history at full load.
inline constexpr size_t kConflictWindowBytes = 8 << 20;

class ConflictDetector {
 public:
  // `start` is the newest commit already there; nothing older is known.
  explicit ConflictDetector(CommitVersion start, size_t window_bytes_max = kConflictWindowBytes)
      : floor_(start), window_bytes_max_(window_bytes_max) {}

  // A version at which something in `reads` was written after `read_version`, or nothing if the
  // reads still hold. For a transaction older than the window the answer is the window's floor.
  std::optional<CommitVersion> find_conflict(const ReadSet& reads,
                                             CommitVersion read_version) const;

  // REQUIRES: `version` is greater than all before it.
  void record(CommitVersion version, std::vector<std::string> keys);

  // The newest recorded write of `key`, or 0. May name another key's write (hash collision).
  CommitVersion last_write(std::string_view key) const;

 private:
  struct Entry {
    CommitVersion version;
    size_t bytes;
    std::vector<std::string> keys;
  };

  void drop_oldest();

  CommitVersion floor_;
  size_t window_bytes_max_;
  size_t window_bytes_ = 0;
  std::deque<Entry> window_;
  // Hash of a key -> its newest write in the window. Two keys with one hash can only cause a
  // needless conflict, never a missed one.
  std::unordered_map<uint64_t, CommitVersion> newest_;
};

}  // namespace millrace::store
