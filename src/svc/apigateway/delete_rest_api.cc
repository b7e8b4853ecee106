#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteRestApi::Output> delete_rest_api(svc::Context& ctx,
                                                  const v1::DeleteRestApi::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  for (Kind kind : {Kind::kRestApi, Kind::kResource, Kind::kRestDeployment, Kind::kRestSnapshot,
                    Kind::kRestStage}) {
    MR_TRY(delete_rows(ctx.txn(), row_key(ctx.scope(), kind, {in.rest_api_id})));
  }
  ctx.txn().del(directory_key(in.rest_api_id));
  return v1::DeleteRestApi::Output{};
}

}  // namespace millrace::apigateway
