#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/rest_snapshot.h"
#include "svc/apigateway/stage_settings.h"

namespace millrace::apigateway {
namespace {

Status check(const v1::CreateDeploymentRequest& in) {
  if (in.cache_cluster_enabled.value_or(false)) return not_supported("cacheClusterEnabled");
  if (in.canary_settings) return not_supported("canarySettings");
  if (in.stage_name) MR_TRY(check_stage_name(*in.stage_name));
  return check_stage_variables(in.variables);
}

// Every method needs an integration.
Status check_deployable(const std::vector<v1::Resource>& resources) {
  bool any = false;
  for (const v1::Resource& resource : resources) {
    if (!resource.resource_methods) continue;
    for (const auto& [name, method] : *resource.resource_methods) {
      any = true;
      if (!method.method_integration) return bad_request("No integration defined for method");
    }
  }
  return any ? ok_status() : bad_request("The REST API doesn't contain any methods");
}

Status deploy_to_stage(svc::Context& ctx, const v1::CreateDeploymentRequest& in,
                       const std::string& deployment_id) {
  MR_ASSIGN(auto row, get_row<v1::GetStage>(ctx.txn(), row_key(ctx.scope(), Kind::kRestStage,
                                                               {in.rest_api_id, *in.stage_name})));
  v1::Stage stage = row ? std::move(*row) : new_stage(ctx, *in.stage_name);
  stage.deployment_id = deployment_id;
  stage.last_updated_date = Instant::from_seconds(ctx.now().seconds());
  if (in.stage_description) stage.description = in.stage_description;
  if (in.variables) stage.variables = in.variables;
  if (in.tracing_enabled) stage.tracing_enabled = in.tracing_enabled;
  return save_stage(ctx, in.rest_api_id, stage);
}

}  // namespace

Result<v1::CreateDeployment::Output> create_deployment(svc::Context& ctx,
                                                       const v1::CreateDeployment::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_TRY(check(in));
  MR_ASSIGN(std::vector<v1::Resource> resources, load_resources(ctx, in.rest_api_id));
  MR_TRY(check_deployable(resources));
  v1::Deployment deployment;
  deployment.id = new_id(6);
  deployment.description = in.description;
  deployment.created_date = Instant::from_seconds(ctx.now().seconds());
  ctx.txn().put(row_key(ctx.scope(), Kind::kRestDeployment, {in.rest_api_id, *deployment.id}),
                svc::write_document<v1::GetDeployment>(deployment));
  ctx.txn().put(row_key(ctx.scope(), Kind::kRestSnapshot, {in.rest_api_id, *deployment.id}),
                write_snapshot(api, resources));
  if (in.stage_name && !in.stage_name->empty()) MR_TRY(deploy_to_stage(ctx, in, *deployment.id));
  return deployment;
}

}  // namespace millrace::apigateway
