#include <fmt/format.h>

#include <algorithm>

#include "svc/logs/operations.h"

namespace millrace::logs {
namespace {
constexpr size_t kBatchBytesMax = 1'048'576;
constexpr int64_t kDayMs = 86'400'000;
}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
Answer<api::PutLogEvents> put_log_events(svc::Context& ctx, const api::PutLogEvents::Input& in) {
  MR_ASSIGN(GroupRow group, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  StreamName name{in.log_group_name, in.log_stream_name};
  MR_ASSIGN([[maybe_unused]] StreamRow stream,
            load_stream(ctx.txn(), ctx.scope(), group, name.stream));
  if (in.entity) {
    return api::errors::invalid_parameter_exception("entity is not supported by Millrace.");
  }
  size_t bytes = 0;
  int64_t before = 0;
  for (const api::InputLogEvent& event : in.log_events) {
    bytes += event.message.size() + 26;
    if (event.timestamp < before) {
      return api::errors::invalid_parameter_exception(
          "Log events in a single PutLogEvents request must be in chronological order.");
    }
    before = event.timestamp;
  }
  if (bytes > kBatchBytesMax) {
    return api::errors::invalid_parameter_exception(
        fmt::format("Upload too large: {} bytes exceeds limit of {}", bytes, kBatchBytesMax));
  }
  // Too old are more than 14 days or the retention, too new more than two hours.
  int64_t now_ms = ctx.now().ms();
  int64_t oldest = now_ms - 14 * kDayMs;
  if (group.retention_days) oldest = std::max(oldest, now_ms - *group.retention_days * kDayMs);
  std::vector<svc::LogLine> lines;
  api::RejectedLogEventsInfo rejected;
  bool is_rejected = false;
  for (size_t i = 0; i < in.log_events.size(); ++i) {
    const api::InputLogEvent& event = in.log_events[i];
    if (event.timestamp < oldest) {
      rejected.too_old_log_event_end_index = static_cast<int64_t>(i) + 1;
      is_rejected = true;
    } else if (event.timestamp > now_ms + 2 * 3'600'000) {
      if (!rejected.too_new_log_event_start_index) {
        rejected.too_new_log_event_start_index = static_cast<int64_t>(i);
      }
      is_rejected = true;
    } else {
      lines.push_back({Instant::from_ms(event.timestamp), event.message});
    }
  }
  if (!lines.empty()) MR_TRY(append_events(ctx.txn(), ctx.scope(), name, lines, ctx.now()));
  api::PutLogEvents::Output out;
  out.next_sequence_token = fmt::format("{:056}", now_ms);  // AWS: no longer checked
  if (is_rejected) out.rejected_log_events_info = rejected;
  return out;
}

}  // namespace millrace::logs
