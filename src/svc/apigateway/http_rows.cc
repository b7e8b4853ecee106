#include "svc/apigateway/http_rows.h"

#include <fmt/format.h>

#include "svc/apigateway/http_snapshot.h"
#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {
namespace {

Error not_found(std::string message) { return Error("NotFoundException", 404, std::move(message)); }

// A row of an API; when it is missing, so may be the API.
template <class GetOp>
Result<typename GetOp::Output> load_part(svc::Context& ctx, Kind kind, std::string_view api_id,
                                         std::string_view id, std::string_view missing) {
  MR_ASSIGN(auto row, get_row<GetOp>(ctx.txn(), row_key(ctx.scope(), kind, {api_id, id})));
  if (row) return std::move(*row);
  MR_ASSIGN(HttpApi api, load_http_api(ctx, api_id));
  return not_found(std::string(missing));
}

// Deletes an automatic deployment that no stage uses any more.
Status drop_unused(svc::Context& ctx, std::string_view api_id, const std::string& deployment_id) {
  MR_ASSIGN(auto row,
            get_row<v2::GetDeployment>(
                ctx.txn(), row_key(ctx.scope(), Kind::kHttpDeployment, {api_id, deployment_id})));
  if (!row || !row->auto_deployed.value_or(false)) return ok_status();
  MR_ASSIGN(auto stages, load_http_stages(ctx, api_id));
  for (const HttpStage& stage : stages) {
    if (stage.deployment_id == deployment_id) return ok_status();
  }
  for (Kind kind : {Kind::kHttpDeployment, Kind::kHttpSnapshot}) {
    ctx.txn().del(row_key(ctx.scope(), kind, {api_id, deployment_id}));
  }
  return ok_status();
}

}  // namespace

Result<HttpApi> load_http_api(svc::Context& ctx, std::string_view api_id) {
  MR_ASSIGN(auto api,
            get_row<v2::GetApi>(ctx.txn(), row_key(ctx.scope(), Kind::kHttpApi, {api_id})));
  if (!api) {
    return not_found(fmt::format("Invalid API identifier specified {}:{}", ctx.account(), api_id));
  }
  return std::move(*api);
}

void save_http_api(svc::Context& ctx, const HttpApi& api) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpApi, {*api.api_id}),
                svc::write_document<v2::GetApi>(api));
}

Result<HttpRoute> load_route(svc::Context& ctx, std::string_view api_id,
                             std::string_view route_id) {
  return load_part<v2::GetRoute>(ctx, Kind::kRoute, api_id, route_id,
                                 "Invalid Route identifier specified");
}
Result<std::vector<HttpRoute>> load_routes(svc::Context& ctx, std::string_view api_id) {
  return scan_rows<v2::GetRoute>(ctx.txn(), row_key(ctx.scope(), Kind::kRoute, {api_id}));
}
void save_route(svc::Context& ctx, std::string_view api_id, const HttpRoute& route) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kRoute, {api_id, *route.route_id}),
                svc::write_document<v2::GetRoute>(route));
}

Result<HttpIntegration> load_integration(svc::Context& ctx, std::string_view api_id,
                                         std::string_view integration_id) {
  return load_part<v2::GetIntegration>(ctx, Kind::kHttpIntegration, api_id, integration_id,
                                       "Invalid Integration identifier specified");
}
Result<std::vector<HttpIntegration>> load_integrations(svc::Context& ctx, std::string_view api_id) {
  return scan_rows<v2::GetIntegration>(ctx.txn(),
                                       row_key(ctx.scope(), Kind::kHttpIntegration, {api_id}));
}
void save_integration(svc::Context& ctx, std::string_view api_id,
                      const HttpIntegration& integration) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpIntegration, {api_id, *integration.integration_id}),
                svc::write_document<v2::GetIntegration>(integration));
}

