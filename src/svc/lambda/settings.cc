#include "svc/lambda/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/hash.h"
#include "sandbox/function_host.h"
#include "svc/credentials.h"
#include "svc/lambda/limits.h"

namespace millrace::lambda {
namespace {

Error invalid(std::string message) {
  return api::errors::invalid_parameter_value_exception(std::move(message));
}

// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html: reserved for the
// runtime.
constexpr std::array<std::string_view, 19> kReservedNames = {"_HANDLER",
                                                             "_X_AMZN_TRACE_ID",
                                                             "AWS_DEFAULT_REGION",
                                                             "AWS_REGION",
                                                             "AWS_EXECUTION_ENV",
                                                             "AWS_LAMBDA_FUNCTION_NAME",
                                                             "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                                                             "AWS_LAMBDA_FUNCTION_VERSION",
                                                             "AWS_LAMBDA_INITIALIZATION_TYPE",
                                                             "AWS_LAMBDA_LOG_GROUP_NAME",
                                                             "AWS_LAMBDA_LOG_STREAM_NAME",
                                                             "AWS_ACCESS_KEY",
                                                             "AWS_ACCESS_KEY_ID",
                                                             "AWS_SECRET_ACCESS_KEY",
                                                             "AWS_SESSION_TOKEN",
                                                             "AWS_LAMBDA_RUNTIME_API",
                                                             "LAMBDA_TASK_ROOT",
                                                             "LAMBDA_RUNTIME_DIR",
                                                             "AWS_SECRET_KEY"};

Status check_environment(const std::map<std::string, std::string>& variables) {
  std::string reserved;
  size_t bytes = 2;
  for (const auto& [name, value] : variables) {
    bytes += name.size() + value.size() + 6;
    if (std::find(kReservedNames.begin(), kReservedNames.end(), name) != kReservedNames.end()) {
      reserved += (reserved.empty() ? "" : ", ") + name;
    }
  }
  if (!reserved.empty()) {
    return invalid(
        "Lambda was unable to configure your environment variables because the environment "
        "variables "
        "you have provided contains reserved keys that are currently not supported for "
        "modification. "
        "Reserved keys used in this request: " +
        reserved);
  }
  if (bytes > limits::kEnvironmentBytesMax) {
    return invalid(
        "Lambda was unable to configure your environment variables because the environment "
        "variables "
        "you have provided exceeded the 4KB limit.");
  }
  return ok_status();
}

Status refuse_what_we_lack(const Settings& s) {
  if (s.vpc_config &&
      ((s.vpc_config->subnet_ids && !s.vpc_config->subnet_ids->empty()) ||
       (s.vpc_config->security_group_ids && !s.vpc_config->security_group_ids->empty()))) {
    return unsupported("VpcConfig");
  }
  if (s.dead_letter_config && !s.dead_letter_config->target_arn.value_or("").empty()) {
    return unsupported("DeadLetterConfig");
  }
  if (s.file_system_configs && !s.file_system_configs->empty())
    return unsupported("FileSystemConfigs");
  if (s.image_config) return unsupported("ImageConfig");
  if (s.kms_key_arn && !s.kms_key_arn->empty()) return unsupported("KMSKeyArn");
  if (s.snap_start && s.snap_start->apply_on.value_or("None") != "None")
    return unsupported("SnapStart");
  if (s.has_capacity_provider) return unsupported("CapacityProviderConfig");
  if (s.has_durable_config) return unsupported("DurableConfig");
  if (s.layers && !s.layers->empty()) return unsupported("Layers");
  if (s.logging_config && s.logging_config->log_format.value_or("Text") != "Text") {
    return unsupported("LoggingConfig.LogFormat JSON");
  }
  return ok_status();
}

struct Bounds {
  std::string_view name;
  int64_t min;
  int64_t max;
};

// As the model's own constraints are refused; botocore's model lacks the upper bounds.
Status check_bounds(const std::optional<int64_t>& value, const Bounds& bounds) {
  if (!value || (*value >= bounds.min && *value <= bounds.max)) return ok_status();
  bool is_small = *value < bounds.min;
  return Error("ValidationException", 400,
               fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                           "constraint: Member must have value {} than or equal to {}",
                           *value, bounds.name, is_small ? "greater" : "less",
                           is_small ? bounds.min : bounds.max));
}

Status check_ranges(const Settings& s) {
  MR_TRY(check_bounds(s.timeout, {"timeout", 1, limits::kTimeoutSecondsMax}));
  MR_TRY(check_bounds(s.memory_size, {"memorySize", limits::kMemoryMbMin, limits::kMemoryMbMax}));
  if (s.ephemeral_storage && (s.ephemeral_storage->size < limits::kEphemeralMbMin ||
                              s.ephemeral_storage->size > limits::kEphemeralMbMax)) {
    return invalid(fmt::format("EphemeralStorage.Size must be between {} and {} MB",
                               limits::kEphemeralMbMin, limits::kEphemeralMbMax));
  }
  if (s.description && s.description->size() > limits::kDescriptionCharactersMax) {
    return invalid("Description is longer than 256 characters");
  }
  return ok_status();
}

Status check_role(svc::Context& ctx, const std::string& role) {
  if (ctx.ports().role_sessions == nullptr) return ok_status();
  Status trusted = ctx.ports().role_sessions->check_trust(ctx.txn(), role, "lambda.amazonaws.com");
  if (trusted.ok()) return ok_status();
  return invalid("The role defined for the function cannot be assumed by Lambda.");
}

}  // namespace

