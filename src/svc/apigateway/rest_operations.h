// The operations of REST APIs (v1), each in the file of its name.
#pragma once

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

Result<v1::CreateDeployment::Output> create_deployment(svc::Context& ctx,
                                                       const v1::CreateDeployment::Input& in);
Result<v1::CreateResource::Output> create_resource(svc::Context& ctx,
                                                   const v1::CreateResource::Input& in);
Result<v1::CreateRestApi::Output> create_rest_api(svc::Context& ctx,
                                                  const v1::CreateRestApi::Input& in);
Result<v1::CreateStage::Output> create_stage(svc::Context& ctx, const v1::CreateStage::Input& in);
Result<v1::DeleteDeployment::Output> delete_deployment(svc::Context& ctx,
                                                       const v1::DeleteDeployment::Input& in);
Result<v1::DeleteIntegration::Output> delete_integration(svc::Context& ctx,
                                                         const v1::DeleteIntegration::Input& in);
Result<v1::DeleteIntegrationResponse::Output> delete_integration_response(
    svc::Context& ctx, const v1::DeleteIntegrationResponse::Input& in);
Result<v1::DeleteMethod::Output> delete_method(svc::Context& ctx,
                                               const v1::DeleteMethod::Input& in);
Result<v1::DeleteMethodResponse::Output> delete_method_response(
    svc::Context& ctx, const v1::DeleteMethodResponse::Input& in);
Result<v1::DeleteResource::Output> delete_resource(svc::Context& ctx,
                                                   const v1::DeleteResource::Input& in);
Result<v1::DeleteRestApi::Output> delete_rest_api(svc::Context& ctx,
                                                  const v1::DeleteRestApi::Input& in);
Result<v1::DeleteStage::Output> delete_stage(svc::Context& ctx, const v1::DeleteStage::Input& in);
Result<v1::GetAccount::Output> get_account(svc::Context& ctx, const v1::GetAccount::Input& in);
Result<v1::GetApiKey::Output> get_api_key(svc::Context& ctx, const v1::GetApiKey::Input& in);
Result<v1::GetApiKeys::Output> get_api_keys(svc::Context& ctx, const v1::GetApiKeys::Input& in);
Result<v1::GetDeployment::Output> get_deployment(svc::Context& ctx,
                                                 const v1::GetDeployment::Input& in);
Result<v1::GetDeployments::Output> get_deployments(svc::Context& ctx,
                                                   const v1::GetDeployments::Input& in);
Result<v1::GetIntegration::Output> get_integration(svc::Context& ctx,
                                                   const v1::GetIntegration::Input& in);
Result<v1::GetIntegrationResponse::Output> get_integration_response(
    svc::Context& ctx, const v1::GetIntegrationResponse::Input& in);
Result<v1::GetMethod::Output> get_method(svc::Context& ctx, const v1::GetMethod::Input& in);
Result<v1::GetMethodResponse::Output> get_method_response(svc::Context& ctx,
                                                          const v1::GetMethodResponse::Input& in);
Result<v1::GetResource::Output> get_resource(svc::Context& ctx, const v1::GetResource::Input& in);
Result<v1::GetResources::Output> get_resources(svc::Context& ctx,
                                               const v1::GetResources::Input& in);
Result<v1::GetRestApi::Output> get_rest_api(svc::Context& ctx, const v1::GetRestApi::Input& in);
Result<v1::GetRestApis::Output> get_rest_apis(svc::Context& ctx, const v1::GetRestApis::Input& in);
Result<v1::GetStage::Output> get_stage(svc::Context& ctx, const v1::GetStage::Input& in);
Result<v1::GetStages::Output> get_stages(svc::Context& ctx, const v1::GetStages::Input& in);
Result<v1::GetTags::Output> get_tags(svc::Context& ctx, const v1::GetTags::Input& in);
Result<v1::GetUsagePlans::Output> get_usage_plans(svc::Context& ctx,
                                                  const v1::GetUsagePlans::Input& in);
Result<v1::PutIntegration::Output> put_integration(svc::Context& ctx,
                                                   const v1::PutIntegration::Input& in);
Result<v1::PutIntegrationResponse::Output> put_integration_response(
    svc::Context& ctx, const v1::PutIntegrationResponse::Input& in);
Result<v1::PutMethod::Output> put_method(svc::Context& ctx, const v1::PutMethod::Input& in);
Result<v1::PutMethodResponse::Output> put_method_response(svc::Context& ctx,
                                                          const v1::PutMethodResponse::Input& in);
Result<v1::TagResource::Output> tag_resource(svc::Context& ctx, const v1::TagResource::Input& in);
Result<v1::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                 const v1::UntagResource::Input& in);
Result<v1::UpdateAccount::Output> update_account(svc::Context& ctx,
                                                 const v1::UpdateAccount::Input& in);
Result<v1::UpdateDeployment::Output> update_deployment(svc::Context& ctx,
                                                       const v1::UpdateDeployment::Input& in);
Result<v1::UpdateIntegration::Output> update_integration(svc::Context& ctx,
                                                         const v1::UpdateIntegration::Input& in);
Result<v1::UpdateMethod::Output> update_method(svc::Context& ctx,
                                               const v1::UpdateMethod::Input& in);
Result<v1::UpdateResource::Output> update_resource(svc::Context& ctx,
                                                   const v1::UpdateResource::Input& in);
Result<v1::UpdateRestApi::Output> update_rest_api(svc::Context& ctx,
                                                  const v1::UpdateRestApi::Input& in);
Result<v1::UpdateStage::Output> update_stage(svc::Context& ctx, const v1::UpdateStage::Input& in);

}  // namespace millrace::apigateway
