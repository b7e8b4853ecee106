// What the expression parameters of item operations have in common: which may stand together, their
// placeholders, and the order of AWS's checks.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/attribute_value.h"
#include "expr/placeholders.h"
#include "svc/dynamodb/errors.h"

namespace millrace::dynamodb {

// The parameters of one request (or of one action of a transaction). Borrows the request.
struct ExpressionParameters {
  struct Expression {
    std::string_view parameter;  // "ConditionExpression"
    bool given;
    bool takes_values;  // may use :values (all but projections)
  };
  struct Legacy {
    std::string_view parameter;  // "Expected"
    bool given;
  };
  std::vector<Expression> expressions;
  std::vector<Legacy> legacy;
  const std::optional<std::map<std::string, std::string>>* names;
  const std::optional<codec::Item>* values;  // null: the operation has none
  ValueLayer layer = ValueLayer::kCurrent;
};

// That legacy parameters and expressions are not mixed, and that names and values come with an
// expression, are well formed and allowed. Bare wording.
Status check_parameters(const ExpressionParameters& parameters);

// "Can not use both expression and non-expression parameters in the same request: …"
Error mixed_parameters(const std::vector<std::string_view>& legacy,
                       const std::vector<std::string_view>& expressions);

expr::Placeholders placeholders_of(const ExpressionParameters& parameters);

template <class Optional>
ExpressionParameters::Legacy legacy(std::string_view parameter, const Optional& value) {
  return {parameter, value.has_value()};
}

}  // namespace millrace::dynamodb
