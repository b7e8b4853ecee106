#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::DeleteApi::Output> delete_api(svc::Context& ctx, const v2::DeleteApi::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));
  for (Kind kind : {Kind::kHttpApi, Kind::kRoute, Kind::kHttpIntegration, Kind::kHttpDeployment,
                    Kind::kHttpSnapshot, Kind::kHttpStage}) {
    MR_TRY(delete_rows(ctx.txn(), row_key(ctx.scope(), kind, {in.api_id})));
  }
  ctx.txn().del(directory_key(in.api_id));
  return v2::DeleteApi::Output{};
}

}  // namespace millrace::apigateway
