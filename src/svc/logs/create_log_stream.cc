#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html
Answer<api::CreateLogStream> create_log_stream(svc::Context& ctx,
                                               const api::CreateLogStream::Input& in) {
  MR_ASSIGN(GroupRow group, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  const std::string key = stream_key(ctx.scope(), group, in.log_stream_name);
  MR_ASSIGN(auto present, ctx.txn().get(key));
  if (present) {
    return api::errors::resource_already_exists_exception(
        "The specified log stream already exists");
  }
  ctx.txn().put(key, to_text(StreamRow{.created_ms = ctx.now().ms(), .storage = new_storage()}));
  return api::CreateLogStream::Output{};
}

}  // namespace millrace::logs
