#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetIntegration::Output> get_integration(svc::Context& ctx,
                                                   const v1::GetIntegration::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_ASSIGN(v1::Integration * integration, integration_of(row));
  return *integration;
}

}  // namespace millrace::apigateway
