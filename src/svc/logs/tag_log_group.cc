#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagLogGroup.html
Answer<api::TagLogGroup> tag_log_group(svc::Context& ctx, const api::TagLogGroup::Input& in) {
  const std::string& group = in.log_group_name;
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  for (const auto& [name, value] : in.tags)
    row.tags[name] = value;
  if (row.tags.size() > 50) {
    return api::errors::too_many_tags_exception("A resource can have at most 50 tags.");
  }
  put_group(ctx.txn(), ctx.scope(), group, row);
  return api::TagLogGroup::Output{};
}

}  // namespace millrace::logs
