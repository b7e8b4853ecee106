#include "keeper/shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/encoding.h"
#include "keeper/progress.h"

namespace millrace::keeper {
namespace {

// Shared with the callbacks of calls that are still out when the worker is gone.
struct Inbox {
  std::mutex mutex;
  std::condition_variable ready;
  std::deque<std::pair<uint64_t, Result<std::shared_ptr<void>>>> replies;
};

client::CallOptions call_options() {
  client::CallOptions options;
  // The flows repeat for as long as it takes; the client only smooths over a hiccup.
  options.retry.attempts_max = 2;
  options.deadline_ms = 30'000;
  options.attempt_timeout_ms = 15'000;
  return options;
}

void send(client::Client& client, Scheduler::Call call, const std::shared_ptr<Inbox>& inbox) {
  const uint64_t id = call.id;
  client.start(*call.request.operation, call.request.input.get(), call_options(),
               [id, inbox](client::CallOutcome outcome) {
                 std::lock_guard lock(inbox->mutex);
                 inbox->replies.emplace_back(id, std::move(outcome.output));
                 inbox->ready.notify_one();
               });
}

}  // namespace

Status run_worker(TaskConfig config, client::Client& source, client::Client& target,
                  const Clock& clock, const ShellOptions& options) {
  constexpr int64_t kWaitMsMax = 100;
  constexpr int64_t kReportUs = 1'000'000;
  auto inbox = std::make_shared<Inbox>();
  Worker worker(std::move(config), clock, thread_rng());
  worker.start();
  int64_t next_report_us = clock.monotonic_us() + kReportUs;
  while (!worker.failure() && !options.stop()) {
    for (Scheduler::Call& call : worker.take_calls()) {
      client::Client& client = call.request.side == Side::kSource ? source : target;
      send(client, std::move(call), inbox);
    }
    std::unique_lock lock(inbox->mutex);
    if (inbox->replies.empty()) {
      const int64_t wait_ms = std::min(kWaitMsMax, worker.next_wake_ms().value_or(kWaitMsMax));
      inbox->ready.wait_for(lock, std::chrono::milliseconds(std::max<int64_t>(1, wait_ms)));
    }
    auto replies = std::exchange(inbox->replies, {});
    lock.unlock();
    for (auto& [id, reply] : replies)
      worker.on_reply(id, std::move(reply));
    for (const std::string& note : worker.take_notes())
      options.note(note);
    if (clock.monotonic_us() >= next_report_us) {
      next_report_us = clock.monotonic_us() + kReportUs;
      options.report(worker.progress());
    }
  }
  options.report(worker.progress());
  if (worker.failure()) return *worker.failure();
  return ok_status();
}

std::string status_line(const ReplicationStatus& status, double copied_per_s) {
  std::string out = status.state;
  if (status.state == "copying") {
    out += fmt::format(": {} items", with_commas(status.copied));
    if (status.source_items > status.copied) {
      out += fmt::format(" of about {}", with_commas(status.source_items));
    }
    out += fmt::format(", {:.0f}/s", copied_per_s);
    if (copied_per_s > 1 && status.source_items > status.copied) {
      out += fmt::format(", {:.0f} s to go",
                         static_cast<double>(status.source_items - status.copied) / copied_per_s);
    }
    out += fmt::format(" ({} of {} segments)", status.segments_done, status.segments);
  }
  out += fmt::format("; {} changes applied from {} shards", with_commas(status.applied),
                     status.shards);
  if (status.parked > 0) out += fmt::format("; {} keys PARKED", with_commas(status.parked));
  if (status.lag_ms >= 0) {
    out += fmt::format("; lag {:.1f} s", static_cast<double>(status.lag_ms) / 1000.0);
  }
  return out;
}

}  // namespace millrace::keeper
