#include <algorithm>
#include <tuple>

#include "base/encoding.h"
#include "svc/logs/filter_pattern.h"
#include "svc/logs/operations.h"

namespace millrace::logs {
namespace {

struct Found {
  std::string stream;
  Event event;
  std::tuple<int64_t, std::string, std::string> order() const {
    return {event.time_ms, stream, event.position};
  }
};

// Where a page ended: the event's position, and its stream.
std::string to_token(const Found& last) { return hex_encode(last.event.position + last.stream); }
std::optional<Found> from_token(const std::string& token) {
  auto bytes = hex_decode(token);
  if (!bytes || bytes->size() < 19) return std::nullopt;
  Found last{.stream = bytes->substr(18)};
  last.event.position = bytes->substr(0, 18);
  uint64_t ms = 0;
  for (char c : bytes->substr(0, 8))
    ms = ms << 8 | static_cast<unsigned char>(c);
  last.event.time_ms = static_cast<int64_t>(ms);
  return last;
}

Result<std::vector<std::string>> streams_of(svc::Context& ctx, const std::string& group,
                                            const api::FilterLogEvents::Input& in) {
  if (in.log_stream_names) {
    for (const std::string& name : *in.log_stream_names) {
      MR_ASSIGN([[maybe_unused]] StreamRow stream,
                load_stream(ctx.txn(), ctx.scope(), {group, name}));
    }
    return *in.log_stream_names;
  }
  std::vector<std::string> names;
  auto it = ctx.txn().scan(store::prefix_range(logs_key(ctx.scope(), "stream").str(group).key()));
  for (; it->valid(); it->next()) {
    store::KeyReader key(it->key());
    key.str();
    key.str();
    std::string name = key.str().value_or("");
    if (name.starts_with(in.log_stream_name_prefix.value_or(""))) names.push_back(std::move(name));
  }
  MR_TRY(it->status());
  return names;
}

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
Answer<api::FilterLogEvents> filter_log_events(svc::Context& ctx,
                                               const api::FilterLogEvents::Input& in) {
  MR_ASSIGN(std::string group, group_named(in.log_group_name, in.log_group_identifier));
  MR_ASSIGN([[maybe_unused]] GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  if (in.log_stream_names && in.log_stream_name_prefix) {
    return api::errors::invalid_parameter_exception(
        "logStreamNames and logStreamNamePrefix are mutually exclusive.");
  }
  MR_ASSIGN(FilterPattern pattern, FilterPattern::parse(in.filter_pattern.value_or("")));
  MR_ASSIGN(auto streams, streams_of(ctx, group, in));
  std::optional<Found> last;
  if (in.next_token) {
    last = from_token(*in.next_token);
    if (!last) {
      return api::errors::invalid_parameter_exception("The specified nextToken is invalid.");
    }
  }
  auto limit = static_cast<size_t>(in.limit.value_or(10'000));
  std::vector<Found> found;
  for (const std::string& stream : streams) {
    EventRange range{.start_ms = in.start_time, .end_ms = in.end_time};
    if (last) range.start_ms = std::max(in.start_time.value_or(0), last->event.time_ms);
    size_t taken = 0;
    MR_TRY(walk_events(ctx.txn(), ctx.scope(), {group, stream}, range, store::Direction::kForward,
                       [&](Event event) {
                         Found next{stream, std::move(event)};
                         if (last && !(last->order() < next.order())) return true;
                         if (!pattern.matches(next.event.message)) return true;
                         found.push_back(std::move(next));
                         return ++taken <= limit;
                       }));
  }
  std::ranges::sort(found, {}, &Found::order);
  api::FilterLogEvents::Output out;
  if (found.size() > limit) {
    found.resize(limit);
    out.next_token = to_token(found.back());
  }
  out.events.emplace();
  out.searched_log_streams.emplace();  // AWS: always empty by now
  for (Found& one : found) {
    out.events->push_back({.log_stream_name = one.stream,
                           .timestamp = one.event.time_ms,
                           .message = std::move(one.event.message),
                           .ingestion_time = one.event.ingested_ms,
                           .event_id = hex_encode(one.event.position)});
  }
  return out;
}

}  // namespace millrace::logs
