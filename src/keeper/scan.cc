#include "keeper/scan.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "aws/dynamodb.h"

namespace millrace::keeper {
namespace {

namespace api = aws::dynamodb;

constexpr int kSegmentsMax = 64;

// One segment, page by page.
class SegmentScan {
 public:
  SegmentScan(client::Client& client, const ScanOptions& options, int segment)
      : client_(client), options_(options), segment_(segment) {
    input_.table_name = options.table;
    input_.segment = segment;
    input_.total_segments = options.segments;
    input_.consistent_read = true;
    if (options.read_units_per_s_max > 0) input_.return_consumed_capacity = "TOTAL";
  }

  // True while there are more pages.
  Result<bool> next(const TakePage& take) {
    MR_ASSIGN(auto page, client_.call<api::Scan>(input_));
    if (page.items && !page.items->empty()) MR_TRY(take(segment_, std::move(*page.items)));
    if (page.consumed_capacity) pace(page.consumed_capacity->capacity_units.value_or(0));
    if (!page.last_evaluated_key || page.last_evaluated_key->empty()) return false;
    input_.exclusive_start_key = std::move(page.last_evaluated_key);
    return true;
  }

 private:
  // Sleeps off what the page cost, at this segment's share of the rate.
  void pace(double units) {
    if (options_.read_units_per_s_max <= 0) return;
    double seconds = units / (options_.read_units_per_s_max / options_.segments);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  }

  client::Client& client_;
  const ScanOptions& options_;
  const int segment_;
  api::ScanInput input_;
};

}  // namespace

Status scan_table(client::Client& client, const ScanOptions& given, const TakePage& take) {
  ScanOptions options = given;
  options.segments = std::clamp(options.segments, 1, kSegmentsMax);
  std::atomic<bool> failed = false;
  std::mutex mutex;
  Status first_error;
  auto run = [&](int segment) {
    SegmentScan scan(client, options, segment);
    while (!failed) {
      auto more = scan.next(take);
      if (!more.ok()) {
        std::lock_guard lock(mutex);
        if (!failed.exchange(true)) first_error = std::move(more).error();
        return;
      }
      if (!*more) return;
    }
  };
  std::vector<std::thread> threads;
  for (int segment = 0; segment < options.segments; ++segment)
    threads.emplace_back(run, segment);
  for (auto& thread : threads)
    thread.join();
  return first_error;
}

}  // namespace millrace::keeper
