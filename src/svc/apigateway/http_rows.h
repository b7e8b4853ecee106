// Rows of HTTP APIs (v2), with the errors that AWS gives when one is missing, and automatic
// deployment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "svc/apigateway/rows.h"

namespace millrace::apigateway {

using HttpApi = v2::GetApiResponse;
using HttpRoute = v2::GetRouteResult;
using HttpIntegration = v2::GetIntegrationResult;
using HttpDeployment = v2::GetDeploymentResponse;
using HttpStage = v2::GetStageResponse;

Result<HttpApi> load_http_api(svc::Context& ctx, std::string_view api_id);
void save_http_api(svc::Context& ctx, const HttpApi& api);

Result<HttpRoute> load_route(svc::Context& ctx, std::string_view api_id, std::string_view route_id);
Result<std::vector<HttpRoute>> load_routes(svc::Context& ctx, std::string_view api_id);
void save_route(svc::Context& ctx, std::string_view api_id, const HttpRoute& route);

Result<HttpIntegration> load_integration(svc::Context& ctx, std::string_view api_id,
                                         std::string_view integration_id);
Result<std::vector<HttpIntegration>> load_integrations(svc::Context& ctx, std::string_view api_id);
void save_integration(svc::Context& ctx, std::string_view api_id,
                      const HttpIntegration& integration);

Result<HttpDeployment> load_http_deployment(svc::Context& ctx, std::string_view api_id,
                                            std::string_view deployment_id);
Result<HttpStage> load_http_stage(svc::Context& ctx, std::string_view api_id,
                                  std::string_view stage);
Result<std::vector<HttpStage>> load_http_stages(svc::Context& ctx, std::string_view api_id);
// Also makes the data plane see it.
Status save_http_stage(svc::Context& ctx, std::string_view api_id, const HttpStage& stage);

// Deploys what the API is now. Errors: BadRequestException when it has no route.
enum class DeployedBy : uint8_t { kUser, kAutomatically };
Result<HttpDeployment> deploy_http_api(svc::Context& ctx, std::string_view api_id, DeployedBy by);
// After a change: a new deployment for the stages with AutoDeploy, if there are any.
Status deploy_automatically(svc::Context& ctx, std::string_view api_id);
// The same for one stage that is being made or changed; sets its deployment.
Status deploy_stage_automatically(svc::Context& ctx, std::string_view api_id, HttpStage& stage);

// A list as v2 pages it: MaxResults is text, NextToken the last id.
struct HttpPageRequest {
  std::optional<std::string> max_results;
  std::optional<std::string> next_token;
};
struct HttpPage {
  size_t first = 0;
  size_t last = 0;
  std::optional<std::string> next;
};
Result<HttpPage> http_page_of(const std::vector<std::string>& ids, const HttpPageRequest& request);

}  // namespace millrace::apigateway