Result<HttpDeployment> load_http_deployment(svc::Context& ctx, std::string_view api_id,
                                            std::string_view deployment_id) {
  return load_part<v2::GetDeployment>(ctx, Kind::kHttpDeployment, api_id, deployment_id,
                                      "Invalid Deployment identifier specified");
}
Result<HttpStage> load_http_stage(svc::Context& ctx, std::string_view api_id,
                                  std::string_view stage) {
  return load_part<v2::GetStage>(ctx, Kind::kHttpStage, api_id, stage,
                                 "Invalid stage identifier specified");
}
Result<std::vector<HttpStage>> load_http_stages(svc::Context& ctx, std::string_view api_id) {
  return scan_rows<v2::GetStage>(ctx.txn(), row_key(ctx.scope(), Kind::kHttpStage, {api_id}));
}
Status save_http_stage(svc::Context& ctx, std::string_view api_id, const HttpStage& stage) {
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpStage, {api_id, *stage.stage_name}),
                svc::write_document<v2::GetStage>(stage));
  return touch_api(ctx, api_id);
}

Result<HttpDeployment> deploy_http_api(svc::Context& ctx, std::string_view api_id, DeployedBy by) {
  HttpSnapshot snapshot;
  MR_ASSIGN(snapshot.api, load_http_api(ctx, api_id));
  MR_ASSIGN(snapshot.routes, load_routes(ctx, api_id));
  MR_ASSIGN(snapshot.integrations, load_integrations(ctx, api_id));
  if (snapshot.routes.empty()) {
    return bad_request("At least one route is required before deploying the Api.");
  }
  HttpDeployment deployment;
  deployment.deployment_id = new_id(6);
  deployment.created_date = Instant::from_seconds(ctx.now().seconds());
  deployment.deployment_status = "DEPLOYED";
  deployment.auto_deployed = by == DeployedBy::kAutomatically;
  if (by == DeployedBy::kAutomatically) {
    deployment.description = "Automatic deployment triggered by changes to the Api configuration";
  }
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpDeployment, {api_id, *deployment.deployment_id}),
                svc::write_document<v2::GetDeployment>(deployment));
  ctx.txn().put(row_key(ctx.scope(), Kind::kHttpSnapshot, {api_id, *deployment.deployment_id}),
                write_http_snapshot(snapshot));
  return deployment;
}

Status deploy_stage_automatically(svc::Context& ctx, std::string_view api_id, HttpStage& stage) {
  MR_ASSIGN(auto routes, load_routes(ctx, api_id));
  if (routes.empty()) return ok_status();  // its first route will deploy it
  MR_ASSIGN(HttpDeployment deployment, deploy_http_api(ctx, api_id, DeployedBy::kAutomatically));
  stage.deployment_id = deployment.deployment_id;
  stage.last_deployment_status_message =
      fmt::format("Successfully deployed stage with deployment ID '{}'", *deployment.deployment_id);
  return ok_status();
}

Status deploy_automatically(svc::Context& ctx, std::string_view api_id) {
  MR_ASSIGN(auto stages, load_http_stages(ctx, api_id));
  for (HttpStage& stage : stages) {
    if (!stage.auto_deploy.value_or(false)) continue;
    std::string before = stage.deployment_id.value_or("");
    MR_TRY(deploy_stage_automatically(ctx, api_id, stage));
    MR_TRY(save_http_stage(ctx, api_id, stage));
    if (!before.empty() && before != *stage.deployment_id) MR_TRY(drop_unused(ctx, api_id, before));
  }
  return ok_status();
}

Result<HttpPage> http_page_of(const std::vector<std::string>& ids, const HttpPageRequest& request) {
  PageRequest plain{.position = request.next_token};
  if (request.max_results) {
    int64_t value = 0;
    for (char c : *request.max_results) {
      if (c < '0' || c > '9' || value > 100'000) return bad_request("Invalid MaxResults specified");
      value = value * 10 + (c - '0');
    }
    plain.limit = value;
  } else {
    plain.limit = 500;
  }
  MR_ASSIGN(Page page, page_of(ids, plain));
  return HttpPage{page.first, page.last, page.next};
}

}  // namespace millrace::apigateway
