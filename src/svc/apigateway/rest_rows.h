// Rows of REST APIs (v1), with the errors that AWS gives when one is missing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "svc/apigateway/rows.h"

namespace millrace::apigateway {

// https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
inline constexpr size_t kResourcesMax = 300;
inline constexpr size_t kStagesMax = 10;
inline constexpr size_t kRestApisMax = 600;

Result<v1::RestApi> load_rest_api(svc::Context& ctx, std::string_view api_id);
void save_rest_api(svc::Context& ctx, const v1::RestApi& api);

Result<v1::Resource> load_resource(svc::Context& ctx, std::string_view api_id,
                                   std::string_view resource_id);
Result<std::vector<v1::Resource>> load_resources(svc::Context& ctx, std::string_view api_id);
void save_resource(svc::Context& ctx, std::string_view api_id, const v1::Resource& resource);

// A method in its resource, loaded for changing: change it, then save().
struct MethodRow {
  std::string api_id;
  v1::Resource resource;
  std::string http_method;

  v1::Method& method() { return resource.resource_methods->at(http_method); }
  void save(svc::Context& ctx) { save_resource(ctx, api_id, resource); }
};
struct MethodId {
  std::string_view api_id;
  std::string_view resource_id;
  std::string_view http_method;
};
template <class Input>
MethodId method_id(const Input& in) {
  return {in.rest_api_id, in.resource_id, in.http_method};
}
Result<MethodRow> load_method(svc::Context& ctx, MethodId id);
// The method's integration. Errors: NotFoundException, "No integration defined for method".
Result<v1::Integration*> integration_of(MethodRow& row);

Result<v1::Deployment> load_deployment(svc::Context& ctx, std::string_view api_id,
                                       std::string_view deployment_id);
Result<v1::Stage> load_stage(svc::Context& ctx, std::string_view api_id, std::string_view stage);
Result<std::vector<v1::Stage>> load_stages(svc::Context& ctx, std::string_view api_id);
// Also makes the data plane see it.
Status save_stage(svc::Context& ctx, std::string_view api_id, const v1::Stage& stage);

// A list as AWS pages it: `limit` (25 unless given, 500 at most) of what follows `position`.
struct PageRequest {
  std::optional<std::string> position;
  std::optional<int64_t> limit;
};
struct Page {
  size_t first = 0;
  size_t last = 0;  // one past
  std::optional<std::string> next;
};
// Over a list of `ids`, in the order in which they are listed.
Result<Page> page_of(const std::vector<std::string>& ids, const PageRequest& request);

Error bad_request(std::string message);
// For members that Millrace does not act on: nothing is accepted and ignored.
Error not_supported(std::string_view what);

}  // namespace millrace::apigateway
