#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/http_list.h"

namespace millrace::apigateway {

Result<v2::GetApis::Output> get_apis(svc::Context& ctx, const v2::GetApis::Input& in) {
  MR_ASSIGN(auto rows, scan_rows<v2::GetApi>(ctx.txn(), row_key(ctx.scope(), Kind::kHttpApi, {})));
  std::vector<std::string> ids;
  for (const auto& row : rows)
    ids.push_back(*row.api_id);
  return list_page<v2::GetApis, v2::GetApi>(rows, ids, {in.max_results, in.next_token});
}

}  // namespace millrace::apigateway
