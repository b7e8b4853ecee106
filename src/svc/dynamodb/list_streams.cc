// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_ListStreams.html
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/stream.h"

namespace millrace::dynamodb {

namespace {
constexpr int64_t kStreamsDefault = 100;
}

Result<streams_api::ListStreamsOutput> list_streams(svc::Context& ctx,
                                                    const streams_api::ListStreamsInput& in) {
  std::string table_name;
  if (in.table_name) {
    MR_ASSIGN(table_name, table_name_of(ctx, *in.table_name));
  }
  std::string after_table;
  std::string after_label;
  if (in.exclusive_start_stream_arn) {
    MR_ASSIGN(StreamDescriptor after, stream_by_arn(ctx, *in.exclusive_start_stream_arn));
    after_table = after.table_name;
    after_label = after.label;
  }
  MR_ASSIGN(StreamListing listing,
            list_all_streams(ctx, table_name, after_table, after_label,
                             static_cast<size_t>(in.limit.value_or(kStreamsDefault))));
  streams_api::ListStreamsOutput out;
  out.streams.emplace();
  for (const auto& stream : listing.streams) {
    out.streams->push_back({stream.arn(), stream.table_name, stream.label});
  }
  if (listing.more) out.last_evaluated_stream_arn = listing.streams.back().arn();
  return out;
}

}  // namespace millrace::dynamodb
