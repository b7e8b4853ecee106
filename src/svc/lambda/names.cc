#include "svc/lambda/names.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "aws/lambda.h"

namespace millrace::lambda {
namespace {

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == text.npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

bool is_account(std::string_view text) {
  return text.size() == 12 && text.find_first_not_of("0123456789") == text.npos;
}

}  // namespace

Result<FunctionRef> parse_function_name(const svc::Scope& scope, std::string_view name,
                                        const std::optional<std::string>& qualifier) {
  FunctionRef ref{.scope = scope};
  std::vector<std::string_view> parts = split(name);
  if (parts.size() >= 7 && parts[0] == "arn" && parts[2] == "lambda" && parts[5] == "function") {
    if (parts[3] != scope.region) {
      return aws::lambda::errors::resource_not_found_exception(fmt::format(
          "Functions from '{}' are not reachable in this region ('{}')", parts[3], scope.region));
    }
    ref.scope.account = parts[4];
    parts.erase(parts.begin(), parts.begin() + 6);
  } else if (parts.size() >= 3 && is_account(parts[0]) && parts[1] == "function") {
    ref.scope.account = parts[0];
    parts.erase(parts.begin(), parts.begin() + 2);
  } else if (parts.size() >= 2 && parts[0] == "function") {
    parts.erase(parts.begin());
  }
  if (parts.size() > 2 || parts[0].empty()) {
    return aws::lambda::errors::invalid_parameter_value_exception(
        fmt::format("{} is not a valid function name", name));
  }
  ref.name = parts[0];
  if (parts.size() == 2) ref.qualifier = parts[1];
  if (qualifier && !qualifier->empty()) {
    if (!ref.qualifier.empty() && ref.qualifier != *qualifier) {
      return aws::lambda::errors::invalid_parameter_value_exception(
          "The derived qualifier from the function name does not match the specified qualifier.");
    }
    ref.qualifier = *qualifier;
  }
  return ref;
}

std::string function_arn(const svc::Scope& scope, std::string_view name,
                         std::string_view qualifier) {
  std::string arn =
      fmt::format("arn:aws:lambda:{}:{}:function:{}", scope.region, scope.account, name);
  if (!qualifier.empty()) arn.append(":").append(qualifier);
  return arn;
}

std::string function_arn(const FunctionRef& ref) {
  return function_arn(ref.scope, ref.name, ref.qualifier);
}

std::optional<uint64_t> version_number(std::string_view qualifier) {
  uint64_t number = 0;
  auto [end, ec] = std::from_chars(qualifier.data(), qualifier.data() + qualifier.size(), number);
  if (ec != std::errc() || end != qualifier.data() + qualifier.size()) return std::nullopt;
  return number;
}

}  // namespace millrace::lambda
