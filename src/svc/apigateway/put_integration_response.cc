#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {

Result<v1::PutIntegrationResponse::Output> put_integration_response(
    svc::Context& ctx, const v1::PutIntegrationResponse::Input& in) {
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  MR_ASSIGN(v1::Integration * integration, integration_of(row));
  v1::IntegrationResponse response{.status_code = in.status_code,
                                   .selection_pattern = in.selection_pattern,
                                   .response_parameters = in.response_parameters,
                                   .response_templates = in.response_templates,
                                   .content_handling = in.content_handling};
  MR_TRY(check_integration_response(row.method(), response));
  if (!integration->integration_responses) integration->integration_responses.emplace();
  (*integration->integration_responses)[in.status_code] = response;
  row.save(ctx);
  return response;
}

}  // namespace millrace::apigateway
