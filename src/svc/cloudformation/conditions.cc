// Conditions and rules: the boolean part of Resolver.
#include <fmt/format.h>

#include <algorithm>

#include "svc/cloudformation/resolver.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

std::string comparable(const Json& value) {
  if (const std::string* text = value.as_string()) return *text;
  return value.dump();
}

bool contains(const std::vector<Json>& list, const Json& value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& element) { return comparable(element) == comparable(value); });
}

}  // namespace

Status Resolver::evaluate_conditions() {
  for (const auto& [name, expression] : *template_.conditions.as_object()) {
    MR_TRY(named_condition(name));
  }
  return ok_status();
}

bool Resolver::holds(const std::string& condition) const {
  if (condition.empty()) return true;
  auto it = conditions_.find(condition);
  return it != conditions_.end() && it->second;
}

Result<bool> Resolver::named_condition(const std::string& name) {
  if (auto known = conditions_.find(name); known != conditions_.end()) return known->second;
  const Json* expression = template_.conditions.find(name);
  if (expression == nullptr) {
    return validation_error(
        fmt::format("Template error: unresolved condition dependency {}", name));
  }
  if (std::find(evaluating_.begin(), evaluating_.end(), name) != evaluating_.end()) {
    return validation_error(
        fmt::format("Template format error: Circular dependency between conditions: [{}]", name));
  }
  if (evaluating_.size() >= kConditionDepthMax) {
    return validation_error(
        fmt::format("Template format error: condition {} is nested too deep", name));
  }
  evaluating_.push_back(name);
  auto value = evaluate_condition(*expression);
  evaluating_.pop_back();
  if (value.ok()) conditions_[name] = *value;
  return value;
}

Result<bool> Resolver::evaluate_condition(const Json& expression) {
  const Json::Object* object = expression.as_object();
  if (object == nullptr || object->size() != 1) {
    const bool* literal = expression.as_bool();
    if (literal != nullptr) return *literal;
    return validation_error("Template format error: Every Conditions member must be a condition.");
  }
  const auto& [name, argument] = object->front();
  if (name == "Condition") {
    if (!argument.is_string()) {
      return validation_error("Template format error: Condition must be a string.");
    }
    return named_condition(*argument.as_string());
  }
  const Json::Array* parts = argument.as_array();
  auto arity = [&](size_t min, size_t max) -> Status {
    if (parts != nullptr && parts->size() >= min && parts->size() <= max) return ok_status();
    return validation_error(fmt::format(
        "Template error: {} requires a list argument with {} to {} elements", name, min, max));
  };
  if (name == "Fn::Equals") {
    MR_TRY(arity(2, 2));
    MR_ASSIGN(Value left, resolve((*parts)[0]));
    MR_ASSIGN(Value right, resolve((*parts)[1]));
    if (!left || !right) return left.has_value() == right.has_value();
    return comparable(*left) == comparable(*right);
  }
  if (name == "Fn::Not") {
    MR_TRY(arity(1, 1));
    MR_ASSIGN(bool inner, evaluate_condition((*parts)[0]));
    return !inner;
  }
  if (name == "Fn::And" || name == "Fn::Or") {
    MR_TRY(arity(1, 10));
    bool is_and = name == "Fn::And";
    bool result = is_and;
    for (const Json& part : *parts) {
      MR_ASSIGN(bool one, evaluate_condition(part));
      result = is_and ? result && one : result || one;
    }
    return result;
  }
  if (name == "Fn::Contains") {
    MR_TRY(arity(2, 2));
    MR_ASSIGN(auto list, resolve_list((*parts)[0]));
    MR_ASSIGN(Value value, resolve((*parts)[1]));
    return value && contains(list, *value);
  }
  if (name == "Fn::EachMemberIn") {
    MR_TRY(arity(2, 2));
    MR_ASSIGN(auto members, resolve_list((*parts)[0]));
    MR_ASSIGN(auto list, resolve_list((*parts)[1]));
    return std::all_of(members.begin(), members.end(),
                       [&](const Json& member) { return contains(list, member); });
  }
  if (name == "Fn::EachMemberEquals") {
    MR_TRY(arity(2, 2));
    MR_ASSIGN(auto members, resolve_list((*parts)[0]));
    MR_ASSIGN(Value value, resolve((*parts)[1]));
    return value && std::all_of(members.begin(), members.end(), [&](const Json& member) {
             return comparable(member) == comparable(*value);
           });
  }
  return validation_error(
      fmt::format("Template error: {} is not supported by Millrace in a condition", name));
}

Status Resolver::check_rules() {
  for (const auto& [name, rule] : *template_.rules.as_object()) {
    if (const Json* when = rule.find("RuleCondition")) {
      MR_ASSIGN(bool applies, evaluate_condition(*when));
      if (!applies) continue;
    }
    const Json* assertions = rule.find("Assertions");
    if (assertions == nullptr || !assertions->is_array()) {
      return validation_error(
          fmt::format("Template format error: Rule {} must contain Assertions", name));
    }
    for (const Json& assertion : *assertions->as_array()) {
      const Json* claim = assertion.find("Assert");
      if (claim == nullptr) {
        return validation_error(fmt::format(
            "Template format error: Rule {} contains an assertion without Assert", name));
      }
      MR_ASSIGN(bool holds_here, evaluate_condition(*claim));
      if (holds_here) continue;
      std::string_view said = assertion.get_string("AssertDescription");
      return validation_error(said.empty() ? fmt::format("Rule {} is not satisfied", name)
                                           : std::string(said));
    }
  }
  return ok_status();
}

}  // namespace millrace::cloudformation
