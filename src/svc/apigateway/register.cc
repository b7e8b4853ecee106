#include "svc/apigateway/access.h"
#include "svc/apigateway/http_operations.h"
#include "svc/apigateway/operations.h"
#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {
namespace {

template <class Op>
void add(svc::Registry& registry,
         Result<typename Op::Output> (*run)(svc::Context&, const typename Op::Input&)) {
  registry.add<Op>({.run = run, .access = operation_access<Op>});
}

void register_rest(svc::Registry& r) {
  add<v1::CreateDeployment>(r, create_deployment);
  add<v1::CreateResource>(r, create_resource);
  add<v1::CreateRestApi>(r, create_rest_api);
  add<v1::CreateStage>(r, create_stage);
  add<v1::DeleteDeployment>(r, delete_deployment);
  add<v1::DeleteIntegration>(r, delete_integration);
  add<v1::DeleteIntegrationResponse>(r, delete_integration_response);
  add<v1::DeleteMethod>(r, delete_method);
  add<v1::DeleteMethodResponse>(r, delete_method_response);
  add<v1::DeleteResource>(r, delete_resource);
  add<v1::DeleteRestApi>(r, delete_rest_api);
  add<v1::DeleteStage>(r, delete_stage);
  add<v1::GetAccount>(r, get_account);
  add<v1::GetApiKey>(r, get_api_key);
  add<v1::GetApiKeys>(r, get_api_keys);
  add<v1::GetDeployment>(r, get_deployment);
  add<v1::GetDeployments>(r, get_deployments);
  add<v1::GetIntegration>(r, get_integration);
  add<v1::GetIntegrationResponse>(r, get_integration_response);
  add<v1::GetMethod>(r, get_method);
  add<v1::GetMethodResponse>(r, get_method_response);
  add<v1::GetResource>(r, get_resource);
  add<v1::GetResources>(r, get_resources);
  add<v1::GetRestApi>(r, get_rest_api);
  add<v1::GetRestApis>(r, get_rest_apis);
  add<v1::GetStage>(r, get_stage);
  add<v1::GetStages>(r, get_stages);
  add<v1::GetTags>(r, get_tags);
  add<v1::GetUsagePlans>(r, get_usage_plans);
  add<v1::PutIntegration>(r, put_integration);
  add<v1::PutIntegrationResponse>(r, put_integration_response);
  add<v1::PutMethod>(r, put_method);
  add<v1::PutMethodResponse>(r, put_method_response);
  add<v1::TagResource>(r, tag_resource);
  add<v1::UntagResource>(r, untag_resource);
  add<v1::UpdateAccount>(r, update_account);
  add<v1::UpdateDeployment>(r, update_deployment);
  add<v1::UpdateIntegration>(r, update_integration);
  add<v1::UpdateMethod>(r, update_method);
  add<v1::UpdateResource>(r, update_resource);
  add<v1::UpdateRestApi>(r, update_rest_api);
  add<v1::UpdateStage>(r, update_stage);
}

void register_http(svc::Registry& r) {
  add<v2::CreateApi>(r, create_api);
  add<v2::CreateDeployment>(r, create_deployment);
  add<v2::CreateIntegration>(r, create_integration);
  add<v2::CreateRoute>(r, create_route);
  add<v2::CreateStage>(r, create_stage);
  add<v2::DeleteApi>(r, delete_api);
  add<v2::DeleteCorsConfiguration>(r, delete_cors_configuration);
  add<v2::DeleteDeployment>(r, delete_deployment);
  add<v2::DeleteIntegration>(r, delete_integration);
  add<v2::DeleteRoute>(r, delete_route);
  add<v2::DeleteStage>(r, delete_stage);
  add<v2::GetApi>(r, get_api);
  add<v2::GetApis>(r, get_apis);
  add<v2::GetDeployment>(r, get_deployment);
  add<v2::GetDeployments>(r, get_deployments);
  add<v2::GetIntegration>(r, get_integration);
  add<v2::GetIntegrations>(r, get_integrations);
  add<v2::GetRoute>(r, get_route);
  add<v2::GetRoutes>(r, get_routes);
  add<v2::GetStage>(r, get_stage);
  add<v2::GetStages>(r, get_stages);
  add<v2::GetTags>(r, get_tags);
  add<v2::TagResource>(r, tag_resource);
  add<v2::UntagResource>(r, untag_resource);
  add<v2::UpdateApi>(r, update_api);
  add<v2::UpdateDeployment>(r, update_deployment);
  add<v2::UpdateIntegration>(r, update_integration);
  add<v2::UpdateRoute>(r, update_route);
  add<v2::UpdateStage>(r, update_stage);
}

}  // namespace

void register_operations(svc::Registry& registry) {
  register_rest(registry);
  register_http(registry);
}

}  // namespace millrace::apigateway
