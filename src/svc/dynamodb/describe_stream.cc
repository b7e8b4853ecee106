// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/stream.h"

namespace millrace::dynamodb {

namespace {

// Where the shard of a stream that was switched off ends: with its last record.
Result<SequencePosition> end_of(svc::Context& ctx, const StreamDescriptor& stream) {
  auto cursor = ctx.txn().scan_untracked(store::prefix_range(stream.records_prefix()),
                                         store::Direction::kReverse);
  const auto last = cursor->valid() ? SequencePosition::of_key(cursor->key()) : stream.first;
  MR_TRY(cursor->status());
  return last;
}

// The one shard there is, unless the request asks for what is behind it.
Result<std::vector<streams_api::Shard>> shards_of(svc::Context& ctx, const StreamDescriptor& stream,
                                                  const streams_api::DescribeStreamInput& in) {
  std::vector<streams_api::Shard> shards;
  const bool children = in.shard_filter && in.shard_filter->type == "CHILD_SHARDS";
  if (children || in.exclusive_start_shard_id == stream.shard_id()) return shards;
  streams_api::SequenceNumberRange range{.starting_sequence_number = stream.first.to_string()};
  if (stream.disabled_at) {
    MR_ASSIGN(SequencePosition end, end_of(ctx, stream));
    range.ending_sequence_number = end.to_string();
  }
  shards.push_back({.shard_id = stream.shard_id(), .sequence_number_range = std::move(range)});
  return shards;
}

}  // namespace

Result<streams_api::DescribeStreamOutput> describe_stream(
    svc::Context& ctx, const streams_api::DescribeStreamInput& in) {
  MR_ASSIGN(StreamDescriptor stream, stream_by_arn(ctx, in.stream_arn));
  streams_api::StreamDescription description{
      .stream_arn = stream.arn(),
      .stream_label = stream.label,
      .stream_status = stream.disabled_at ? "DISABLED" : "ENABLED",
      .stream_view_type = stream.view_type,
      .creation_request_date_time = stream.created,
      .table_name = stream.table_name};
  description.key_schema.emplace();
  description.key_schema->push_back({stream.key.hash.name, "HASH"});
  if (stream.key.range) description.key_schema->push_back({stream.key.range->name, "RANGE"});
  MR_ASSIGN(description.shards, shards_of(ctx, stream, in));
  return streams_api::DescribeStreamOutput{.stream_description = std::move(description)};
}

}  // namespace millrace::dynamodb
