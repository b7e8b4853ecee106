#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/resource_tree.h"

namespace millrace::apigateway {

Result<v1::DeleteResource::Output> delete_resource(svc::Context& ctx,
                                                   const v1::DeleteResource::Input& in) {
  MR_ASSIGN(v1::Resource resource, load_resource(ctx, in.rest_api_id, in.resource_id));
  if (!resource.parent_id)
    return bad_request("Invalid request: the root resource cannot be deleted");
  MR_ASSIGN(std::vector<v1::Resource> resources, load_resources(ctx, in.rest_api_id));
  for (const std::string& id : subtree_of(resources, in.resource_id)) {
    ctx.txn().del(row_key(ctx.scope(), Kind::kResource, {in.rest_api_id, id}));
  }
  return v1::DeleteResource::Output{};
}

}  // namespace millrace::apigateway
