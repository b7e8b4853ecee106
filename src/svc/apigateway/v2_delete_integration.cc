#include "svc/apigateway/http_operations.h"

#include <fmt/format.h>

namespace millrace::apigateway {

Result<v2::DeleteIntegration::Output> delete_integration(svc::Context& ctx,
                                                         const v2::DeleteIntegration::Input& in) {
  MR_ASSIGN(HttpIntegration integration, load_integration(ctx, in.api_id, in.integration_id));
  MR_ASSIGN(auto routes, load_routes(ctx, in.api_id));
  for (const HttpRoute& route : routes) {
    if (route.target == "integrations/" + in.integration_id) {
      return v2::errors::conflict_exception(fmt::format(
          "Cannot delete Integration '{}'. Please remove it from the target of Route '{}' first",
          in.integration_id, *route.route_key));
    }
  }
  ctx.txn().del(row_key(ctx.scope(), Kind::kHttpIntegration, {in.api_id, in.integration_id}));
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return v2::DeleteIntegration::Output{};
}

}  // namespace millrace::apigateway
