#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_list.h"

namespace millrace::apigateway {

Result<v2::GetIntegrations::Output> get_integrations(svc::Context& ctx,
                                                     const v2::GetIntegrations::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));

  MR_ASSIGN(auto rows, scan_rows<v2::GetIntegration>(
                           ctx.txn(), row_key(ctx.scope(), Kind::kHttpIntegration, {in.api_id})));
  std::vector<std::string> ids;
  for (const auto& row : rows)
    ids.push_back(*row.integration_id);
  return list_page<v2::GetIntegrations, v2::GetIntegration>(rows, ids,
                                                            {in.max_results, in.next_token});
}

}  // namespace millrace::apigateway
