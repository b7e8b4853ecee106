#include "svc/apigateway/rest_operations.h"

namespace millrace::apigateway {

Result<v1::GetRestApis::Output> get_rest_apis(svc::Context& ctx, const v1::GetRestApis::Input& in) {
  MR_ASSIGN(auto apis,
            scan_rows<v1::GetRestApi>(ctx.txn(), row_key(ctx.scope(), Kind::kRestApi, {})));
  std::vector<std::string> ids;
  for (const v1::RestApi& api : apis)
    ids.push_back(*api.id);
  MR_ASSIGN(Page page, page_of(ids, {in.position, in.limit}));
  v1::RestApis out;
  out.items.emplace(apis.begin() + static_cast<ptrdiff_t>(page.first),
                    apis.begin() + static_cast<ptrdiff_t>(page.last));
  out.position = page.next;
  return out;
}

}  // namespace millrace::apigateway
