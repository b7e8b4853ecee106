#include "svc/dynamodb/expressions.h"

#include <fmt/format.h>

#include <algorithm>

#include "svc/dynamodb/item_key.h"

namespace millrace::dynamodb {

namespace {

std::vector<std::string_view> given(const auto& parameters) {
  std::vector<std::string_view> names;
  for (const auto& parameter : parameters) {
    if (parameter.given) names.push_back(parameter.parameter);
  }
  return names;
}

Status check_legacy(const ExpressionParameters& parameters) {
  const auto legacy = given(parameters.legacy);
  if (legacy.empty()) return ok_status();
  const auto expressions = given(parameters.expressions);
  if (expressions.empty()) return not_supported(legacy[0]);
  return validation(
      fmt::format("Can not use both expression and non-expression parameters in the same request: "
                  "Non-expression parameters: {{{}}} Expression parameters: {{{}}}",
                  fmt::join(legacy, ", "), fmt::join(expressions, ", ")));
}

// Values are only of use to an expression that takes them.
Status check_values_wanted(const ExpressionParameters& parameters) {
  for (const auto& expression : parameters.expressions) {
    if (expression.takes_values && expression.given) return ok_status();
  }
  return validation("ExpressionAttributeValues can only be specified when using expressions");
}

Status check_expression_values(const codec::Item& values) {
  for (const auto& [key, value] : values) {
    if (const std::string* message = value.invalid_message()) {
      if (!message->starts_with("Supplied AttributeValue")) return validation(*message);
      return validation(fmt::format(
          "ExpressionAttributeValues contains invalid value: {} for key {}", *message, key));
    }
  }
  return check_values(values);
}

}  // namespace

Status check_parameters(const ExpressionParameters& parameters) {
  MR_TRY(check_legacy(parameters));
  const bool has_values = parameters.values != nullptr && parameters.values->has_value();
  if (parameters.names->has_value() && given(parameters.expressions).empty()) {
    return validation("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (has_values) MR_TRY(check_values_wanted(parameters));
  MR_TRY(placeholders_of(parameters).check());
  if (has_values) MR_TRY(check_expression_values(**parameters.values));
  return ok_status();
}

expr::Placeholders placeholders_of(const ExpressionParameters& parameters) {
  const bool has_values = parameters.values != nullptr && parameters.values->has_value();
  return expr::Placeholders(parameters.names->has_value() ? &**parameters.names : nullptr,
                            has_values ? &**parameters.values : nullptr);
}

}  // namespace millrace::dynamodb
