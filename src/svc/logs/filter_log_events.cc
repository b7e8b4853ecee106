#include <algorithm>
#include <queue>
#include <tuple>

#include "base/encoding.h"
#include "svc/logs/filter_pattern.h"
#include "svc/logs/operations.h"

namespace millrace::logs {
namespace {

// As AWS: a page is as many events as fit in one megabyte. What it may read is bounded too: a page
// may be empty and still have a nextToken.
constexpr size_t kPageBytesMax = 1 << 20;
constexpr size_t kReadBytesMax = 8 << 20;
constexpr size_t kOverheadBytes = 26;   // of an event, as AWS counts
constexpr size_t kOpenBytes = 1 << 10;  // what beginning to read a stream counts
// Streams that are read side by side without being looked up again for each event.
constexpr size_t kCursorsMax = 256;

// Events of all streams in one order.
using Order = std::tuple<int64_t, std::string, std::string>;  // time, stream, position

constexpr size_t kPositionBytes = 18;
// Where a page ended: the last event that was read.
std::string to_token(const Order& last) {
  return hex_encode(std::get<2>(last) + std::get<1>(last));
}
std::optional<Order> from_token(const std::string& token) {
  auto bytes = hex_decode(token);
  if (!bytes || bytes->size() <= kPositionBytes) return std::nullopt;
  uint64_t ms = 0;
  for (char c : bytes->substr(0, 8))
    ms = ms << 8 | static_cast<unsigned char>(c);
  return Order{static_cast<int64_t>(ms), bytes->substr(kPositionBytes),
               bytes->substr(0, kPositionBytes)};
}

// A stream that may hold events of the range.
struct Source {
  std::string name;
  StreamPlace place;
  EventRange range;                       // what is not read yet
  std::unique_ptr<store::Cursor> cursor;  // stands at the next event; null: to be looked up
  std::optional<Event> next;
};

// Reads the events of many streams in their order, of each no more than is asked for.
class Merge {
 public:
  Merge(store::Txn& txn, const svc::Scope& scope) : txn_(txn), scope_(scope) {}

  void add(Source source, int64_t earliest_ms) {
    queue_.push({{earliest_ms, source.name, ""}, sources_.size()});
    sources_.push_back(std::move(source));
  }

  // The next event, and the stream that it is of; null at the end.
  struct Taken {
    Order order;
    Event event;
  };
  Result<std::optional<Taken>> take() {
    while (!queue_.empty()) {
      auto [order, index] = queue_.top();
      queue_.pop();
      Source& source = sources_[index];
      std::optional<Event> event = std::exchange(source.next, std::nullopt);
      if (event) source.range.after = event->position;
      MR_TRY(look(source));
      if (source.next) {
        queue_.push({{source.next->time_ms, source.name, source.next->position}, index});
      }
      if (event) return std::optional(Taken{std::move(order), std::move(*event)});
    }
    return std::optional<Taken>();
  }

  bool at_end() const { return queue_.empty(); }
  size_t bytes_read() const { return bytes_read_; }

 private:
  // Finds the stream's next event.
  Status look(Source& source) {
    const std::string prefix = event_prefix(scope_, source.place);
    if (source.cursor) {
      source.cursor->next();
    } else {
      store::KeyRange keys = event_keys(prefix, source.range);
      if (keys.start >= keys.end) return ok_status();
      source.cursor = txn_.scan_untracked(std::move(keys));
      ++cursors_;
      bytes_read_ += kOpenBytes;
    }
    MR_TRY(source.cursor->status());
    const bool has_next = source.cursor->valid();
    if (has_next) {
      source.next = event_of(*source.cursor, prefix.size());
      bytes_read_ += source.next->message.size() + kOverheadBytes;
    }
    if (has_next && cursors_ <= kCursorsMax) return ok_status();
    source.cursor.reset();
    --cursors_;
    return ok_status();
  }

  struct Later {
    bool operator()(const auto& a, const auto& b) const { return a.first > b.first; }
  };
  using Place = std::pair<Order, size_t>;

