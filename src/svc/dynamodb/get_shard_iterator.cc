// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/shard_iterator.h"
#include "svc/dynamodb/stream.h"

namespace millrace::dynamodb {

namespace {

using Start = ShardIterator::Start;

Status set_sequence(svc::Context& ctx, const streams_api::GetShardIteratorInput& in,
                    const StreamDescriptor& stream, ShardIterator& iterator) {
  if (!in.sequence_number) {
    return validation(
        "The sequenceNumber parameter is required for shard iterator types AT_SEQUENCE_NUMBER and "
        "AFTER_SEQUENCE_NUMBER");
  }
  const auto position = SequencePosition::parse(*in.sequence_number);
  if (!position) return validation("Invalid SequenceNumber: " + *in.sequence_number);
  MR_ASSIGN(auto trimmed, trimmed_through(ctx.txn(), stream));
  const bool at = in.shard_iterator_type == "AT_SEQUENCE_NUMBER";
  if (trimmed && (at ? *position <= *trimmed : *position < *trimmed)) {
    return Error("TrimmedDataAccessException", 400,
                 "The operation attempted to read past the oldest stream record in a shard");
  }
  iterator.start = at ? Start::kAt : Start::kAfter;
  iterator.position = *position;
  return ok_status();
}

}  // namespace

Result<streams_api::GetShardIteratorOutput> get_shard_iterator(
    svc::Context& ctx, const streams_api::GetShardIteratorInput& in) {
  MR_ASSIGN(StreamDescriptor stream, stream_by_arn(ctx, in.stream_arn));
  if (in.shard_id != stream.shard_id()) {
    return resource_not_found("Requested resource not found: Shard does not exist");
  }
  ShardIterator iterator{.stream_arn = stream.arn(), .issued = ctx.now()};
  if (in.shard_iterator_type == "LATEST") {
    // Everything that commits from now on has a higher version.
    iterator.start = Start::kAfter;
    iterator.position = {ctx.ports().store->last_version(), UINT16_MAX};
  } else if (in.shard_iterator_type != "TRIM_HORIZON") {
    MR_TRY(set_sequence(ctx, in, stream, iterator));
  }
  return streams_api::GetShardIteratorOutput{.shard_iterator = iterator.to_string()};
}

}  // namespace millrace::dynamodb
