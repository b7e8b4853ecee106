// Progress of something long, on one line of a terminal or as plain lines in a log: items, rate,
// share and time to go. Thread safety: add() from any thread; the rest from the owner's.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/clock.h"

namespace millrace::keeper {

class Progress {
 public:
  // `expected` may be an estimate or 0. `out` is stderr, or nullptr for silence.
  Progress(std::string what, int64_t expected, const Clock& clock, std::FILE* out);
  ~Progress();

  // Prints at most once a second (every 5 s where `out` is no terminal).
  void add(int64_t items);
  int64_t items() const { return items_; }
  double seconds() const;

  // "copying: 12,300 of about 40,000 items, 8,200/s, 3 s to go"
  std::string line() const;

 private:
  const std::string what_;
  const int64_t expected_;
  const Clock& clock_;
  std::FILE* const out_;
  const bool is_terminal_;
  const int64_t started_us_;
  std::atomic<int64_t> items_{0};
  std::atomic<int64_t> next_print_us_;
  std::atomic<bool> printed_{false};
};

}  // namespace millrace::keeper
