#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html
Answer<api::DeleteRetentionPolicy> delete_retention_policy(
    svc::Context& ctx, const api::DeleteRetentionPolicy::Input& in) {
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  row.retention_days.reset();
  put_group(ctx.txn(), ctx.scope(), in.log_group_name, row);
  return api::DeleteRetentionPolicy::Output{};
}

}  // namespace millrace::logs
