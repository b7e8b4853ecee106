#include <algorithm>

#include "base/encoding.h"
#include "svc/logs/operations.h"

namespace millrace::logs {
namespace {

constexpr size_t kPageBytesMax = 1 << 20;

// "f/HEX" and "b/HEX": go on behind, or before, the event at this position; empty: at the edge.
std::optional<std::string> position_of(const std::string& token) {
  if (!token.starts_with("f/") && !token.starts_with("b/")) return std::nullopt;
  auto position = hex_decode(token.substr(2));
  if (!position || (position->size() != 18 && !position->empty())) return std::nullopt;
  return position;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
Answer<api::GetLogEvents> get_log_events(svc::Context& ctx, const api::GetLogEvents::Input& in) {
  MR_ASSIGN(std::string group, group_named(in.log_group_name, in.log_group_identifier));
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  MR_ASSIGN(StreamRow stream, load_stream(ctx.txn(), ctx.scope(), row, in.log_stream_name));
  EventRange range{.start_ms = in.start_time, .end_ms = in.end_time};
  bool forward = in.start_from_head.value_or(false);
  if (in.next_token) {
    auto position = position_of(*in.next_token);
    if (!position) {
      return api::errors::invalid_parameter_exception("The specified nextToken is invalid.");
    }
    forward = in.next_token->starts_with("f/");
    (forward ? range.after : range.before) = *position;
  }
  auto limit = static_cast<size_t>(in.limit.value_or(10'000));
  std::vector<Event> events;
  size_t bytes = 0;
  MR_TRY(walk_events(ctx.txn(), ctx.scope(), {row.storage, stream.storage}, range,
                     forward ? store::Direction::kForward : store::Direction::kReverse,
                     [&](Event event) {
                       bytes += event.message.size() + 26;
                       if (!events.empty() && bytes > kPageBytesMax) return false;
                       events.push_back(std::move(event));
                       return events.size() < limit;
                     }));
  if (!forward) std::ranges::reverse(events);
  api::GetLogEvents::Output out;
  // At the end the same token comes back.
  std::string first = !events.empty() ? events.front().position
                      : forward       ? range.after
                                      : range.before;
  std::string last = !events.empty() ? events.back().position : first;
  out.next_backward_token = "b/" + hex_encode(first);
  out.next_forward_token = "f/" + hex_encode(last);
  out.events.emplace();
  for (Event& event : events) {
    out.events->push_back({.timestamp = event.time_ms,
                           .message = std::move(event.message),
                           .ingestion_time = event.ingested_ms});
  }
  return out;
}

}  // namespace millrace::logs
