#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::GetDeployment::Output> get_deployment(svc::Context& ctx,
                                                 const v2::GetDeployment::Input& in) {
  return load_http_deployment(ctx, in.api_id, in.deployment_id);
}

}  // namespace millrace::apigateway
