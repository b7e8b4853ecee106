#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_list.h"

namespace millrace::apigateway {

Result<v2::GetDeployments::Output> get_deployments(svc::Context& ctx,
                                                   const v2::GetDeployments::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));

  MR_ASSIGN(auto rows, scan_rows<v2::GetDeployment>(
                           ctx.txn(), row_key(ctx.scope(), Kind::kHttpDeployment, {in.api_id})));
  std::vector<std::string> ids;
  for (const auto& row : rows)
    ids.push_back(*row.deployment_id);
  return list_page<v2::GetDeployments, v2::GetDeployment>(rows, ids,
                                                          {in.max_results, in.next_token});
}

}  // namespace millrace::apigateway
