#include "svc/cloudformation/parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include <algorithm>
#include <charconv>

#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
constexpr size_t kParameterBytesMax = 4096;

std::vector<std::string> split_commas(const std::string& text) {
  std::vector<std::string> parts;
  size_t start = 0;
  while (true) {
    size_t comma = text.find(',', start);
    std::string part = text.substr(start, comma == std::string::npos ? comma : comma - start);
    size_t first = part.find_first_not_of(' ');
    size_t last = part.find_last_not_of(' ');
    parts.push_back(first == std::string::npos ? "" : part.substr(first, last - first + 1));
    if (comma == std::string::npos) return parts;
    start = comma + 1;
  }
}

std::optional<double> to_number(const std::string& text) {
  double value = 0;
  auto r = std::from_chars(text.data(), text.data() + text.size(), value);
  if (r.ec != std::errc() || r.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Error refuse(const ParameterDeclaration& declaration, std::string standard) {
  if (!declaration.constraint_description.empty()) {
    return validation_error(fmt::format("Parameter {} failed to satisfy constraint: {}",
                                        declaration.name, declaration.constraint_description));
  }
  return validation_error(std::move(standard));
}

Status check_one(const ParameterDeclaration& declaration, const std::string& value) {
  const std::string& name = declaration.name;
  const auto& allowed = declaration.allowed_values;
  if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
    return refuse(declaration, fmt::format("Parameter '{}' must be one of AllowedValues", name));
  }
  if (declaration.allowed_pattern) {
    re2::RE2 pattern(*declaration.allowed_pattern, re2::RE2::Quiet);
    if (!pattern.ok()) {
      return validation_error(
          fmt::format("Template error: AllowedPattern of parameter {} cannot be read", name));
    }
    if (!re2::RE2::FullMatch(value, pattern)) {
      return refuse(declaration, fmt::format("Parameter '{}' must match pattern {}", name,
                                             *declaration.allowed_pattern));
    }
  }
  auto length = static_cast<double>(value.size());
  if (declaration.min_length && length < *declaration.min_length) {
    return refuse(declaration, fmt::format("Parameter '{}' must contain at least {} characters",
                                           name, *declaration.min_length));
  }
  if (declaration.max_length && length > *declaration.max_length) {
    return refuse(declaration, fmt::format("Parameter '{}' must contain at most {} characters",
                                           name, *declaration.max_length));
  }
  if (declaration.type == "Number" || declaration.type == "List<Number>") {
    auto number = to_number(value);
    if (!number) {
      return validation_error(fmt::format("Parameter '{}' must be a number.", name));
    }
    if (declaration.min_value && *number < *declaration.min_value) {
      return refuse(declaration, fmt::format("Parameter '{}' must be a number not less than {}",
                                             name, *declaration.min_value));
    }
    if (declaration.max_value && *number > *declaration.max_value) {
      return refuse(declaration, fmt::format("Parameter '{}' must be a number not greater than {}",
                                             name, *declaration.max_value));
    }
  }
  return ok_status();
}

Status check_value(const ParameterDeclaration& declaration, const std::string& value) {
  if (value.size() > kParameterBytesMax) {
    return validation_error(fmt::format("Parameter '{}' is longer than {} bytes", declaration.name,
                                        kParameterBytesMax));
  }
  if (!declaration.is_list() || (declaration.type == "CommaDelimitedList" && value.empty())) {
    return check_one(declaration, value);
  }
  for (const std::string& part : split_commas(value))
    MR_TRY(check_one(declaration, part));
  return ok_status();
}

}  // namespace

Result<ParameterValues> decide_parameters(const Template& tmpl, const ParameterSources& sources) {
  std::map<std::string, const GivenParameter*> given;
  std::vector<std::string> unknown;
  for (const GivenParameter& parameter : sources.given) {
    if (tmpl.find_parameter(parameter.key) == nullptr) unknown.push_back(parameter.key);
    if (parameter.value && parameter.use_previous) {
      return validation_error(fmt::format(
          "Invalid input for parameter key {}. Cannot specify usePreviousValue as true and "
          "non empty value for a parameter",
          parameter.key));
    }
    if (!given.emplace(parameter.key, &parameter).second) {
      return validation_error(fmt::format("Duplicate parameter: {}", parameter.key));
    }
  }
  if (!unknown.empty()) {
    return validation_error(
        fmt::format("Parameters: [{}] do not exist in the template", fmt::join(unknown, ", ")));
  }
  ParameterValues values;
  std::vector<std::string> missing;
  for (const ParameterDeclaration& declaration : tmpl.parameters) {
    auto it = given.find(declaration.name);
    ParameterValue value;
    if (it != given.end() && it->second->use_previous) {
      auto previous = sources.previous.find(declaration.name);
      if (previous == sources.previous.end()) {
        return validation_error(fmt::format(
            "Invalid input for parameter key {}. Cannot specify usePreviousValue as true for a "
            "parameter key not in the previous template",
            declaration.name));
      }
      value.given = previous->second.given;
    } else if (it != given.end() && it->second->value) {
      value.given = *it->second->value;
    } else if (declaration.default_value) {
      value.given = *declaration.default_value;
    } else {
      missing.push_back(declaration.name);
      continue;
    }
    MR_TRY(check_value(declaration, value.given));
    value.resolved = value.given;
    if (declaration.is_ssm()) {
      MR_ASSIGN(value.resolved, sources.read_ssm(value.given));
    }
    values[declaration.name] = std::move(value);
  }
  if (!missing.empty()) {
    return validation_error(
        fmt::format("Parameters: [{}] must have values", fmt::join(missing, ", ")));
  }
  return values;
}

Json ref_value(const ParameterDeclaration& declaration, const ParameterValue& value) {
  bool list = declaration.is_list() ||
              declaration.type.starts_with("AWS::SSM::Parameter::Value<List<") ||
              declaration.type == "AWS::SSM::Parameter::Value<CommaDelimitedList>";
  if (!list) return Json(value.resolved);
  Json array = Json::array();
  for (std::string& part : split_commas(value.resolved))
    array.push(Json(std::move(part)));
  return array;
}

}  // namespace millrace::cloudformation
