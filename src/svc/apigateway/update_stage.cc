#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/stage_settings.h"

namespace millrace::apigateway {

Result<v1::UpdateStage::Output> update_stage(svc::Context& ctx, const v1::UpdateStage::Input& in) {
  MR_ASSIGN(v1::Stage stage, load_stage(ctx, in.rest_api_id, in.stage_name));
  std::string deployed = stage.deployment_id.value_or("");
  MR_TRY(apply_patches(in.patch_operations, stage_rules(stage)));
  if (stage.deployment_id != deployed) {
    auto deployment = load_deployment(ctx, in.rest_api_id, stage.deployment_id.value_or(""));
    if (!deployment.ok()) return bad_request("Deployment id does not exist");
  }
  MR_TRY(check_stage_variables(stage.variables));
  MR_TRY(check_access_log(stage.access_log_settings));
  stage.last_updated_date = Instant::from_seconds(ctx.now().seconds());
  MR_TRY(save_stage(ctx, in.rest_api_id, stage));
  return stage;
}

}  // namespace millrace::apigateway
