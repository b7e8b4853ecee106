#include "store/merged_cursor.h"

#include <iterator>

namespace millrace::store {

MergedCursor::MergedCursor(std::unique_ptr<Cursor> base, const WriteMap& writes, Walk walk)
    : base_(std::move(base)), writes_(writes), walk_(std::move(walk)) {
  settle();
}

MergedCursor::~MergedCursor() {
  // At the end, or after an error, the whole range stays recorded.
  if (walk_.walked == nullptr || from_ == From::kEnd) return;
  if (walk_.direction == Direction::kForward) {
    walk_.walked->end.assign(key());
    walk_.walked->end.push_back('\0');  // the first key behind the current one
  } else {
    walk_.walked->start.assign(key());
  }
}

void MergedCursor::next() {
  if (from_ == From::kOwn) {
    last_key_ = std::move(own_key_);
  } else if (from_ == From::kBase) {
    if (!writes_.empty()) last_key_ = std::string(base_->key());
    base_->next();
  }
  settle();
}

std::string_view MergedCursor::key() const {
  return from_ == From::kOwn ? std::string_view(own_key_) : base_->key();
}

std::string_view MergedCursor::value() const {
  return from_ == From::kOwn ? std::string_view(own_value_) : base_->value();
}

WriteMap::const_iterator MergedCursor::own_next() const {
  const KeyRange& range = walk_.range;
  if (walk_.direction == Direction::kForward) {
    auto it = last_key_ ? writes_.upper_bound(*last_key_) : writes_.lower_bound(range.start);
    return it != writes_.end() && range.ends_after(it->first) ? it : writes_.end();
  }
  auto it = writes_.end();
  if (last_key_ || !range.end.empty()) it = writes_.lower_bound(last_key_ ? *last_key_ : range.end);
  if (it == writes_.begin()) return writes_.end();
  it = std::prev(it);
  return it->first >= range.start ? it : writes_.end();
}

void MergedCursor::settle() {
  while (true) {
    auto own = writes_.empty() ? writes_.end() : own_next();
    if (own == writes_.end()) {
      from_ = base_->valid() ? From::kBase : From::kEnd;
      return;
    }
    if (base_->valid()) {
      if (is_before(base_->key(), own->first)) {
        from_ = From::kBase;
        return;
      }
      if (base_->key() == own->first) base_->next();
    } else if (!base_->status().ok()) {
      from_ = From::kEnd;
      return;
    }
    if (own->second.has_value()) {
      own_key_ = own->first;
      own_value_ = *own->second;
      from_ = From::kOwn;
      return;
    }
    last_key_ = own->first;
  }
}

}  // namespace millrace::store
