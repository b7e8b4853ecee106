#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::DeleteStage::Output> delete_stage(svc::Context& ctx, const v1::DeleteStage::Input& in) {
  MR_ASSIGN(v1::Stage stage, load_stage(ctx, in.rest_api_id, in.stage_name));
  ctx.txn().del(row_key(ctx.scope(), Kind::kRestStage, {in.rest_api_id, in.stage_name}));
  MR_TRY(touch_api(ctx, in.rest_api_id));
  return v1::DeleteStage::Output{};
}

}  // namespace millrace::apigateway
