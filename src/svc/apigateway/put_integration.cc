#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {
namespace {

Status check_request(const v1::PutIntegrationRequest& in) {
  if (in.connection_id) return not_supported("connectionId");
  if (in.tls_config) return not_supported("tlsConfig");
  if (in.integration_target) return not_supported("integrationTarget");
  return ok_status();
}

}  // namespace

Result<v1::PutIntegration::Output> put_integration(svc::Context& ctx,
                                                   const v1::PutIntegration::Input& in) {
  MR_TRY(check_request(in));
  MR_ASSIGN(MethodRow row, load_method(ctx, method_id(in)));
  v1::Integration integration;
  integration.type = in.type;
  integration.http_method = in.integration_http_method;
  integration.uri = in.uri;
  integration.connection_type = in.connection_type;
  integration.credentials = in.credentials;
  integration.request_parameters = in.request_parameters;
  integration.request_templates = in.request_templates;
  integration.passthrough_behavior = in.passthrough_behavior.value_or("WHEN_NO_MATCH");
  integration.content_handling = in.content_handling;
  integration.timeout_in_millis = in.timeout_in_millis.value_or(kTimeoutMsMax);
  integration.cache_namespace = in.cache_namespace.value_or(in.resource_id);
  integration.cache_key_parameters = in.cache_key_parameters.value_or(std::vector<std::string>());
  if (in.response_transfer_mode) integration.response_transfer_mode = in.response_transfer_mode;
  MR_TRY(check_integration(integration));
  row.method().method_integration = integration;
  row.save(ctx);
  return integration;
}

}  // namespace millrace::apigateway
