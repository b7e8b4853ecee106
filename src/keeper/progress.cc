#include "keeper/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/encoding.h"

namespace millrace::keeper {
namespace {
constexpr int64_t kTerminalEveryUs = 1'000'000;
constexpr int64_t kLogEveryUs = 5'000'000;
}  // namespace

Progress::Progress(std::string what, int64_t expected, const Clock& clock, std::FILE* out)
    : what_(std::move(what)),
      expected_(expected),
      clock_(clock),
      out_(out),
      is_terminal_(out != nullptr && isatty(fileno(out)) == 1),
      started_us_(clock.monotonic_us()),
      next_print_us_(started_us_ + kTerminalEveryUs) {}

Progress::~Progress() {
  if (printed_ && is_terminal_) fmt::print(out_, "\n");
}

double Progress::seconds() const {
  return static_cast<double>(clock_.monotonic_us() - started_us_) / 1e6;
}

std::string Progress::line() const {
  const double elapsed = std::max(seconds(), 0.001);
  const int64_t done = items_;
  const double rate = static_cast<double>(done) / elapsed;
  std::string out = fmt::format("{}: {}", what_, with_commas(done));
  if (expected_ > 0) out += fmt::format(" of about {}", with_commas(std::max(expected_, done)));
  out += fmt::format(" items, {}/s", with_commas(static_cast<int64_t>(rate)));
  if (expected_ > done && rate > 0) {
    out += fmt::format(", {} s to go",
                       static_cast<int64_t>(static_cast<double>(expected_ - done) / rate) + 1);
  }
  return out;
}

void Progress::add(int64_t items) {
  items_ += items;
  if (out_ == nullptr) return;
  int64_t now = clock_.monotonic_us();
  int64_t due = next_print_us_;
  if (now < due) return;
  // One thread wins the right to print this second's line.
  if (!next_print_us_.compare_exchange_strong(
          due, now + (is_terminal_ ? kTerminalEveryUs : kLogEveryUs))) {
    return;
  }
  printed_ = true;
  if (is_terminal_) {
    fmt::print(out_, "\r\033[K{}", line());
  } else {
    fmt::print(out_, "{}\n", line());
  }
  std::fflush(out_);
}

}  // namespace millrace::keeper
