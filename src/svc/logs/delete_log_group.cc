#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
Answer<api::DeleteLogGroup> delete_log_group(svc::Context& ctx,
                                             const api::DeleteLogGroup::Input& in) {
  MR_ASSIGN(GroupRow group, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  std::vector<StreamName> streams;
  {
    auto it = ctx.txn().scan(
        store::prefix_range(logs_key(ctx.scope(), "stream").str(in.log_group_name).key()));
    for (; it->valid(); it->next()) {
      store::KeyReader key(it->key());
      key.str();
      key.str();
      streams.push_back({in.log_group_name, key.str().value_or("")});
    }
    MR_TRY(it->status());
  }
  for (const StreamName& name : streams)
    MR_TRY(delete_stream_rows(ctx.txn(), ctx.scope(), name));
  ctx.txn().del(bytes_key(ctx.scope(), in.log_group_name));
  ctx.txn().del(group_key(ctx.scope(), in.log_group_name));
  return api::DeleteLogGroup::Output{};
}

}  // namespace millrace::logs
