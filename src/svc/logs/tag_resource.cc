#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
Answer<api::TagResource> tag_resource(svc::Context& ctx, const api::TagResource::Input& in) {
  MR_ASSIGN(std::string group, group_of_arn(in.resource_arn));
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  for (const auto& [name, value] : in.tags)
    row.tags[name] = value;
  if (row.tags.size() > 50) {
    return api::errors::too_many_tags_exception("A resource can have at most 50 tags.");
  }
  put_group(ctx.txn(), ctx.scope(), group, row);
  return api::TagResource::Output{};
}

}  // namespace millrace::logs
