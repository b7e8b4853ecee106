// A cursor over an engine's snapshot with a transaction's own writes laid over it. It sees writes
// that the transaction makes ahead of it while it walks. On its end it narrows the recorded read
// range to what it really walked.
#pragma once

#include <memory>
#include <string>

#include "store/txn.h"

namespace millrace::store {

class MergedCursor final : public Cursor {
 public:
  struct Walk {
    KeyRange range;
    Direction direction;
    KeyRange* walked;  // narrowed by the destructor; nullptr: not tracked
  };

  // `writes` is borrowed and must outlive the cursor.
  MergedCursor(std::unique_ptr<Cursor> base, const WriteMap& writes, Walk walk);
  ~MergedCursor() override;

  bool valid() const override { return from_ != From::kEnd; }
  void next() override;
  std::string_view key() const override;
  std::string_view value() const override;
  Status status() const override { return base_->status(); }

 private:
  enum class From { kBase, kOwn, kEnd };

  // Finds the next entry behind last_key_ (or from the start of the range).
  void settle();
  // The transaction's own next write in the range, or end().
  WriteMap::const_iterator own_next() const;
  bool is_before(std::string_view a, std::string_view b) const {
    return walk_.direction == Direction::kForward ? a < b : a > b;
  }

  std::unique_ptr<Cursor> base_;
  const WriteMap& writes_;
  Walk walk_;
  From from_ = From::kEnd;
  // Where the walk stands among the transaction's own writes; empty before the first step.
  std::optional<std::string> last_key_;
  // Copies, because the transaction may overwrite its entry while the views are in use.
  std::string own_key_;
  std::string own_value_;
};

}  // namespace millrace::store
