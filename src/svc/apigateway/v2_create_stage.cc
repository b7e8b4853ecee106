#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

Result<v2::CreateStage::Output> create_stage(svc::Context& ctx, const v2::CreateStage::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));
  MR_ASSIGN(auto stages, load_http_stages(ctx, in.api_id));
  for (const HttpStage& other : stages) {
    if (*other.stage_name == in.stage_name)
      return v2::errors::conflict_exception("Stage already exists");
  }
  if (stages.size() >= kStagesMax) {
    return v2::errors::too_many_requests_exception(
        "Maximum number of stages for this API has been reached");
  }
  HttpStage stage;
  svc::apply_input<v2::CreateStage, v2::GetStage>(in, stage);
  stage.auto_deploy = in.auto_deploy.value_or(false);
  stage.created_date = Instant::from_seconds(ctx.now().seconds());
  stage.last_updated_date = stage.created_date;
  if (!stage.default_route_settings) {
    stage.default_route_settings = v2::RouteSettings{.detailed_metrics_enabled = false};
  }
  MR_TRY(check_http_stage(stage));
  if (*stage.auto_deploy && in.deployment_id) {
    return bad_request("Deployment ID cannot be set on stages with AutoDeploy enabled");
  }
  if (in.deployment_id) {
    MR_ASSIGN(HttpDeployment deployment, load_http_deployment(ctx, in.api_id, *in.deployment_id));
  }
  if (*stage.auto_deploy) MR_TRY(deploy_stage_automatically(ctx, in.api_id, stage));
  MR_TRY(save_http_stage(ctx, in.api_id, stage));
  return svc::output_as<v2::GetStage, v2::CreateStage>(stage);
}

}  // namespace millrace::apigateway
