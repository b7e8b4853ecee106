#include "svc/dynamodb/legacy_update.h"

#include <fmt/format.h>

namespace millrace::dynamodb {

namespace api = aws::dynamodb;
using codec::AttributeValue;
using Type = AttributeValue::Type;
using Kind = expr::UpdateAction::Kind;

namespace {

bool is_set(const AttributeValue& value) {
  return value.is(Type::kSs) || value.is(Type::kNs) || value.is(Type::kBs);
}

Result<Kind> kind_of(const api::AttributeValueUpdate& update) {
  const std::string action = update.action.value_or("PUT");
  if (!update.value) {
    if (action == "DELETE") return Kind::kRemove;
    return invalid_parameters("Only DELETE action is allowed when no attribute value is specified");
  }
  const AttributeValue& value = *update.value;
  if (const auto* fault = value.invalid()) return invalid_value(*fault, ValueLayer::kCurrent);
  if (action == "PUT") return Kind::kSet;
  if (action == "DELETE") {
    if (is_set(value)) return Kind::kDelete;
    return invalid_parameters(fmt::format(
        "DELETE action with value is not supported for the type {}", value.type_name()));
  }
  if (is_set(value) || value.is(Type::kN) || value.is(Type::kL)) return Kind::kAdd;
  return invalid_parameters(
      fmt::format("ADD action is not supported for the type {}", value.type_name()));
}

}  // namespace

Result<expr::Update> read_attribute_updates(const AttributeUpdateMap& updates) {
  expr::Update out;
  out.origin = expr::UpdateOrigin::kAttributeUpdates;
  for (const auto& [attribute, update] : updates) {
    expr::UpdateAction action;
    MR_ASSIGN(action.kind, kind_of(update));
    action.path.elements.emplace_back(attribute);
    if (update.value) {
      action.value.kind = expr::UpdateValue::Kind::kValue;
      action.value.value = &*update.value;
    }
    out.actions.push_back(std::move(action));
  }
  return out;
}

}  // namespace millrace::dynamodb
