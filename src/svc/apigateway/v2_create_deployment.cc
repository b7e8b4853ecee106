#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

Result<v2::CreateDeployment::Output> create_deployment(svc::Context& ctx,
                                                       const v2::CreateDeployment::Input& in) {
  MR_ASSIGN(HttpDeployment deployment, deploy_http_api(ctx, in.api_id, DeployedBy::kUser));
  deployment.description = in.description;
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpDeployment, {in.api_id, *deployment.deployment_id}),
                svc::write_document<v2::GetDeployment>(deployment));
  if (in.stage_name) {
    MR_ASSIGN(HttpStage stage, load_http_stage(ctx, in.api_id, *in.stage_name));
    if (stage.auto_deploy.value_or(false)) {
      return bad_request("Cannot deploy to stages with AutoDeploy enabled");
    }
    stage.deployment_id = deployment.deployment_id;
    stage.last_updated_date = Instant::from_seconds(ctx.now().seconds());
    MR_TRY(save_http_stage(ctx, in.api_id, stage));
  }
  return svc::output_as<v2::GetDeployment, v2::CreateDeployment>(deployment);
}

}  // namespace millrace::apigateway
