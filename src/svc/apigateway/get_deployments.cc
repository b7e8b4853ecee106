#include "svc/apigateway/rest_operations.h"

#include <algorithm>
#include <tuple>

namespace millrace::apigateway {

Result<v1::GetDeployments::Output> get_deployments(svc::Context& ctx,
                                                   const v1::GetDeployments::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_ASSIGN(auto deployments,
            scan_rows<v1::GetDeployment>(
                ctx.txn(), row_key(ctx.scope(), Kind::kRestDeployment, {in.rest_api_id})));
  // Newest first: deploy tools take the first one as the current one.
  std::sort(deployments.begin(), deployments.end(),
            [](const v1::Deployment& a, const v1::Deployment& b) {
              return std::tie(*b.created_date, *b.id) < std::tie(*a.created_date, *a.id);
            });
  std::vector<std::string> ids;
  for (const v1::Deployment& deployment : deployments)
    ids.push_back(*deployment.id);
  MR_ASSIGN(Page page, page_of(ids, {in.position, in.limit}));
  v1::Deployments out;
  out.items.emplace(deployments.begin() + static_cast<ptrdiff_t>(page.first),
                    deployments.begin() + static_cast<ptrdiff_t>(page.last));
  out.position = page.next;
  return out;
}

}  // namespace millrace::apigateway
