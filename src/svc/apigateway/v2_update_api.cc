#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

Result<v2::UpdateApi::Output> update_api(svc::Context& ctx, const v2::UpdateApi::Input& in) {
  if (in.target || in.route_key) return not_supported("UpdateApi of Target and RouteKey");
  if (in.credentials_arn) return not_supported("CredentialsArn");
  if (in.disable_schema_validation.value_or(false)) return not_supported("DisableSchemaValidation");
  if (in.ip_address_type && *in.ip_address_type != "ipv4") {
    return not_supported("IpAddressType " + *in.ip_address_type);
  }
  if (in.name && in.name->empty()) return bad_request("API name cannot be empty");
  MR_TRY(check_cors(in.cors_configuration));
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));
  svc::apply_input<v2::UpdateApi, v2::GetApi>(in, api);
  save_http_api(ctx, api);
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return svc::output_as<v2::GetApi, v2::UpdateApi>(api);
}

}  // namespace millrace::apigateway
