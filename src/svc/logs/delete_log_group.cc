#include "svc/logs/operations.h"
#include "svc/logs/purge.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
Answer<api::DeleteLogGroup> delete_log_group(svc::Context& ctx,
                                             const api::DeleteLogGroup::Input& in) {
  MR_ASSIGN(GroupRow group, load_group(ctx.txn(), ctx.scope(), in.log_group_name));
  ctx.txn().del(group_key(ctx.scope(), in.log_group_name));
  note_purge(ctx.txn(), ctx.scope(), {.group = group.storage, .stream = ""});
  return api::DeleteLogGroup::Output{};
}

}  // namespace millrace::logs
