#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteIntegration::Output> delete_integration(svc::Context& ctx,
                                                         const v1::DeleteIntegration::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_ASSIGN(v1::Integration * integration, integration_of(row));
  (void)integration;
  row.method().method_integration.reset();
  row.save(ctx);
  return v1::DeleteIntegration::Output{};
}

}  // namespace millrace::apigateway