Error unsupported(std::string_view what) {
  return invalid(fmt::format("{} is not supported by Millrace", what));
}

Result<std::vector<std::string>> usable_architectures(
    const std::optional<std::vector<std::string>>& given, const std::string& runtime) {
  if (!given || given->empty()) return std::vector<std::string>{"x86_64"};
  if (given->size() > 1) {
    return invalid("Architectures must hold exactly one of x86_64 and arm64");
  }
#if defined(__aarch64__)
  constexpr std::string_view kOurs = "arm64";
#else
  constexpr std::string_view kOurs = "x86_64";
#endif
  // Interpreted code runs on either; a program runs on its own only.
  if (runtime.starts_with("provided") && given->front() != kOurs) {
    return invalid(fmt::format("This machine is {}: it cannot run a {} function built for {}",
                               kOurs, runtime, given->front()));
  }
  return *given;
}

Status apply_settings(svc::Context& ctx, const Settings& s, api::FunctionConfiguration& config) {
  MR_TRY(refuse_what_we_lack(s));
  MR_TRY(check_ranges(s));
  if (s.role) {
    if (config.role != s.role) MR_TRY(check_role(ctx, *s.role));
    config.role = s.role;
  }
  if (s.runtime) {
    if (ctx.ports().function_host) MR_TRY(ctx.ports().function_host->check_runtime(*s.runtime));
    config.runtime = s.runtime;
    config.runtime_version_config = api::RuntimeVersionConfig{
        .runtime_version_arn = fmt::format("arn:aws:lambda:{}::runtime:{}", ctx.region(),
                                           hex_encode(sha256(*s.runtime)))};
  }
  if (s.handler) config.handler = s.handler;
  if (s.description) config.description = s.description;
  if (s.timeout) config.timeout = s.timeout;
  if (s.memory_size) config.memory_size = s.memory_size;
  if (s.environment) {
    auto variables = s.environment->variables.value_or(std::map<std::string, std::string>());
    MR_TRY(check_environment(variables));
    config.environment.reset();
    if (!variables.empty()) config.environment = api::EnvironmentResponse{.variables = variables};
  }
  if (s.tracing_config) {
    config.tracing_config =
        api::TracingConfigResponse{.mode = s.tracing_config->mode.value_or("PassThrough")};
  }
  if (s.ephemeral_storage) config.ephemeral_storage = s.ephemeral_storage;
  if (s.logging_config && s.logging_config->log_group) {
    config.logging_config->log_group = s.logging_config->log_group;
  }
  return ok_status();
}

}  // namespace millrace::lambda
