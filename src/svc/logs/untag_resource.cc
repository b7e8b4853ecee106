#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html
Answer<api::UntagResource> untag_resource(svc::Context& ctx, const api::UntagResource::Input& in) {
  MR_ASSIGN(std::string group, group_of_arn(in.resource_arn));
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  for (const std::string& name : in.tag_keys)
    row.tags.erase(name);
  put_group(ctx.txn(), ctx.scope(), group, row);
  return api::UntagResource::Output{};
}

}  // namespace millrace::logs
