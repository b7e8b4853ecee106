#include "svc/apigateway/http_operations.h"

#include <fmt/format.h>

#include "svc/apigateway/http_validation.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {
namespace {

Status check(const v2::CreateApiRequest& in) {
  if (in.protocol_type == "WEBSOCKET") return not_supported("ProtocolType WEBSOCKET");
  if (in.protocol_type != "HTTP")
    return bad_request("Invalid protocol specified. Must be one of [HTTP, WEBSOCKET]");
  if (in.name.empty()) return bad_request("API name cannot be empty");
  if (in.credentials_arn) return not_supported("CredentialsArn");
  if (in.disable_schema_validation.value_or(false)) return not_supported("DisableSchemaValidation");
  if (in.ip_address_type && *in.ip_address_type != "ipv4") {
    return not_supported("IpAddressType " + *in.ip_address_type);
  }
  if (in.route_selection_expression &&
      *in.route_selection_expression != "$request.method $request.path" &&
      *in.route_selection_expression != "${request.method} ${request.path}") {
    return bad_request(
        "Route selection expression must be ${request.method} ${request.path} for HTTP "
        "protocol Apis");
  }
  return check_cors(in.cors_configuration);
}

// "Quick create": an integration, a route and a stage that deploys itself.
Status quick_create(svc::Context& ctx, const v2::CreateApiRequest& in, const std::string& id) {
  HttpIntegration integration;
  integration.api_gateway_managed = true;
  integration.integration_id = new_id(7);
  integration.integration_type = in.target->starts_with("arn:") ? "AWS_PROXY" : "HTTP_PROXY";
  integration.integration_uri = in.target;
  integration.integration_method = "POST";
  integration.connection_type = "INTERNET";
  integration.payload_format_version = "2.0";
  integration.timeout_in_millis = kHttpTimeoutMsMax;
  MR_TRY(check_http_integration(integration));
  save_integration(ctx, id, integration);
  HttpRoute route;
  route.api_gateway_managed = true;
  route.route_id = new_id(7);
  route.route_key = in.route_key.value_or("$default");
  route.authorization_type = "NONE";
  route.api_key_required = false;
  route.target = "integrations/" + *integration.integration_id;
  MR_TRY(check_route(route, {}, {integration}));
  save_route(ctx, id, route);
  HttpStage stage;
  stage.api_gateway_managed = true;
  stage.stage_name = "$default";
  stage.auto_deploy = true;
  stage.created_date = Instant::from_seconds(ctx.now().seconds());
  stage.last_updated_date = stage.created_date;
  stage.default_route_settings = v2::RouteSettings{.detailed_metrics_enabled = false};
  MR_TRY(deploy_stage_automatically(ctx, id, stage));
  return save_http_stage(ctx, id, stage);
}

}  // namespace

Result<v2::CreateApi::Output> create_api(svc::Context& ctx, const v2::CreateApi::Input& in) {
  MR_TRY(check(in));
  MR_ASSIGN(std::string id, register_api(ctx, ApiType::kHttp));
  HttpApi api;
  svc::apply_input<v2::CreateApi, v2::GetApi>(in, api);
  api.api_id = id;
  api.api_endpoint = fmt::format("https://{}.execute-api.{}.amazonaws.com", id, ctx.region());
  api.created_date = Instant::from_seconds(ctx.now().seconds());
  api.api_key_selection_expression = "$request.header.x-api-key";
  api.route_selection_expression = "$request.method $request.path";
  api.disable_execute_api_endpoint = in.disable_execute_api_endpoint.value_or(false);
  api.ip_address_type = "ipv4";
  save_http_api(ctx, api);
  if (in.target) MR_TRY(quick_create(ctx, in, id));
  return svc::output_as<v2::GetApi, v2::CreateApi>(api);
}

}  // namespace millrace::apigateway
