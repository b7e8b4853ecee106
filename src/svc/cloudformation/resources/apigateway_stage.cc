#include <fmt/format.h>

#include "aws/apigateway.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/gateway_tags.h"
#include "svc/cloudformation/resources/patch.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-stage.html
namespace {

namespace api = aws::apigateway;
using codec::Json;

constexpr const aws::Operation* kCreate = &api::CreateStage::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "RestApiId",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "StageName",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .need = Need::kRequired},
    {.name = "DeploymentId", .operation = kCreate, .need = Need::kRequired},
    {.name = "Description", .operation = kCreate},
    {.name = "Variables", .operation = kCreate},
    {.name = "TracingEnabled", .operation = kCreate},
    {.name = "AccessLogSetting", .nested = "DestinationArn,Format"},
    {.name = "MethodSettings",
     .nested = "HttpMethod,ResourcePath,LoggingLevel,MetricsEnabled,DataTraceEnabled,"
               "ThrottlingBurstLimit,ThrottlingRateLimit,CachingEnabled,CacheTtlInSeconds,"
               "CacheDataEncrypted"},
    {.name = "Tags", .nested = "Key,Value"},
};

std::string escaped(std::string path) {
  std::string out;
  for (char c : path)
    out += c == '/' ? "~1" : c == '~' ? "~0" : std::string(1, c);
  return out;
}

// "/~1notes~1{id}/GET".
std::string method_path(const Json& setting) {
  std::string resource(setting.get_string("ResourcePath", "/*"));
  std::string method(setting.get_string("HttpMethod", "*"));
  if (resource == "/*" && method == "*") return "/*/*";
  return fmt::format("/{}/{}", escaped(resource), method);
}

void remove_method_settings(const Json& properties, Patch& patch) {
  const Json* settings = properties.find("MethodSettings");
  if (settings == nullptr || !settings->is_array()) return;
  for (const Json& setting : *settings->as_array())
    patch.add("remove", method_path(setting), "");
}

// "/~1notes~1{id}/GET/logging/loglevel" and the like.
void add_method_settings(const Json& properties, Patch& patch) {
  static constexpr std::pair<const char*, const char*> kPaths[] = {
      {"LoggingLevel", "logging/loglevel"},
      {"MetricsEnabled", "metrics/enabled"},
      {"DataTraceEnabled", "logging/dataTrace"},
      {"ThrottlingBurstLimit", "throttling/burstLimit"},
      {"ThrottlingRateLimit", "throttling/rateLimit"},
      {"CachingEnabled", "caching/enabled"},
      {"CacheTtlInSeconds", "caching/ttlInSeconds"},
      {"CacheDataEncrypted", "caching/dataEncrypted"},
  };
  const Json* settings = properties.find("MethodSettings");
  if (settings == nullptr || !settings->is_array()) return;
  for (const Json& setting : *settings->as_array()) {
    std::string prefix = method_path(setting) + "/";
    for (const auto& [name, path] : kPaths) {
      const Json* value = setting.find(name);
      if (value != nullptr) patch.add("replace", prefix + path, Patch::text(*value));
    }
  }
}

Status patch_stage(ResourceStep& step, Patch& patch) {
  const Json* log = step.properties.find("AccessLogSetting");
  if (patch.changed("AccessLogSetting") && log == nullptr) {
    patch.add("remove", "/accessLogSettings", "");
  } else if (patch.changed("AccessLogSetting")) {
    for (const auto& [name, path] :
         {std::pair{"DestinationArn", "/accessLogSettings/destinationArn"},
          std::pair{"Format", "/accessLogSettings/format"}}) {
      if (log->find(name) != nullptr) patch.add("replace", path, Patch::text(*log->find(name)));
    }
  }
  if (patch.changed("MethodSettings")) {
    remove_method_settings(patch.before(), patch);
    add_method_settings(step.properties, patch);
  }
  if (patch.empty()) return ok_status();
  api::UpdateStageRequest input{.rest_api_id = step.text("RestApiId"),
                                .stage_name = step.text("StageName")};
  input.patch_operations = patch.operations<api::PatchOperation>();
  MR_TRY(step.ctx.call<api::UpdateStage>(input));
  return ok_status();
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<api::CreateStage>(step));
  put_tags(step, input);
  MR_TRY(step.ctx.call<api::CreateStage>(input));
  Json nothing = Json::object();
  Patch patch(nothing, step.properties);
  MR_TRY(patch_stage(step, patch));
  return ResourceState{.physical_id = input.stage_name};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  Patch patch(before.properties, step.properties);
  patch.value("DeploymentId", "/deploymentId").value("Description", "/description");
  patch.value("TracingEnabled", "/tracingEnabled");
  patch.entries("Variables", "/variables/");
  MR_TRY(patch_stage(step, patch));
  MR_TRY((change_gateway_tags<api::TagResource, api::UntagResource>(
      step, before, "/restapis/" + step.text("RestApiId") + "/stages/" + before.physical_id)));
  return ResourceState{.physical_id = before.physical_id};
}

}  // namespace

const ResourceType kApiGatewayStage = {
    .name = "AWS::ApiGateway::Stage",
    .properties = kProperties,
    .tagging = Tagging::kStackAndSystem,
    .create = create,
    .update = update,
    .remove = remove_by<api::DeleteStage, &api::DeleteStage::Input::stage_name>};

}  // namespace millrace::cloudformation
