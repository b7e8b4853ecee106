// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/tags.h"

namespace millrace::dynamodb {

Result<api::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                  const api::UntagResourceInput& in) {
  if (in.tag_keys.empty()) return validation("Atleast one Tag Key needs to be provided as Input.");
  MR_TRY(check_tag_count(in.tag_keys.size()));
  for (const auto& key : in.tag_keys)
    MR_TRY(check_tag_key(key));
  MR_ASSIGN(TablePtr table, table_by_arn(ctx, in.resource_arn));
  MR_ASSIGN(Tags tags, load_tags(ctx.txn(), ctx.scope(), table->name));
  for (const auto& key : in.tag_keys)
    tags.erase(key);
  save_tags(ctx.txn(), ctx.scope(), table->name, tags);
  return api::UntagResource::Output{};
}

}  // namespace millrace::dynamodb
