// What a function can be configured with: the members that CreateFunction and
// UpdateFunctionConfiguration share, checked and laid into a FunctionConfiguration.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "svc/lambda/records.h"

namespace millrace::lambda {

struct Settings {
  std::optional<std::string> role, handler, description, runtime, kms_key_arn;
  std::optional<int64_t> timeout, memory_size;
  std::optional<api::VpcConfig> vpc_config;
  std::optional<api::Environment> environment;
  std::optional<api::DeadLetterConfig> dead_letter_config;
  std::optional<api::TracingConfig> tracing_config;
  std::optional<std::vector<std::string>> layers;
  std::optional<std::vector<api::FileSystemConfig>> file_system_configs;
  std::optional<api::ImageConfig> image_config;
  std::optional<api::EphemeralStorage> ephemeral_storage;
  std::optional<api::SnapStart> snap_start;
  std::optional<api::LoggingConfig> logging_config;
  bool has_capacity_provider = false;
  bool has_durable_config = false;
};

template <class Request>
Settings settings_of(const Request& in) {
  Settings s;
  s.role = in.role;
  s.handler = in.handler;
  s.description = in.description;
  s.runtime = in.runtime;
  s.kms_key_arn = in.kms_key_arn;
  s.timeout = in.timeout;
  s.memory_size = in.memory_size;
  s.vpc_config = in.vpc_config;
  s.environment = in.environment;
  s.dead_letter_config = in.dead_letter_config;
  s.tracing_config = in.tracing_config;
  s.layers = in.layers;
  s.file_system_configs = in.file_system_configs;
  s.image_config = in.image_config;
  s.ephemeral_storage = in.ephemeral_storage;
  s.snap_start = in.snap_start;
  s.logging_config = in.logging_config;
  s.has_capacity_provider = in.capacity_provider_config.has_value();
  s.has_durable_config = in.durable_config.has_value();
  return s;
}

// Errors: InvalidParameterValueException, in AWS's words, for what is wrong; the same naming what
// Millrace does not have.
Status apply_settings(svc::Context& ctx, const Settings& settings,
                      api::FunctionConfiguration& config);

// A member that we do not have was given: "VpcConfig is not supported by Millrace".
Error unsupported(std::string_view what);

// Architectures as given, or x86_64.
Result<std::vector<std::string>> usable_architectures(
    const std::optional<std::vector<std::string>>& given, const std::string& runtime);

}  // namespace millrace::lambda
