#include "keeper/replication_watch.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "aws/dynamodb.h"

namespace millrace::keeper {
namespace {

constexpr int64_t kPollMs = 200;
// Records carry whole seconds, rounded down: one of the same second may be still to come.
constexpr int64_t kRecordTimeMs = 1'000;
// A worker beats every second; this long without one means that none runs.
constexpr int64_t kSilenceMs = 10'000;

std::string why(const MetaRow& row, int64_t wanted_ms, bool silent) {
  const std::string worker = silent ? ", and no worker runs (its heartbeat stands still)" : "";
  if (row.state != "LIVE") return "the replication has not finished its copy" + worker;
  if (row.watermark_ms == 0) return "the replication does not know its lag yet" + worker;
  return fmt::format("the replication is {:.1f} s behind{}",
                     static_cast<double>(wanted_ms + kRecordTimeMs - row.watermark_ms) / 1000.0,
                     worker);
}

}  // namespace

ReplicationWatch::ReplicationWatch(client::Client& target, std::string table, std::string task,
                                   const Clock& clock, int64_t patience_ms)
    : target_(target),
      table_(std::move(table)),
      task_(std::move(task)),
      clock_(clock),
      patience_ms_(patience_ms) {}

Result<std::optional<MetaRow>> ReplicationWatch::read() {
  auto got = target_.call<aws::dynamodb::GetItem>({.table_name = table_,
                                                   .key = {{"t", text(task_)}, {"k", text("META")}},
                                                   .consistent_read = true});
  if (!got.ok()) {
    if (got.error().code() == "ResourceNotFoundException") return std::optional<MetaRow>();
    return std::move(got).error();
  }
  if (!got->item) return std::optional<MetaRow>();
  return std::optional(meta_from(*got->item));
}

Result<bool> ReplicationWatch::find() {
  if (table_.empty()) return false;
  MR_ASSIGN(const auto row, read());
  found_ = row.has_value();
  return found_;
}

Result<std::string> ReplicationWatch::wait_for_now() {
  if (!found_) return std::string();
  const int64_t wanted_ms = clock_.now().ms();
  const int64_t began_us = clock_.monotonic_us();
  const int64_t deadline_us = began_us + patience_ms_ * 1'000;
  int64_t beat = -1, beat_seen_us = began_us;
  while (true) {
    MR_ASSIGN(const auto row, read());
    if (!row) return std::string("the replication's state has been deleted");
    const int64_t now_us = clock_.monotonic_us();
    if (row->state == "LIVE" && row->watermark_ms >= wanted_ms + kRecordTimeMs) {
      patience_ms_ -= (now_us - began_us) / 1'000;
      return std::string();
    }
    if (row->beat != beat) {
      beat = row->beat;
      beat_seen_us = now_us;
    }
    const bool silent = now_us - beat_seen_us > kSilenceMs * 1'000;
    if (silent || now_us > deadline_us) return why(*row, wanted_ms, silent);
    std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
  }
}

}  // namespace millrace::keeper
