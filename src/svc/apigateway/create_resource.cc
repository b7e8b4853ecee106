#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/resource_tree.h"

namespace millrace::apigateway {

Result<v1::CreateResource::Output> create_resource(svc::Context& ctx,
                                                   const v1::CreateResource::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_ASSIGN(std::vector<v1::Resource> resources, load_resources(ctx, in.rest_api_id));
  if (resources.size() >= kResourcesMax) {
    return v1::errors::limit_exceeded_exception(
        "Maximum number of resources for this API has been reached. Please contact AWS if you need "
        "additional Resources.");
  }
  v1::Resource resource;
  resource.id = new_id(6);
  resource.parent_id = in.parent_id;
  resource.path_part = in.path_part;
  MR_ASSIGN(resource.path, place_resource(resources, resource));
  save_resource(ctx, in.rest_api_id, resource);
  return resource;
}

}  // namespace millrace::apigateway
