#include "svc/apigateway/rest_rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::apigateway {
namespace {

Error not_found(std::string message) { return v1::errors::not_found_exception(std::move(message)); }

constexpr int64_t kPageDefault = 25;
constexpr int64_t kPageMax = 500;

}  // namespace

Error bad_request(std::string message) {
  return v1::errors::bad_request_exception(std::move(message));
}
Error not_supported(std::string_view what) {
  return bad_request(fmt::format("{} is not supported by Millrace", what));
}

Result<v1::RestApi> load_rest_api(svc::Context& ctx, std::string_view api_id) {
  MR_ASSIGN(auto api,
            get_row<v1::GetRestApi>(ctx.txn(), row_key(ctx.scope(), Kind::kRestApi, {api_id})));
  if (!api) {
    return not_found(fmt::format("Invalid API identifier specified {}:{}", ctx.account(), api_id));
  }
  return std::move(*api);
}

void save_rest_api(svc::Context& ctx, const v1::RestApi& api) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kRestApi, {*api.id}),
                svc::write_document<v1::GetRestApi>(api));
}

Result<v1::Resource> load_resource(svc::Context& ctx, std::string_view api_id,
                                   std::string_view resource_id) {
  MR_ASSIGN(auto resource, get_row<v1::GetResource>(ctx.txn(), row_key(ctx.scope(), Kind::kResource,
                                                                       {api_id, resource_id})));
  if (!resource) {
    MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, api_id));
    return not_found("Invalid Resource identifier specified");
  }
  return std::move(*resource);
}

Result<std::vector<v1::Resource>> load_resources(svc::Context& ctx, std::string_view api_id) {
  return scan_rows<v1::GetResource>(ctx.txn(), row_key(ctx.scope(), Kind::kResource, {api_id}));
}

void save_resource(svc::Context& ctx, std::string_view api_id, const v1::Resource& resource) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kResource, {api_id, *resource.id}),
                svc::write_document<v1::GetResource>(resource));
}

Result<MethodRow> load_method(svc::Context& ctx, MethodId id) {
  MR_ASSIGN(v1::Resource resource, load_resource(ctx, id.api_id, id.resource_id));
  std::string http_method(id.http_method);
  if (!resource.resource_methods || !resource.resource_methods->contains(http_method)) {
    return not_found("Invalid Method identifier specified");
  }
  return MethodRow{std::string(id.api_id), std::move(resource), std::move(http_method)};
}

Result<v1::Integration*> integration_of(MethodRow& row) {
  if (!row.method().method_integration) return not_found("No integration defined for method");
  return &*row.method().method_integration;
}

Result<v1::Deployment> load_deployment(svc::Context& ctx, std::string_view api_id,
                                       std::string_view deployment_id) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, api_id));
  MR_ASSIGN(auto deployment,
            get_row<v1::GetDeployment>(
                ctx.txn(), row_key(ctx.scope(), Kind::kRestDeployment, {api_id, deployment_id})));
  if (!deployment) return not_found("Invalid Deployment identifier specified");
  return std::move(*deployment);
}

Result<v1::Stage> load_stage(svc::Context& ctx, std::string_view api_id, std::string_view stage) {
  MR_ASSIGN(v1::RestApi api, load_rest_api(ctx, api_id));
  MR_ASSIGN(auto row, get_row<v1::GetStage>(
                          ctx.txn(), row_key(ctx.scope(), Kind::kRestStage, {api_id, stage})));
  if (!row) return not_found("Invalid stage identifier specified");
  return std::move(*row);
}

Result<std::vector<v1::Stage>> load_stages(svc::Context& ctx, std::string_view api_id) {
  return scan_rows<v1::GetStage>(ctx.txn(), row_key(ctx.scope(), Kind::kRestStage, {api_id}));
}

Status save_stage(svc::Context& ctx, std::string_view api_id, const v1::Stage& stage) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kRestStage, {api_id, *stage.stage_name}),
                svc::write_document<v1::GetStage>(stage));
  return touch_api(ctx, api_id);
}

Result<Page> page_of(const std::vector<std::string>& ids, const PageRequest& request) {
  int64_t limit = request.limit.value_or(kPageDefault);
  if (limit <= 0) limit = kPageDefault;
  limit = std::min(limit, kPageMax);
  Page page;
  if (request.position && !request.position->empty()) {
    auto at = std::find(ids.begin(), ids.end(), *request.position);
    if (at == ids.end()) return bad_request("Invalid position parameter specified");
    page.first = static_cast<size_t>(at - ids.begin()) + 1;
  }
  page.last = std::min(ids.size(), page.first + static_cast<size_t>(limit));
  if (page.last < ids.size()) page.next = ids[page.last - 1];
  return page;
}

}  // namespace millrace::apigateway
