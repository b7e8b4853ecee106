// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"
#include "svc/credentials.h"
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/limits.h"
#include "svc/dynamodb/shard_iterator.h"
#include "svc/dynamodb/stream.h"
#include "svc/meter.h"

namespace millrace::dynamodb {

namespace {

using Start = ShardIterator::Start;

Error trimmed_error() {
  return Error("TrimmedDataAccessException", 400,
               "The operation attempted to read past the oldest stream record in a shard");
}

// The same for a record whenever it is read, and no other's.
std::string event_id(const StreamDescriptor& stream, const SequencePosition& position) {
  return hex_encode(md5(fmt::format("{}/{}", stream.id, position.to_string())));
}

int64_t size_of(const StreamRecord& record) {
  size_t size = codec::size_bytes(record.keys);
  if (record.old_image) size += codec::size_bytes(*record.old_image);
  if (record.new_image) size += codec::size_bytes(*record.new_image);
  return static_cast<int64_t>(size);
}

streams_api::Record to_wire(const StreamDescriptor& stream, const SequencePosition& position,
                            StreamRecord record) {
  streams_api::Record out;
  out.event_id = event_id(stream, position);
  out.event_name = event_name(record.kind);
  out.event_version = "1.1";
  out.event_source = "aws:dynamodb";
  out.aws_region = stream.scope.region;
  if (record.origin == ChangeOrigin::kTimeToLive) {
    out.user_identity = {.principal_id = "dynamodb.amazonaws.com", .type = "Service"};
  }
  streams_api::StreamRecord change;
  // Rounded down to the second, as the API reference says.
  change.approximate_creation_date_time = Instant::from_seconds(record.created.seconds());
  change.size_bytes = size_of(record);
  change.keys = std::move(record.keys);
  change.old_image = std::move(record.old_image);
  change.new_image = std::move(record.new_image);
  change.sequence_number = position.to_string();
  change.stream_view_type = stream.view_type;
  out.dynamodb = std::move(change);
  return out;
}

Result<ShardIterator> read_iterator(svc::Context& ctx, std::string_view text) {
  auto iterator = ShardIterator::parse(text);
  if (!iterator) return validation("Invalid ShardIterator");
  if (iterator->issued.plus_ms(kShardIteratorLifeMs) < ctx.now()) {
    return Error(
        "ExpiredIteratorException", 400,
        fmt::format("Iterator expired. The iterator was created at time {} while right now "
                    "it is {}",
                    format_iso8601_ms(iterator->issued), format_iso8601_ms(ctx.now())));
  }
  return std::move(*iterator);
}

Result<store::KeyRange> range_of(svc::Context& ctx, const StreamDescriptor& stream,
                                 const ShardIterator& iterator) {
  const std::string prefix = stream.records_prefix();
  store::KeyRange range = store::prefix_range(prefix);
  MR_ASSIGN(auto trimmed, trimmed_through(ctx.txn(), stream));
  if (iterator.start == Start::kTrimHorizon) {
    if (trimmed) range.start = prefix + trimmed->to_suffix() + '\0';
    return range;
  }
  const bool at = iterator.start == Start::kAt;
  if (trimmed && (at ? iterator.position <= *trimmed : iterator.position < *trimmed)) {
    return trimmed_error();
  }
  range.start = prefix + iterator.position.to_suffix();
  if (!at) range.start += '\0';
  return range;
}

}  // namespace

Result<AccessList> get_records_access(svc::Context&, const streams_api::GetRecordsInput& in) {
  const auto iterator = ShardIterator::parse(in.shard_iterator);
  if (!iterator) return AccessList{account_access("GetRecords")};
  return AccessList{arn_access("GetRecords", iterator->stream_arn)};
}

Result<streams_api::GetRecordsOutput> get_records(svc::Context& ctx,
                                                  const streams_api::GetRecordsInput& in) {
  MR_ASSIGN(ShardIterator iterator, read_iterator(ctx, in.shard_iterator));
  MR_ASSIGN(StreamDescriptor stream, stream_by_arn(ctx, iterator.stream_arn));
  MR_ASSIGN(store::KeyRange range, range_of(ctx, stream, iterator));
  const auto limit = std::min<size_t>(static_cast<size_t>(in.limit.value_or(kStreamPageRecordsMax)),
                                      kStreamPageRecordsMax);

  streams_api::GetRecordsOutput out;
  out.records.emplace();
  size_t bytes = 0;
  auto cursor = ctx.txn().scan_untracked(range);
  for (; cursor->valid() && out.records->size() < limit && bytes < kStreamPageBytesMax;
       cursor->next()) {
    MR_ASSIGN(StreamRecord record, decode_stream_record(cursor->value()));
    const bool over = record.created.plus_ms(kStreamRetentionMs) <= ctx.now();
    if (over && iterator.start != Start::kTrimHorizon) return trimmed_error();
    if (over) continue;
    const auto position = SequencePosition::of_key(cursor->key());
    out.records->push_back(to_wire(stream, position, std::move(record)));
    bytes += static_cast<size_t>(*out.records->back().dynamodb->size_bytes);
    iterator.position = position;
  }
  MR_TRY(cursor->status());
  if (!out.records->empty()) iterator.start = Start::kAfter;
  // A shard that is closed ends; an open one may always get more.
  if (!stream.disabled_at || cursor->valid()) {
    iterator.issued = ctx.now();
    out.next_shard_iterator = iterator.to_string();
  }
  bool is_event_source = ctx.caller().arn.ends_with(std::string("/") + svc::kEventSourceSession);
  if (svc::Meter* meter = is_event_source ? nullptr : ctx.ports().meter) {
    ctx.after_commit([meter, scope = ctx.scope()] {
      meter->count(scope, svc::meters::kDynamoDbStreamReads, 1);
    });
  }
  return out;
}

}  // namespace millrace::dynamodb
