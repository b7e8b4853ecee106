#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsLogGroup.html
Answer<api::ListTagsLogGroup> list_tags_log_group(svc::Context& ctx,
                                                  const api::ListTagsLogGroup::Input& in) {
  const std::string& group = in.log_group_name;
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  return api::ListTagsLogGroup::Output{.tags = row.tags};
}

}  // namespace millrace::logs
