#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

Result<v2::UpdateStage::Output> update_stage(svc::Context& ctx, const v2::UpdateStage::Input& in) {
  MR_ASSIGN(HttpStage stage, load_http_stage(ctx, in.api_id, in.stage_name));
  bool was_automatic = stage.auto_deploy.value_or(false);
  svc::apply_input<v2::UpdateStage, v2::GetStage>(in, stage);
  MR_TRY(check_http_stage(stage));
  if (*stage.auto_deploy && in.deployment_id) {
    return bad_request("Deployment ID cannot be set on stages with AutoDeploy enabled");
  }
  if (in.deployment_id) {
    MR_ASSIGN(HttpDeployment deployment, load_http_deployment(ctx, in.api_id, *in.deployment_id));
  }
  if (*stage.auto_deploy && !was_automatic) {
    MR_TRY(deploy_stage_automatically(ctx, in.api_id, stage));
  }
  stage.last_updated_date = Instant::from_seconds(ctx.now().seconds());
  MR_TRY(save_http_stage(ctx, in.api_id, stage));
  return svc::output_as<v2::GetStage, v2::UpdateStage>(stage);
}

}  // namespace millrace::apigateway
