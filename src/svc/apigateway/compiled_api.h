// CompiledApi: what the data plane needs of an API, made from its rows once and shared by all
// requests until a change makes a new one. Immutable.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/mapping_template.h"
#include "expr/regex.h"
#include "svc/apigateway/access_log_format.h"
#include "svc/apigateway/http_rows.h"
#include "svc/apigateway/rest_rows.h"
#include "svc/apigateway/route_table.h"

namespace millrace::apigateway {

struct CompiledMock {
  std::map<std::string, expr::MappingTemplate> request_templates;  // by content type
  bool passes_unmatched = true;  // passthroughBehavior, when no template fits
  struct Response {
    std::string status_text;
    int status = 200;
    std::optional<expr::Regex> pattern;                        // none: the default response
    std::vector<std::pair<std::string, std::string>> headers;  // name, mapping expression
    std::map<std::string, expr::MappingTemplate> templates;
  };
  std::vector<Response> responses;
};

// A method of a REST API.
struct CompiledMethod {
  std::string http_method;  // or ANY
  std::string resource_id;
  std::string resource_path;
  std::string operation_name;
  bool needs_iam = false;
  int64_t timeout_ms = 29'000;
  std::string function_arn;  // AWS_PROXY; with ${stageVariables...}
  bool invokes_by_post = true;
  std::optional<CompiledMock> mock;
};

struct CompiledRestDeployment {
  std::string api_name;
  bool endpoint_disabled = false;
  std::vector<std::string> binary_types;
  std::optional<codec::Json> policy;
  std::vector<CompiledMethod> methods;
  RouteTable routes;
};

// A route of an HTTP API.
struct CompiledRoute {
  std::string key;  // "GET /notes/{id}", "$default"
  std::string id;
  std::string path;  // of the template; empty for $default
  bool needs_iam = false;
  bool has_target = false;
  std::string integration_id;
  std::string function_arn;
  bool payload_v2 = true;
  int64_t timeout_ms = 30'000;
};

struct CompiledHttpDeployment {
  std::string api_name;
  bool endpoint_disabled = false;
  std::optional<v2::Cors> cors;
  std::vector<CompiledRoute> routes;
  std::optional<size_t> default_route;
  RouteTable table;
};

struct CompiledStage {
  std::string name;
  std::string deployment_id;
  std::map<std::string, std::string> variables;
  std::string log_group;  // empty: no access log
  std::optional<AccessLogFormat> log_format;
  bool traced = false;
  bool detailed_metrics = false;
  // One of the two, or none for a stage without deployment.
  std::shared_ptr<const CompiledRestDeployment> rest;
  std::shared_ptr<const CompiledHttpDeployment> http;
};

struct CompiledApi {
  std::string id;
  svc::Scope scope;
  bool is_http = false;
  int64_t version = 0;  // of the directory row that it was made from
  std::map<std::string, CompiledStage, std::less<>> stages;
};

// Reads and compiles. Errors: InternalFailure when rows are damaged.
Result<std::shared_ptr<const CompiledApi>> compile_api(store::Reader& reader,
                                                       std::string_view api_id,
                                                       const DirectoryEntry& entry);

}  // namespace millrace::apigateway
