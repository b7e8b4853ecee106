#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

Result<v2::DeleteDeployment::Output> delete_deployment(svc::Context& ctx,
                                                       const v2::DeleteDeployment::Input& in) {
  MR_ASSIGN(HttpDeployment deployment, load_http_deployment(ctx, in.api_id, in.deployment_id));
  MR_ASSIGN(auto stages, load_http_stages(ctx, in.api_id));
  for (const HttpStage& stage : stages) {
    if (stage.deployment_id == in.deployment_id) {
      return bad_request("Active stages pointing to this deployment must be moved or deleted");
    }
  }
  for (Kind kind : {Kind::kHttpDeployment, Kind::kHttpSnapshot}) {
    ctx.txn().del(row_key(ctx.scope(), kind, {in.api_id, in.deployment_id}));
  }
  return v2::DeleteDeployment::Output{};
}

}  // namespace millrace::apigateway
