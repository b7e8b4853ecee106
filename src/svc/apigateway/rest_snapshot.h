// A deployment of a REST API: what it was at one moment. Written once, never changed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

struct RestSnapshot {
  v1::RestApi api;
  std::vector<v1::Resource> resources;
};

std::string write_snapshot(const v1::RestApi& api, const std::vector<v1::Resource>& resources);

struct DeploymentId {
  std::string_view api_id;
  std::string_view deployment_id;
};
Result<RestSnapshot> load_snapshot(store::Reader& reader, const svc::Scope& scope, DeploymentId id);

// GetDeployment's apiSummary: path, method -> what it asks of a caller.
std::map<std::string, std::map<std::string, v1::MethodSnapshot>> summary_of(
    const RestSnapshot& snapshot);

}  // namespace millrace::apigateway
