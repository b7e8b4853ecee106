#include "svc/logs/operations.h"

namespace millrace::logs {

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html
Answer<api::ListTagsForResource> list_tags_for_resource(svc::Context& ctx,
                                                        const api::ListTagsForResource::Input& in) {
  MR_ASSIGN(std::string group, group_of_arn(in.resource_arn));
  MR_ASSIGN(GroupRow row, load_group(ctx.txn(), ctx.scope(), group));
  return api::ListTagsForResource::Output{.tags = row.tags};
}

}  // namespace millrace::logs
