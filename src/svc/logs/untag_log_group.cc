#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagLogGroup.html
Answer<api::UntagLogGroup> untag_log_group(svc::Context& ctx, const api::UntagLogGroup::Input& in) {
  const std::string& group = in.log_group_name;
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  for (const std::string& name : in.tags)
    row.tags.erase(name);
  put_group(ctx.txn(), ctx.scope(), group, row);
  return api::UntagLogGroup::Output{};
}

}  // namespace millrace::logs
