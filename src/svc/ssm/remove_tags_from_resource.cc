#include <algorithm>

#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {

Result<wire::RemoveTagsFromResource::Output> remove_tags_from_resource(
    Context& ctx, const wire::RemoveTagsFromResourceRequest& in) {
  MR_ASSIGN(ParameterRecord record, tagged(ctx, {in.resource_type, in.resource_id}));
  std::erase_if(record.tags, [&](const auto& tag) {
    return std::find(in.tag_keys.begin(), in.tag_keys.end(), tag.first) != in.tag_keys.end();
  });
  save(ctx, record);
  return wire::RemoveTagsFromResource::Output{};
}

}  // namespace millrace::ssm
