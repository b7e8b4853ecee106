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
  const auto expressions = given(parameters.expressions);
  auto legacy = given(parameters.legacy);
  // KeyConditions may stand beside expressions other than the one that took its place.
  if (std::ranges::find(expressions, "KeyConditionExpression") == expressions.end()) {
    std::erase(legacy, "KeyConditions");
  }
  if (legacy.empty() || expressions.empty()) return ok_status();
  return mixed_parameters(legacy, expressions);
}

// Values are only of use to an expression that takes them.
Status check_values_wanted(const ExpressionParameters& parameters) {
  for (const auto& expression : parameters.expressions) {
    if (expression.takes_values && expression.given) return ok_status();
  }
  std::string message = "ExpressionAttributeValues can only be specified when using expressions";
  if (parameters.layer == ValueLayer::kOlder) {
    std::vector<std::string_view> missing;
    for (const auto& expression : parameters.expressions) {
      if (expression.takes_values) missing.push_back(expression.parameter);
    }
    message +=
        fmt::format(": {} {} null", fmt::join(missing, " and "), missing.size() > 1 ? "are" : "is");
  }
  return validation(std::move(message));
}

Status check_expression_values(const codec::Item& values, ValueLayer layer) {
  for (const auto& [key, value] : values) {
    const auto* fault = value.invalid();
    if (fault == nullptr) continue;
    const bool wrapped =
        layer == ValueLayer::kOlder || fault->current.starts_with("Supplied AttributeValue");
    if (!wrapped) return invalid_value(*fault, layer);
    return validation(fmt::format("ExpressionAttributeValues contains invalid value: {} for key {}",
                                  invalid_value(*fault, layer).message(), key));
  }
  return check_values(values, layer);
}

}  // namespace

Error mixed_parameters(const std::vector<std::string_view>& legacy,
                       const std::vector<std::string_view>& expressions) {
  return validation(
      fmt::format("Can not use both expression and non-expression parameters in the same request: "
                  "Non-expression parameters: {{{}}} Expression parameters: {{{}}}",
                  fmt::join(legacy, ", "), fmt::join(expressions, ", ")));
}

Status check_parameters(const ExpressionParameters& parameters) {
  MR_TRY(check_legacy(parameters));
  const bool has_values = parameters.values != nullptr && parameters.values->has_value();
  if (parameters.names->has_value() && given(parameters.expressions).empty()) {
    return validation("ExpressionAttributeNames can only be specified when using expressions");
  }
  if (has_values) MR_TRY(check_values_wanted(parameters));
  MR_TRY(placeholders_of(parameters).check());
  if (has_values) MR_TRY(check_expression_values(**parameters.values, parameters.layer));
  return ok_status();
}

expr::Placeholders placeholders_of(const ExpressionParameters& parameters) {
  const bool has_values = parameters.values != nullptr && parameters.values->has_value();
  return expr::Placeholders(parameters.names->has_value() ? &**parameters.names : nullptr,
                            has_values ? &**parameters.values : nullptr);
}

}  // namespace millrace::dynamodb
