#include "svc/apigateway/stage_settings.h"

#include <fmt/format.h>

#include "svc/apigateway/access_log_format.h"

namespace millrace::apigateway {
namespace {

constexpr size_t kStageNameMax = 128;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "/~1pets/GET/metrics/enabled" and "/*/*/metrics/enabled" set "pets/GET" and "*/*".
v1::MethodSetting& setting_of(v1::Stage& stage, const Patch& patch) {
  std::string path = patch.path[0];
  if (path.starts_with('/')) path.erase(0, 1);
  if (!stage.method_settings) stage.method_settings.emplace();
  return (*stage.method_settings)[path + "/" + patch.path[1]];
}

PatchRule metrics_rule(v1::Stage& stage) {
  return {"/*/*/metrics/enabled", "replace", [&stage](const Patch& patch) -> Status {
            MR_ASSIGN(bool enabled, patch.boolean());
            setting_of(stage, patch).metrics_enabled = enabled;
            return ok_status();
          }};
}

// Taken only at the value that says "no": execution logs are not written.
PatchRule log_level_rule(v1::Stage& stage) {
  return {"/*/*/logging/loglevel", "replace", [&stage](const Patch& patch) -> Status {
            if (patch.value != "OFF") return not_supported("Execution logging (logging/loglevel)");
            setting_of(stage, patch).logging_level = "OFF";
            return ok_status();
          }};
}

PatchRule off_rule(std::string_view path, std::string_view what) {
  return {path, "replace remove", [what](const Patch& patch) -> Status {
            if (patch.removes() || patch.value == "false" || patch.value.empty())
              return ok_status();
            return not_supported(what);
          }};
}

PatchRule variable_rule(v1::Stage& stage) {
  return {"/variables/*", "add remove replace", [&stage](const Patch& patch) {
            if (!stage.variables) stage.variables.emplace();
            if (patch.removes())
              stage.variables->erase(patch.path[1]);
            else
              (*stage.variables)[patch.path[1]] = patch.value;
            return ok_status();
          }};
}

PatchRule access_log_rule(v1::Stage& stage) {
  return {"/accessLogSettings/*", "add replace", [&stage](const Patch& patch) -> Status {
            if (!stage.access_log_settings) stage.access_log_settings.emplace();
            if (patch.path[1] == "destinationArn") {
              stage.access_log_settings->destination_arn = patch.value;
            } else if (patch.path[1] == "format") {
              stage.access_log_settings->format = patch.value;
            } else {
              return bad_request(
                  fmt::format("Invalid patch path  '{}' specified for op '{}'. Must be "
                              "one of: [/accessLogSettings/destinationArn, "
                              "/accessLogSettings/format]",
                              patch.path_text, patch.op));
            }
            return ok_status();
          }};
}

}  // namespace

v1::Stage new_stage(const svc::Context& ctx, std::string name) {
  v1::Stage stage;
  stage.stage_name = std::move(name);
  stage.cache_cluster_enabled = false;
  stage.cache_cluster_status = "NOT_AVAILABLE";
  stage.method_settings.emplace();
  stage.tracing_enabled = false;
  stage.created_date = Instant::from_seconds(ctx.now().seconds());
  stage.last_updated_date = stage.created_date;
  return stage;
}

Status check_stage_name(const std::string& name) {
  bool valid = !name.empty() && name.size() <= kStageNameMax;
  for (char c : name)
    valid = valid && (is_word(c) || c == '-');
  return valid ? ok_status() : Status(bad_request("Stage name only allows a-zA-Z0-9_-"));
}

Status check_stage_variables(const std::optional<std::map<std::string, std::string>>& variables) {
  if (!variables) return ok_status();
  for (const auto& [name, value] : *variables) {
    for (char c : name) {
      if (!is_word(c)) {
        return bad_request(
            fmt::format("Invalid stage variable name: {}. Please use only alphanumeric "
                        "characters and underscores",
                        name));
      }
    }
    for (char c : value) {
      if (is_word(c) || std::string_view("-._~:/?#&=,").find(c) != std::string_view::npos) continue;
      return bad_request(
          fmt::format("Invalid stage variable value: {}. Please use values with "
                      "alphanumeric characters and the symbols -._~:/?#&=,",
                      value));
    }
  }
  return ok_status();
}

std::string log_group_of(std::string_view arn) {
  constexpr std::string_view kMarker = ":log-group:";
  size_t at = arn.find(kMarker);
  if (!arn.starts_with("arn:aws:logs:") || at == std::string_view::npos) return {};
  std::string_view name = arn.substr(at + kMarker.size());
  if (name.ends_with(":*")) name.remove_suffix(2);
  return std::string(name);
}

Status check_access_log(const std::optional<v1::AccessLogSettings>& settings) {
  if (!settings) return ok_status();
  if (settings->destination_arn) {
    if (settings->destination_arn->starts_with("arn:aws:firehose:")) {
      return not_supported("Access logs to Firehose");
    }
    if (log_group_of(*settings->destination_arn).empty()) {
      return bad_request("Invalid ARN specified in the request");
    }
  }
  if (!settings->format) return ok_status();
  auto format = AccessLogFormat::parse(*settings->format);
  return format.ok() ? ok_status() : Status(std::move(format).error());
}

std::vector<PatchRule> stage_rules(v1::Stage& stage) {
  return {
      text_rule("/deploymentId", stage.deployment_id),
      text_rule("/description", stage.description),
      flag_rule("/tracingEnabled", stage.tracing_enabled),
      variable_rule(stage),
      access_log_rule(stage),
      {"/accessLogSettings", "remove",
       [&stage](const Patch&) {
         stage.access_log_settings.reset();
         return ok_status();
       }},
      metrics_rule(stage),
      log_level_rule(stage),
      off_rule("/*/*/logging/dataTrace", "Execution logging (logging/dataTrace)"),
      off_rule("/*/*/caching/enabled", "caching/enabled"),
      off_rule("/cacheClusterEnabled", "cacheClusterEnabled"),
      off_rule("/*/*/throttling/rateLimit", "throttling/rateLimit"),
      off_rule("/*/*/throttling/burstLimit", "throttling/burstLimit"),
      {"/*/*", "remove",
       [&stage](const Patch& patch) {
         setting_of(stage, patch);
         std::string path =
             patch.path[0].starts_with('/') ? patch.path[0].substr(1) : patch.path[0];
         stage.method_settings->erase(path + "/" + patch.path[1]);
         return ok_status();
       }},
  };
}

}  // namespace millrace::apigateway
