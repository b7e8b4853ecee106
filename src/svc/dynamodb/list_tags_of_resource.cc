// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/tags.h"

namespace millrace::dynamodb {

Result<api::ListTagsOfResourceOutput> list_tags_of_resource(
    svc::Context& ctx, const api::ListTagsOfResourceInput& in) {
  // A table's 50 tags are always one page, so that no token is ever ours.
  if (in.next_token) return validation("Invalid NextToken");
  MR_ASSIGN(TablePtr table, table_by_arn(ctx, in.resource_arn));
  MR_ASSIGN(Tags tags, load_tags(ctx.txn(), ctx.scope(), table->name));
  api::ListTagsOfResourceOutput out;
  out.tags.emplace();
  for (const auto& [key, value] : tags)
    out.tags->push_back({key, value});
  return out;
}

}  // namespace millrace::dynamodb
