#include "svc/apigateway/http_operations.h"

namespace millrace::apigateway {

Result<v2::DeleteRoute::Output> delete_route(svc::Context& ctx, const v2::DeleteRoute::Input& in) {
  MR_ASSIGN(HttpRoute route, load_route(ctx, in.api_id, in.route_id));
  ctx.txn().del(row_key(ctx.scope(), Kind::kRoute, {in.api_id, in.route_id}));
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return v2::DeleteRoute::Output{};
}

}  // namespace millrace::apigateway
