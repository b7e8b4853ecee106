#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_list.h"

namespace millrace::apigateway {

Result<v2::GetStages::Output> get_stages(svc::Context& ctx, const v2::GetStages::Input& in) {
  MR_ASSIGN(HttpApi api, load_http_api(ctx, in.api_id));

  MR_ASSIGN(auto rows, scan_rows<v2::GetStage>(
                           ctx.txn(), row_key(ctx.scope(), Kind::kHttpStage, {in.api_id})));
  std::vector<std::string> ids;
  for (const auto& row : rows)
    ids.push_back(*row.stage_name);
  return list_page<v2::GetStages, v2::GetStage>(rows, ids, {in.max_results, in.next_token});
}

}  // namespace millrace::apigateway
