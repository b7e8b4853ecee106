#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteIntegrationResponse::Output> delete_integration_response(
    svc::Context& ctx, const v1::DeleteIntegrationResponse::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_ASSIGN(v1::Integration * integration, integration_of(row));
  auto& responses = integration->integration_responses;
  if (!responses || responses->erase(in.status_code) == 0) {
    return v1::errors::not_found_exception("Invalid Response status code specified");
  }
  row.save(ctx);
  return v1::DeleteIntegrationResponse::Output{};
}

}  // namespace millrace::apigateway
