#include "svc/apigateway/rest_snapshot.h"

namespace millrace::apigateway {

std::string write_snapshot(const v1::RestApi& api, const std::vector<v1::Resource>& resources) {
  codec::Json rows = codec::Json::array();
  for (const v1::Resource& resource : resources) {
    if (resource.resource_methods) rows.push(svc::to_document<v1::GetResource>(resource));
  }
  return codec::Json::object()
      .set("api", svc::to_document<v1::GetRestApi>(api))
      .set("resources", std::move(rows))
      .dump();
}

Result<RestSnapshot> load_snapshot(store::Reader& reader, const svc::Scope& scope,
                                   DeploymentId id) {
  MR_ASSIGN(std::optional<std::string> text,
            reader.get(row_key(scope, Kind::kRestSnapshot, {id.api_id, id.deployment_id})));
  if (!text) return Error::internal("a deployment without its snapshot");
  MR_ASSIGN(codec::Json document, codec::Json::parse(*text));
  const codec::Json* api = document.find("api");
  const codec::Json* resources = document.find("resources");
  if (api == nullptr || resources == nullptr || !resources->is_array()) {
    return Error::internal("a damaged snapshot of a deployment");
  }
  RestSnapshot snapshot;
  MR_ASSIGN(snapshot.api, svc::from_document<v1::GetRestApi>(*api));
  for (const codec::Json& row : *resources->as_array()) {
    MR_ASSIGN(v1::Resource resource, svc::from_document<v1::GetResource>(row));
    snapshot.resources.push_back(std::move(resource));
  }
  return snapshot;
}

std::map<std::string, std::map<std::string, v1::MethodSnapshot>> summary_of(
    const RestSnapshot& snapshot) {
  std::map<std::string, std::map<std::string, v1::MethodSnapshot>> summary;
  for (const v1::Resource& resource : snapshot.resources) {
    for (const auto& [name, method] : *resource.resource_methods) {
      summary[*resource.path][name] = {.authorization_type = method.authorization_type,
                                       .api_key_required = method.api_key_required};
    }
  }
  return summary;
}

}  // namespace millrace::apigateway
