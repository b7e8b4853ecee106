#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/stage_settings.h"

namespace millrace::apigateway {
namespace {

Status check(const v1::CreateStageRequest& in) {
  MR_TRY(check_stage_name(in.stage_name));
  if (in.cache_cluster_enabled.value_or(false)) return not_supported("cacheClusterEnabled");
  if (in.canary_settings) return not_supported("canarySettings");
  if (in.documentation_version) return not_supported("documentationVersion");
  return check_stage_variables(in.variables);
}

}  // namespace

Result<v1::CreateStage::Output> create_stage(svc::Context& ctx, const v1::CreateStage::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_TRY(check(in));
  MR_ASSIGN(std::vector<v1::Stage> stages, load_stages(ctx, in.rest_api_id));
  for (const v1::Stage& other : stages) {
    if (other.stage_name == in.stage_name)
      return v1::errors::conflict_exception("Stage already exists");
  }
  if (stages.size() >= kStagesMax) {
    return v1::errors::limit_exceeded_exception(
        "Maximum number of stages for this API has been reached");
  }
  auto deployment = load_deployment(ctx, in.rest_api_id, in.deployment_id);
  if (!deployment.ok()) return bad_request("Deployment id does not exist");
  v1::Stage stage = new_stage(ctx, in.stage_name);
  stage.deployment_id = in.deployment_id;
  stage.description = in.description;
  stage.variables = in.variables;
  stage.tracing_enabled = in.tracing_enabled.value_or(false);
  stage.tags = in.tags;
  MR_TRY(save_stage(ctx, in.rest_api_id, stage));
  return stage;
}

}  // namespace millrace::apigateway
