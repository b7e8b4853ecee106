#include "svc/ssm/operations.h"
#include "svc/ssm/requests.h"

namespace millrace::ssm {

Result<wire::ListTagsForResourceResult> list_tags_for_resource(
    Context& ctx, const wire::ListTagsForResourceRequest& in) {
  MR_ASSIGN(ParameterRecord record, tagged(ctx, {in.resource_type, in.resource_id}));
  wire::ListTagsForResourceResult out;
  out.tag_list.emplace();
  for (const auto& [key, value] : record.tags)
    out.tag_list->push_back({key, value});
  return out;
}

}  // namespace millrace::ssm
