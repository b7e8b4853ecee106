#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_list.h"

namespace millrace::apigateway {

Result<v2::GetRoutes::Output> get_routes(svc::Context& ctx, const v2::GetRoutes::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));

  MR_ASSIGN(auto rows,
            scan_rows<v2::GetRoute>(ctx.txn(), row_key(ctx.scope(), Kind::kRoute, {in.api_id})));
  std::vector<std::string> ids;
  for (const auto& row : rows)
    ids.push_back(*row.route_id);
  return list_page<v2::GetRoutes, v2::GetRoute>(rows, ids, {in.max_results, in.next_token});
}

}  // namespace millrace::apigateway
