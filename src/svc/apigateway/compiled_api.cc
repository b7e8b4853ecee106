#include "svc/apigateway/compiled_api.h"

#include "svc/apigateway/http_snapshot.h"
#include "svc/apigateway/lambda_uri.h"
#include "svc/apigateway/rest_snapshot.h"
#include "svc/apigateway/stage_settings.h"

namespace millrace::apigateway {
namespace {

using StringMap = std::map<std::string, std::string>;

Result<std::map<std::string, expr::MappingTemplate>> compile_templates(
    const std::optional<StringMap>& templates) {
  std::map<std::string, expr::MappingTemplate> compiled;
  for (const auto& [content_type, text] : templates.value_or(StringMap())) {
    MR_ASSIGN(auto parsed, expr::MappingTemplate::parse(text));
    compiled.emplace(content_type, std::move(parsed));
  }
  return compiled;
}

Result<CompiledMock> compile_mock(const v1::Integration& integration) {
  constexpr std::string_view kHeader = "method.response.header.";
  CompiledMock mock;
  MR_ASSIGN(mock.request_templates, compile_templates(integration.request_templates));
  const std::string behavior = integration.passthrough_behavior.value_or("WHEN_NO_MATCH");
  mock.passes_unmatched = behavior == "WHEN_NO_MATCH" ||
                          (behavior == "WHEN_NO_TEMPLATES" && mock.request_templates.empty());
  if (!integration.integration_responses) return mock;
  for (const auto& [status, row] : *integration.integration_responses) {
    CompiledMock::Response response{.status_text = status, .status = std::atoi(status.c_str())};
    if (row.selection_pattern && !row.selection_pattern->empty()) {
      MR_ASSIGN(response.pattern, expr::Regex::parse(*row.selection_pattern));
    }
    for (const auto& [name, value] : row.response_parameters.value_or(StringMap())) {
      response.headers.emplace_back(name.substr(kHeader.size()), value);
    }
    MR_ASSIGN(response.templates, compile_templates(row.response_templates));
    mock.responses.push_back(std::move(response));
  }
  return mock;
}

Result<CompiledMethod> compile_method(const v1::Resource& resource, const v1::Method& method) {
  CompiledMethod compiled{.http_method = *method.http_method,
                          .resource_id = *resource.id,
                          .resource_path = *resource.path,
                          .operation_name = method.operation_name.value_or(""),
                          .needs_iam = method.authorization_type == "AWS_IAM"};
  const v1::Integration& integration = *method.method_integration;
  compiled.timeout_ms = integration.timeout_in_millis.value_or(compiled.timeout_ms);
  if (integration.type == "MOCK") {
    MR_ASSIGN(compiled.mock, compile_mock(integration));
  } else {
    compiled.function_arn = function_arn_of(integration.uri.value_or("")).value_or("");
    compiled.invokes_by_post = integration.http_method == "POST";
  }
  return compiled;
}

Result<std::shared_ptr<const CompiledRestDeployment>> compile_rest(const RestSnapshot& snapshot) {
  auto compiled = std::make_shared<CompiledRestDeployment>();
  compiled->api_name = snapshot.api.name.value_or("");
  compiled->endpoint_disabled = snapshot.api.disable_execute_api_endpoint.value_or(false);
  compiled->binary_types = snapshot.api.binary_media_types.value_or(std::vector<std::string>());
  if (snapshot.api.policy && !snapshot.api.policy->empty()) {
    MR_ASSIGN(compiled->policy, codec::Json::parse(*snapshot.api.policy));
  }
  for (const v1::Resource& resource : snapshot.resources) {
    for (const auto& [name, method] : *resource.resource_methods) {
      MR_ASSIGN(CompiledMethod entry, compile_method(resource, method));
      compiled->routes.add({name, *resource.path}, compiled->methods.size());
      compiled->methods.push_back(std::move(entry));
    }
  }
  return std::shared_ptr<const CompiledRestDeployment>(std::move(compiled));
}

void bind_target(CompiledRoute& route, const std::string& target,
                 const std::vector<HttpIntegration>& integrations) {
  for (const HttpIntegration& integration : integrations) {
    if (target != "integrations/" + *integration.integration_id) continue;
    route.has_target = true;
    route.integration_id = *integration.integration_id;
    route.function_arn = function_arn_of(integration.integration_uri.value_or("")).value_or("");
    route.payload_v2 = integration.payload_format_version == "2.0";
    route.timeout_ms = integration.timeout_in_millis.value_or(route.timeout_ms);
  }
}

std::shared_ptr<const CompiledHttpDeployment> compile_http(const HttpSnapshot& snapshot) {
  auto compiled = std::make_shared<CompiledHttpDeployment>();
  compiled->api_name = snapshot.api.name.value_or("");
  compiled->endpoint_disabled = snapshot.api.disable_execute_api_endpoint.value_or(false);
  compiled->cors = snapshot.api.cors_configuration;
  for (const HttpRoute& row : snapshot.routes) {
    CompiledRoute route{.key = *row.route_key,
                        .id = *row.route_id,
                        .needs_iam = row.authorization_type == "AWS_IAM"};
    bind_target(route, row.target.value_or(""), snapshot.integrations);
    size_t space = route.key.find(' ');
    if (space == std::string::npos) {
      compiled->default_route = compiled->routes.size();
    } else {
      route.path = route.key.substr(space + 1);
      compiled->table.add({std::string_view(route.key).substr(0, space), route.path},
                          compiled->routes.size());
    }
    compiled->routes.push_back(std::move(route));
  }
  return compiled;
}

Status set_log(CompiledStage& stage, const std::optional<std::string>& destination,
               const std::optional<std::string>& format) {
  if (!destination || !format) return ok_status();
  stage.log_group = log_group_of(*destination);
  MR_ASSIGN(stage.log_format, AccessLogFormat::parse(*format));
  return ok_status();
}

Status compile_rest_stages(store::Reader& reader, CompiledApi& api) {
  MR_ASSIGN(auto rows,
            scan_rows<v1::GetStage>(reader, row_key(api.scope, Kind::kRestStage, {api.id})));
  std::map<std::string, std::shared_ptr<const CompiledRestDeployment>> deployments;
  for (const v1::Stage& row : rows) {
    CompiledStage stage{.name = *row.stage_name,
                        .deployment_id = row.deployment_id.value_or(""),
                        .variables = row.variables.value_or(StringMap()),
                        .traced = row.tracing_enabled.value_or(false)};
    if (row.access_log_settings) {
      MR_TRY(set_log(stage, row.access_log_settings->destination_arn,
                     row.access_log_settings->format));
    }
    if (row.method_settings) {
      auto all = row.method_settings->find("*/*");
      stage.detailed_metrics =
          all != row.method_settings->end() && all->second.metrics_enabled.value_or(false);
    }
    auto& deployment = deployments[stage.deployment_id];
    if (!deployment) {
      MR_ASSIGN(RestSnapshot snapshot,
                load_snapshot(reader, api.scope, {api.id, stage.deployment_id}));
      MR_ASSIGN(deployment, compile_rest(snapshot));
    }
    stage.rest = deployment;
    api.stages.emplace(stage.name, std::move(stage));
  }
  return ok_status();
}

Status compile_http_stages(store::Reader& reader, CompiledApi& api) {
  MR_ASSIGN(auto rows,
            scan_rows<v2::GetStage>(reader, row_key(api.scope, Kind::kHttpStage, {api.id})));
  std::map<std::string, std::shared_ptr<const CompiledHttpDeployment>> deployments;
  for (const HttpStage& row : rows) {
    CompiledStage stage{.name = *row.stage_name,
                        .deployment_id = row.deployment_id.value_or(""),
                        .variables = row.stage_variables.value_or(StringMap())};
    if (row.access_log_settings) {
      MR_TRY(set_log(stage, row.access_log_settings->destination_arn,
                     row.access_log_settings->format));
    }
    stage.detailed_metrics = row.default_route_settings &&
                             row.default_route_settings->detailed_metrics_enabled.value_or(false);
    if (!stage.deployment_id.empty()) {
      auto& deployment = deployments[stage.deployment_id];
      if (!deployment) {
        MR_ASSIGN(HttpSnapshot snapshot,
                  load_http_snapshot(reader, api.scope, {api.id, stage.deployment_id}));
        deployment = compile_http(snapshot);
      }
      stage.http = deployment;
    }
    api.stages.emplace(stage.name, std::move(stage));
  }
  return ok_status();
}

}  // namespace

Result<std::shared_ptr<const CompiledApi>> compile_api(store::Reader& reader,
                                                       std::string_view api_id,
                                                       const DirectoryEntry& entry) {
  auto api = std::make_shared<CompiledApi>();
  api->id = std::string(api_id);
  api->scope = entry.scope;
  api->is_http = entry.is_http;
  api->version = entry.version;
  if (entry.is_http)
    MR_TRY(compile_http_stages(reader, *api));
  else
    MR_TRY(compile_rest_stages(reader, *api));
  return std::shared_ptr<const CompiledApi>(std::move(api));
}

}  // namespace millrace::apigateway