  store::Txn& txn_;
  const svc::Scope& scope_;
  std::vector<Source> sources_;
  std::priority_queue<Place, std::vector<Place>, Later> queue_;
  size_t cursors_ = 0;
  size_t bytes_read_ = 0;
};

// What the request looks at, of each stream only what stands behind `last`.
class Streams {
 public:
  Streams(const api::FilterLogEvents::Input& in, const GroupRow& group,
          const std::optional<Order>& last, Merge& merge)
      : in_(in), group_(group), last_(last), merge_(merge) {}

  Status add_all(svc::Context& ctx) {
    if (in_.log_stream_names) {
      for (const std::string& name : *in_.log_stream_names) {
        MR_ASSIGN(StreamRow row, load_stream(ctx.txn(), ctx.scope(), group_, name));
        add(name, row);
      }
      return ok_status();
    }
    auto it =
        ctx.txn().scan_untracked(store::prefix_range(streams_prefix(ctx.scope(), group_.storage)));
    for (; it->valid(); it->next()) {
      std::string name = stream_name_of(it->key());
      if (!name.starts_with(in_.log_stream_name_prefix.value_or(""))) continue;
      MR_ASSIGN(StreamRow row, stream_from_text(it->value(), name));
      add(name, row);
    }
    return it->status();
  }

 private:
  void add(const std::string& name, const StreamRow& row) {
    if (!row.first_ms || !row.last_ms) return;
    EventRange range{.start_ms = in_.start_time, .end_ms = in_.end_time};
    int64_t earliest = std::max(*row.first_ms, in_.start_time.value_or(0));
    if (last_) {
      const auto& [time_ms, stream, position] = *last_;
      if (name == stream) range.after = position;
      earliest = std::max(earliest, name < stream ? time_ms + 1 : time_ms);
      range.start_ms = std::max(earliest, range.start_ms.value_or(0));
    }
    if (earliest > *row.last_ms || earliest >= in_.end_time.value_or(INT64_MAX)) return;
    merge_.add({.name = name, .place = {group_.storage, row.storage}, .range = range}, earliest);
  }

  const api::FilterLogEvents::Input& in_;
  const GroupRow& group_;
  const std::optional<Order>& last_;
  Merge& merge_;
};

}  // namespace

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
Answer<api::FilterLogEvents> filter_log_events(svc::Context& ctx,
                                               const api::FilterLogEvents::Input& in) {
  MR_ASSIGN(std::string group, group_named(in.log_group_name, in.log_group_identifier));
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  if (in.log_stream_names && in.log_stream_name_prefix) {
    return api::errors::invalid_parameter_exception(
        "logStreamNames and logStreamNamePrefix are mutually exclusive.");
  }
  MR_ASSIGN(FilterPattern pattern, FilterPattern::parse(in.filter_pattern.value_or("")));
  std::optional<Order> last;
  if (in.next_token) {
    last = from_token(*in.next_token);
    if (!last) {
      return api::errors::invalid_parameter_exception("The specified nextToken is invalid.");
    }
  }
  Merge merge(ctx.txn(), ctx.scope());
  MR_TRY(Streams(in, row, last, merge).add_all(ctx));
  const auto limit = static_cast<size_t>(in.limit.value_or(10'000));
  api::FilterLogEvents::Output out;
  out.events.emplace();
  out.searched_log_streams.emplace();  // AWS: always empty by now
  size_t page_bytes = 0;
  while (out.events->size() < limit && merge.bytes_read() < kReadBytesMax) {
    MR_ASSIGN(auto taken, merge.take());
    if (!taken) break;
    Event& event = taken->event;
    if (pattern.matches(event.message)) {
      page_bytes += event.message.size() + kOverheadBytes;
      if (page_bytes > kPageBytesMax && !out.events->empty()) {
        out.next_token = to_token(*last);
        return out;
      }
      out.events->push_back({.log_stream_name = std::get<1>(taken->order),
                             .timestamp = event.time_ms,
                             .message = std::move(event.message),
                             .ingestion_time = event.ingested_ms,
                             .event_id = hex_encode(event.position)});
    }
    last = std::move(taken->order);
  }
  if (!merge.at_end() && last) out.next_token = to_token(*last);
  return out;
}

}  // namespace millrace::logs
