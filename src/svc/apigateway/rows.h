// What API Gateway keeps in the store: one row a thing, a document of the model's struct, in the
// account and region of the API; and one directory row an API, by which the data plane finds it.
//
// Rows (docs/formats.md): (account, region, apigateway, kind, ids...) -> svc/document.h
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/apigateway.h"
#include "aws/apigatewayv2.h"
#include "store/key.h"
#include "svc/document.h"
#include "svc/operation.h"

namespace millrace::apigateway {

namespace v1 = aws::apigateway;
namespace v2 = aws::apigatewayv2;

// On disk: frozen.
enum class Kind : uint8_t {
  kDirectory = 1,         // ("*", "*", ...) API -> JSON of DirectoryEntry
  kRestApi = 2,           // API -> v1::RestApi
  kResource = 3,          // API, resource -> v1::Resource, its methods within
  kRestDeployment = 4,    // API, deployment -> v1::Deployment
  kRestSnapshot = 5,      // API, deployment -> {"api": RestApi, "resources": [Resource]}
  kRestStage = 6,         // API, stage -> v1::Stage
  kAccount = 7,           // -> v1::Account
  kHttpApi = 16,          // API -> v2::GetApiResponse
  kRoute = 17,            // API, route -> v2::GetRouteResult
  kHttpIntegration = 18,  // API, integration -> v2::GetIntegrationResult
  kHttpDeployment = 19,   // API, deployment -> v2::GetDeploymentResponse
  kHttpSnapshot = 20,     // API, deployment -> {"api", "routes": [], "integrations": []}
  kHttpStage = 21,        // API, stage -> v2::GetStageResponse
};

std::string row_key(const svc::Scope& scope, Kind kind,
                    std::initializer_list<std::string_view> ids);
std::string directory_key(std::string_view api_id);

// Rows are named by the operation that gets one: get_row<v1::GetStage>.
template <class GetOp>
Result<std::optional<typename GetOp::Output>> get_row(store::Reader& reader, std::string_view key) {
  MR_ASSIGN(std::optional<std::string> text, reader.get(key));
  if (!text) return std::optional<typename GetOp::Output>();
  MR_ASSIGN(auto row, svc::read_document<GetOp>(*text));
  return std::optional(std::move(row));
}

// All rows under `prefix`, in key order: of one API or account, whose number AWS limits.
template <class GetOp>
Result<std::vector<typename GetOp::Output>> scan_rows(store::Reader& reader,
                                                      const std::string& prefix) {
  std::vector<typename GetOp::Output> rows;
  auto cursor = reader.scan(store::prefix_range(prefix));
  for (; cursor->valid(); cursor->next()) {
    MR_ASSIGN(auto row, svc::read_document<GetOp>(cursor->value()));
    rows.push_back(std::move(row));
  }
  MR_TRY(cursor->status());
  return rows;
}

// Deletes all rows under `prefix`.
Status delete_rows(store::Txn& txn, const std::string& prefix);

// Whose an API is. `version` grows with everything that the data plane sees of it.
struct DirectoryEntry {
  svc::Scope scope;
  bool is_http = false;
  int64_t version = 0;
};
std::string write_directory_entry(const DirectoryEntry& entry);
Result<std::optional<DirectoryEntry>> read_directory_entry(store::Reader& reader,
                                                           std::string_view api_id);

// A new id that no API has, with its directory row.
enum class ApiType : uint8_t { kRest, kHttp };
Result<std::string> register_api(svc::Context& ctx, ApiType type);
// Makes the data plane read the API anew after the commit.
Status touch_api(svc::Context& ctx, std::string_view api_id);

// Ids as AWS makes them: 10 for APIs, 6 for resources and deployments, 7 for what belongs to HTTP
// APIs.
std::string new_id(size_t length);

}  // namespace millrace::apigateway
