// ReadBuffer: the bytes received and not yet consumed on one connection. Grows on demand; the owner
// bounds it by not reading. Belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace millrace::net {

class ReadBuffer {
 public:
  std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  size_t capacity() const { return capacity_; }

  void consume(size_t n) {
    begin_ += n;
    if (begin_ == end_ && !read_pending_) begin_ = end_ = 0;
  }

  // Room for at least `n` more bytes, behind what is there; it stays in place until commit().
  // Invalidates views.
  char* prepare(size_t n) {
    read_pending_ = true;
    if (capacity_ - end_ >= n) return data_.get() + end_;
    size_t used = size();
    if (capacity_ - used >= n) {
      memmove(data_.get(), data_.get() + begin_, used);
    } else {
      size_t wanted = capacity_ == 0 ? n : capacity_ * 2;
      while (wanted < used + n)
        wanted *= 2;
      auto grown = std::make_unique_for_overwrite<char[]>(wanted);
      if (used > 0) memcpy(grown.get(), data_.get() + begin_, used);
      data_ = std::move(grown);
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = used;
    return data_.get() + end_;
  }
  size_t room() const { return capacity_ - end_; }
  void commit(size_t n) {
    end_ += n;
    read_pending_ = false;
    consume(0);
  }

  // Gives memory back when nothing is buffered. REQUIRES: no prepare() without its commit().
  void shrink() {
    if (!empty()) return;
    data_.reset();
    capacity_ = begin_ = end_ = 0;
  }

 private:
  std::unique_ptr<char[]> data_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool read_pending_ = false;
};

}  // namespace millrace::net
