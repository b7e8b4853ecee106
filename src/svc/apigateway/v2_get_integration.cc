#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::GetIntegration::Output> get_integration(svc::Context& ctx,
                                                   const v2::GetIntegration::Input& in) {
  return load_integration(ctx, in.api_id, in.integration_id);
}

}  // namespace millrace::apigateway
