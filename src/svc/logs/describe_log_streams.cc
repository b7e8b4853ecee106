#include <algorithm>
#include <charconv>

#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
Answer<api::DescribeLogStreams> describe_log_streams(svc::Context& ctx,
                                                     const api::DescribeLogStreams::Input& in) {
  MR_ASSIGN(std::string group, group_named(in.log_group_name, in.log_group_identifier));
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  bool by_time = in.order_by.value_or("LogStreamName") == "LastEventTime";
  if (by_time && in.log_stream_name_prefix) {
    return api::errors::invalid_parameter_exception(
        "Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  std::vector<api::LogStream> all;
  auto it = ctx.txn().scan(store::prefix_range(streams_prefix(ctx.scope(), row.storage)));
  for (; it->valid(); it->next()) {
    std::string name = stream_name_of(it->key());
    if (in.log_stream_name_prefix && !name.starts_with(*in.log_stream_name_prefix)) continue;
    MR_ASSIGN(StreamRow stream, stream_from_text(it->value(), name));
    api::LogStream shown;
    shown.log_stream_name = name;
    shown.creation_time = stream.created_ms;
    shown.first_event_timestamp = stream.first_ms;
    shown.last_event_timestamp = stream.last_ms;
    shown.last_ingestion_time = stream.ingested_ms;
    shown.arn = group_arn(ctx.scope(), group) + ":log-stream:" + name;
    shown.stored_bytes = 0;  // as AWS has it since 2019
    all.push_back(std::move(shown));
  }
  MR_TRY(it->status());
  if (by_time) {
    auto last = [](const api::LogStream& s) {
      return s.last_event_timestamp.value_or(s.creation_time.value_or(0));
    };
    std::ranges::sort(all, {}, last);
  }
  if (in.descending.value_or(false)) std::ranges::reverse(all);
  size_t from = 0;
  if (in.next_token) {
    auto [end, ec] =
        std::from_chars(in.next_token->data(), in.next_token->data() + in.next_token->size(), from);
    if (ec != std::errc() || *end != 0) {
      return api::errors::invalid_parameter_exception("The specified nextToken is invalid.");
    }
  }
  size_t to = std::min(all.size(), from + static_cast<size_t>(in.limit.value_or(50)));
  api::DescribeLogStreams::Output out;
  out.log_streams.emplace();
  for (size_t i = from; i < to; ++i)
    out.log_streams->push_back(std::move(all[i]));
  if (to < all.size()) out.next_token = std::to_string(to);
  return out;
}

}  // namespace millrace::logs
