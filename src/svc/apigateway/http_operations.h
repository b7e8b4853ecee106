// The operations of HTTP APIs (v2), each in the file of its name, after "v2_".
#pragma once

#include "svc/apigateway/http_rows.h"

namespace millrace::apigateway {

Result<v2::CreateApi::Output> create_api(svc::Context& ctx, const v2::CreateApi::Input& in);
Result<v2::CreateDeployment::Output> create_deployment(svc::Context& ctx,
                                                       const v2::CreateDeployment::Input& in);
Result<v2::CreateIntegration::Output> create_integration(svc::Context& ctx,
                                                         const v2::CreateIntegration::Input& in);
Result<v2::CreateRoute::Output> create_route(svc::Context& ctx, const v2::CreateRoute::Input& in);
Result<v2::CreateStage::Output> create_stage(svc::Context& ctx, const v2::CreateStage::Input& in);
Result<v2::DeleteApi::Output> delete_api(svc::Context& ctx, const v2::DeleteApi::Input& in);
Result<v2::DeleteCorsConfiguration::Output> delete_cors_configuration(
    svc::Context& ctx, const v2::DeleteCorsConfiguration::Input& in);
Result<v2::DeleteDeployment::Output> delete_deployment(svc::Context& ctx,
                                                       const v2::DeleteDeployment::Input& in);
Result<v2::DeleteIntegration::Output> delete_integration(svc::Context& ctx,
                                                         const v2::DeleteIntegration::Input& in);
Result<v2::DeleteRoute::Output> delete_route(svc::Context& ctx, const v2::DeleteRoute::Input& in);
Result<v2::DeleteStage::Output> delete_stage(svc::Context& ctx, const v2::DeleteStage::Input& in);
Result<v2::GetApi::Output> get_api(svc::Context& ctx, const v2::GetApi::Input& in);
Result<v2::GetApis::Output> get_apis(svc::Context& ctx, const v2::GetApis::Input& in);
Result<v2::GetDeployment::Output> get_deployment(svc::Context& ctx,
                                                 const v2::GetDeployment::Input& in);
Result<v2::GetDeployments::Output> get_deployments(svc::Context& ctx,
                                                   const v2::GetDeployments::Input& in);
Result<v2::GetIntegration::Output> get_integration(svc::Context& ctx,
                                                   const v2::GetIntegration::Input& in);
Result<v2::GetIntegrations::Output> get_integrations(svc::Context& ctx,
                                                     const v2::GetIntegrations::Input& in);
Result<v2::GetRoute::Output> get_route(svc::Context& ctx, const v2::GetRoute::Input& in);
Result<v2::GetRoutes::Output> get_routes(svc::Context& ctx, const v2::GetRoutes::Input& in);
Result<v2::GetStage::Output> get_stage(svc::Context& ctx, const v2::GetStage::Input& in);
Result<v2::GetStages::Output> get_stages(svc::Context& ctx, const v2::GetStages::Input& in);
Result<v2::GetTags::Output> get_tags(svc::Context& ctx, const v2::GetTags::Input& in);
Result<v2::TagResource::Output> tag_resource(svc::Context& ctx, const v2::TagResource::Input& in);
Result<v2::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                 const v2::UntagResource::Input& in);
Result<v2::UpdateApi::Output> update_api(svc::Context& ctx, const v2::UpdateApi::Input& in);
Result<v2::UpdateDeployment::Output> update_deployment(svc::Context& ctx,
                                                       const v2::UpdateDeployment::Input& in);
Result<v2::UpdateIntegration::Output> update_integration(svc::Context& ctx,
                                                         const v2::UpdateIntegration::Input& in);
Result<v2::UpdateRoute::Output> update_route(svc::Context& ctx, const v2::UpdateRoute::Input& in);
Result<v2::UpdateStage::Output> update_stage(svc::Context& ctx, const v2::UpdateStage::Input& in);

}  // namespace millrace::apigateway
