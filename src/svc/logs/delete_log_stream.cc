#include "svc/logs/operations.h"
#include "svc/logs/purge.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
Answer<api::DeleteLogStream> delete_log_stream(svc::Context& ctx,
                                               const api::DeleteLogStream::Input& in) {
  MR_ASSIGN(GroupRow group, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  MR_ASSIGN(StreamRow stream, load_stream(ctx.txn(), ctx.scope(), group, in.log_stream_name));
  ctx.txn().del(stream_key(ctx.scope(), group, in.log_stream_name));
  note_purge(ctx.txn(), ctx.scope(), {group.storage, stream.storage});
  return api::DeleteLogStream::Output{};
}

}  // namespace millrace::logs
