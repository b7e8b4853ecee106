// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
#include "svc/dynamodb/errors.h"
#include "svc/dynamodb/handlers.h"
#include "svc/dynamodb/tags.h"

namespace millrace::dynamodb {

Result<api::TagResource::Output> tag_resource(svc::Context& ctx, const api::TagResourceInput& in) {
  if (in.tags.empty()) return validation("Atleast one Tag needs to be provided as Input.");
  MR_TRY(check_tags(in.tags));
  MR_ASSIGN(TablePtr table, table_by_arn(ctx, in.resource_arn));
  MR_ASSIGN(Tags tags, load_tags(ctx.txn(), ctx.scope(), table->name));
  for (const auto& [key, value] : tags_of(in.tags))
    tags[key] = value;
  MR_TRY(check_tag_count(tags.size()));
  save_tags(ctx.txn(), ctx.scope(), table->name, tags);
  return api::TagResource::Output{};
}

}  // namespace millrace::dynamodb
