#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_validation.h"

namespace millrace::apigateway {
namespace {

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
constexpr size_t kRoutesMax = 300;

}  // namespace

Result<v2::CreateRoute::Output> create_route(svc::Context& ctx, const v2::CreateRoute::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));
  MR_ASSIGN(auto routes, load_routes(ctx, in.api_id));
  if (routes.size() >= kRoutesMax) {
    return v2::errors::too_many_requests_exception(
        "Maximum number of routes for this API has been reached");
  }
  HttpRoute route;
  svc::apply_input<v2::CreateRoute, v2::GetRoute>(in, route);
  route.route_id = new_id(7);
  route.api_key_required = in.api_key_required.value_or(false);
  if (!route.authorization_type) route.authorization_type = "NONE";
  MR_ASSIGN(auto integrations, load_integrations(ctx, in.api_id));
  MR_TRY(check_route(route, routes, integrations));
  save_route(ctx, in.api_id, route);
  MR_TRY(deploy_automatically(ctx, in.api_id));
  return svc::output_as<v2::GetRoute, v2::CreateRoute>(route);
}

}  // namespace millrace::apigateway
