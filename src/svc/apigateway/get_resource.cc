#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/resource_tree.h"

namespace millrace::apigateway {

Result<v1::GetResource::Output> get_resource(svc::Context& ctx, const v1::GetResource::Input& in) {
  MR_ASSIGN(v1::Resource resource, load_resource(ctx, in.rest_api_id, in.resource_id));
  return listed_resource(std::move(resource), in.embed);
}

}  // namespace millrace::apigateway
