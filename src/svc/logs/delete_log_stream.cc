#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
Answer<api::DeleteLogStream> delete_log_stream(svc::Context& ctx,
                                               const api::DeleteLogStream::Input& in) {
  MR_ASSIGN([[maybe_unused]] GroupRow group, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  StreamName name{in.log_group_name, in.log_stream_name};
  MR_ASSIGN([[maybe_unused]] StreamRow stream, load_stream(ctx.txn(), ctx.scope(), name));
  MR_TRY(delete_stream_rows(ctx.txn(), ctx.scope(), name));
  return api::DeleteLogStream::Output{};
}

}  // namespace millrace::logs
