#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"

namespace millrace::apigateway {

Result<v2::UpdateIntegration::Output> update_integration(svc::Context& ctx,
                                                         const v2::UpdateIntegration::Input& in) {
  MR_ASSIGN(HttpIntegration integration, load_integration(ctx, in.api_id, in.integration_id));
  svc::apply_input<v2::UpdateIntegration, v2::GetIntegration>(in, integration);
  MR_TRY(check_http_integration(integration));
  save_integration(ctx, in.api_id, integration);
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return svc::output_as<v2::GetIntegration, v2::UpdateIntegration>(integration);
}

}  // namespace millrace::apigateway
