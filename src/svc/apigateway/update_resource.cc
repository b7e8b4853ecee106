#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/patch.h"
#include "svc/apigateway/resource_tree.h"

namespace millrace::apigateway {

Result<v1::UpdateResource::Output> update_resource(svc::Context& ctx,
                                                   const v1::UpdateResource::Input& in) {
  MR_ASSIGN(v1::Resource resource, load_resource(ctx, in.rest_api_id, in.resource_id));
  if (!resource.parent_id)
    return bad_request("Invalid request: the root resource cannot be changed");
  MR_TRY(apply_patches(in.patch_operations, {text_rule("/pathPart", resource.path_part),
                                             text_rule("/parentId", resource.parent_id)}));
  MR_ASSIGN(std::vector<v1::Resource> resources, load_resources(ctx, in.rest_api_id));
  MR_ASSIGN(std::vector<v1::Resource> changed, move_resource(resources, resource));
  for (const v1::Resource& row : changed)
    save_resource(ctx, in.rest_api_id, row);
  return listed_resource(std::move(changed.front()), std::nullopt);
}

}  // namespace millrace::apigateway
