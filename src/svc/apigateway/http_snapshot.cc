#include "svc/apigateway/http_snapshot.h"

namespace millrace::apigateway {
namespace {

template <class GetOp>
codec::Json rows_to_json(const std::vector<typename GetOp::Output>& rows) {
  codec::Json array = codec::Json::array();
  for (const auto& row : rows)
    array.push(svc::to_document<GetOp>(row));
  return array;
}

template <class GetOp>
Status rows_from_json(const codec::Json* array, std::vector<typename GetOp::Output>& rows) {
  if (array == nullptr || !array->is_array()) return Error::internal("a damaged snapshot");
  for (const codec::Json& item : *array->as_array()) {
    MR_ASSIGN(auto row, svc::from_document<GetOp>(item));
    rows.push_back(std::move(row));
  }
  return ok_status();
}

}  // namespace

std::string write_http_snapshot(const HttpSnapshot& snapshot) {
  return codec::Json::object()
      .set("api", svc::to_document<v2::GetApi>(snapshot.api))
      .set("routes", rows_to_json<v2::GetRoute>(snapshot.routes))
      .set("integrations", rows_to_json<v2::GetIntegration>(snapshot.integrations))
      .dump();
}

Result<HttpSnapshot> load_http_snapshot(store::Reader& reader, const svc::Scope& scope,
                                        HttpDeploymentId id) {
  MR_ASSIGN(std::optional<std::string> text,
            reader.get(row_key(scope, Kind::kHttpSnapshot, {id.api_id, id.deployment_id})));
  if (!text) return Error::internal("a deployment without its snapshot");
  MR_ASSIGN(codec::Json document, codec::Json::parse(*text));
  const codec::Json* api = document.find("api");
  if (api == nullptr) return Error::internal("a damaged snapshot of a deployment");
  HttpSnapshot snapshot;
  MR_ASSIGN(snapshot.api, svc::from_document<v2::GetApi>(*api));
  MR_TRY(rows_from_json<v2::GetRoute>(document.find("routes"), snapshot.routes));
  MR_TRY(rows_from_json<v2::GetIntegration>(document.find("integrations"), snapshot.integrations));
  return snapshot;
}

}  // namespace millrace::apigateway
