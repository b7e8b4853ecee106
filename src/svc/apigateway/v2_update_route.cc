#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"

namespace millrace::apigateway {

Result<v2::UpdateRoute::Output> update_route(svc::Context& ctx, const v2::UpdateRoute::Input& in) {
  MR_ASSIGN(HttpRoute route, load_route(ctx, in.api_id, in.route_id));
  svc::apply_input<v2::UpdateRoute, v2::GetRoute>(in, route);
  MR_ASSIGN(auto routes, load_routes(ctx, in.api_id));
  MR_ASSIGN(auto integrations, load_integrations(ctx, in.api_id));
  MR_TRY(check_route(route, routes, integrations));
  save_route(ctx, in.api_id, route);
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return svc::output_as<v2::GetRoute, v2::UpdateRoute>(route);
}

}  // namespace millrace::apigateway
