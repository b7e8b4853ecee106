#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {

Result<wire::AddTagsToResource::Output> add_tags_to_resource(
    Context& ctx, const wire::AddTagsToResourceRequest& in) {
  MR_ASSIGN(ParameterRecord record, tagged(ctx, {in.resource_type, in.resource_id}));
  MR_TRY(add_tags(record, in.tags));
  save(ctx, record);
  return wire::AddTagsToResource::Output{};
}

}  // namespace millrace::ssm
