#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"

namespace millrace::apigateway {

Result<v2::CreateIntegration::Output> create_integration(svc::Context& ctx,
                                                         const v2::CreateIntegration::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));
  HttpIntegration integration;
  svc::apply_input<v2::CreateIntegration, v2::GetIntegration>(in, integration);
  integration.integration_id = new_id(7);
  if (!integration.connection_type) integration.connection_type = "INTERNET";
  if (!integration.integration_method) integration.integration_method = "POST";
  if (!integration.payload_format_version) integration.payload_format_version = "1.0";
  if (!integration.timeout_in_millis) integration.timeout_in_millis = kHttpTimeoutMsMax;
  MR_TRY(check_http_integration(integration));
  save_integration(ctx, in.api_id, integration);
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return svc::output_as<v2::GetIntegration, v2::CreateIntegration>(integration);
}

}  // namespace millrace::apigateway
