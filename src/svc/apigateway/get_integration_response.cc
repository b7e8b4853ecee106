#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetIntegrationResponse::Output> get_integration_response(
    svc::Context& ctx, const v1::GetIntegrationResponse::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_ASSIGN(v1::Integration * integration, integration_of(row));
  const auto& responses = integration->integration_responses;
  if (!responses || !responses->contains(in.status_code)) {
    return v1::errors::not_found_exception("Invalid Response status code specified");
  }
  return responses->at(in.status_code);
}

}  // namespace millrace::apigateway
