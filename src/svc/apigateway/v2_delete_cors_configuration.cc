#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::DeleteCorsConfiguration::Output> delete_cors_configuration(
    svc::Context& ctx, const v2::DeleteCorsConfiguration::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));
  api.cors_configuration.reset();
  save_http_api(ctx, api);
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return v2::DeleteCorsConfiguration::Output{};
}

}  // namespace millrace::apigateway
