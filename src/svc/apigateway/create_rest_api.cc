#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/rest_validation.h"

namespace millrace::apigateway {
namespace {

Status check(const v1::CreateRestApiRequest& in) {
  if (in.name.empty()) return bad_request("API name cannot be empty");
  if (in.clone_from) return not_supported("cloneFrom");
  if (in.minimum_compression_size) return not_supported("minimumCompressionSize");
  if (in.security_policy) return not_supported("securityPolicy");
  if (in.endpoint_access_mode) return not_supported("endpointAccessMode");
  if (in.api_key_source && *in.api_key_source != "HEADER") {
    return not_supported("apiKeySource " + *in.api_key_source);
  }
  if (in.endpoint_configuration) MR_TRY(check_endpoint(*in.endpoint_configuration));
  return check_policy(in.policy);
}

}  // namespace

Result<v1::CreateRestApi::Output> create_rest_api(svc::Context& ctx,
                                                  const v1::CreateRestApi::Input& in) {
  MR_TRY(check(in));
  MR_ASSIGN(std::string id, register_api(ctx, ApiType::kRest));
  v1::RestApi api;
  svc::apply_input<v1::CreateRestApi, v1::GetRestApi>(in, api);
  api.id = id;
  api.created_date = Instant::from_seconds(ctx.now().seconds());
  api.api_key_source = "HEADER";
  if (!api.endpoint_configuration) api.endpoint_configuration.emplace();
  if (!api.endpoint_configuration->types) api.endpoint_configuration->types = {{"EDGE"}};
  api.endpoint_configuration->ip_address_type = "ipv4";
  api.disable_execute_api_endpoint = in.disable_execute_api_endpoint.value_or(false);
  api.root_resource_id = new_id(10);
  save_rest_api(ctx, api);
  v1::Resource root;
  root.id = api.root_resource_id;
  root.path = "/";
  save_resource(ctx, id, root);
  return api;
}

}  // namespace millrace::apigateway
