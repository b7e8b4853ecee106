#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/resource_tree.h"

namespace millrace::apigateway {

Result<v1::GetResources::Output> get_resources(svc::Context& ctx,
                                               const v1::GetResources::Input& in) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, in.rest_api_id));
  MR_ASSIGN(std::vector<v1::Resource> resources, load_resources(ctx, in.rest_api_id));
  std::vector<std::string> ids;
  for (const v1::Resource& resource : resources)
    ids.push_back(*resource.id);
  MR_ASSIGN(Page page, page_of(ids, {in.position, in.limit}));
  v1::Resources out;
  out.items.emplace();
  for (size_t i = page.first; i < page.last; ++i) {
    out.items->push_back(listed_resource(std::move(resources[i]), in.embed));
  }
  out.position = page.next;
  return out;
}

}  // namespace millrace::apigateway
