#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::DeleteStage::Output> delete_stage(svc::Context& ctx, const v2::DeleteStage::Input& in) {
  MR_ASSIGN(HttpStage stage, load_http_stage(ctx, in.api_id, in.stage_name));
  ctx.txn().del(row_key(ctx.scope(), Kind::kHttpStage, {in.api_id, in.stage_name}));
  MR_TRY(touch_api(ctx, in.api_id));
  return v2::DeleteStage::Output{};
}

}  // namespace millrace::apigateway
