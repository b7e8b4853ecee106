#include "svc/dynamodb/legacy_read.h"

#include <fmt/format.h>

#include <set>

namespace millrace::dynamodb {

Result<expr::KeyCondition> read_key_conditions(const ConditionMap& conditions) {
  expr::KeyCondition out;
  for (const auto& [attribute, condition] : conditions) {
    MR_TRY(check_condition(condition, ValueLayer::kCurrent));
    expr::KeyTerm term{attribute, op_of(condition.comparison_operator), {}};
    if (condition.attribute_value_list) {
      for (const auto& value : *condition.attribute_value_list)
        term.values.push_back(&value);
    }
    out.terms.push_back(std::move(term));
  }
  if (out.terms.empty() || out.terms.size() > 2) {
    return validation("Conditions can be of length 1 or 2 only");
  }
  return out;
}

Result<expr::Projection> read_attributes_to_get(const std::vector<std::string>& attributes) {
  std::set<std::string_view> seen;
  std::vector<expr::Path> paths;
  for (const std::string& name : attributes) {
    if (!seen.insert(name).second) {
      return invalid_parameters(fmt::format("Duplicate value in attribute name: {}", name));
    }
    paths.push_back(expr::Path{{name}});
  }
  return expr::Projection::of_paths(paths);
}

}  // namespace millrace::dynamodb
