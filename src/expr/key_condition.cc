#include "expr/key_condition.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace::expr {

namespace {

using Op = Condition::Op;

Error validation(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

Error invalid_condition(std::string_view message) {
  return validation(fmt::format("Invalid condition in KeyConditionExpression: {}", message));
}

// The operator as seen from the other side.
Op mirrored(Op op) {
  switch (op) {
    case Op::kLt: return Op::kGt;
    case Op::kLe: return Op::kGe;
    case Op::kGt: return Op::kLt;
    case Op::kGe: return Op::kLe;
    default: return op;
  }
}

Status check_operator(const Condition& condition) {
  switch (condition.op) {
    case Op::kOr:
    case Op::kNot:
    case Op::kIn:
    case Op::kNe:
    case Op::kAttributeExists:
    case Op::kAttributeNotExists:
    case Op::kAttributeType:
    case Op::kContains:
      return validation(fmt::format("Invalid operator used in KeyConditionExpression: {}",
                                    op_name(condition.op)));
    default: break;
  }
  for (const Operand& operand : condition.operands) {
    if (operand.is_size) {
      return validation("KeyConditionExpressions cannot contain nested operations");
    }
  }
  return ok_status();
}

Result<KeyTerm> to_term(const Condition& condition) {
  const auto& operands = condition.operands;
  const bool attribute_first = operands[0].kind == Operand::Kind::kPath;
  if (!attribute_first && (condition.op == Op::kBetween || condition.op == Op::kBeginsWith)) {
    return invalid_condition(fmt::format(
        "{} operator must have the key attribute as its first operand", op_name(condition.op)));
  }
  const Path* path = nullptr;
  KeyTerm term{"", attribute_first ? condition.op : mirrored(condition.op), {}};
  for (const Operand& operand : operands) {
    if (operand.kind == Operand::Kind::kValue) {
      term.values.push_back(operand.value);
      continue;
    }
    if (path != nullptr) {
      return invalid_condition("Multiple attribute names used in one condition");
    }
    if (operand.path.is_nested()) {
      return validation("KeyConditionExpressions cannot have conditions on nested attributes");
    }
    path = &operand.path;
  }
  if (path == nullptr) return invalid_condition("No key attribute specified");
  term.name = path->head();
  return term;
}

Status collect(const Condition& condition, KeyCondition& out) {
  MR_TRY(check_operator(condition));
  if (condition.op == Op::kAnd) {
    for (const Condition& child : condition.children)
      MR_TRY(collect(child, out));
    return ok_status();
  }
  MR_ASSIGN(KeyTerm term, to_term(condition));
  if (std::ranges::find(out.terms, term.name, &KeyTerm::name) != out.terms.end()) {
    return validation(
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition "
        "per key");
  }
  out.terms.push_back(std::move(term));
  return ok_status();
}

}  // namespace

Result<KeyCondition> parse_key_condition(std::string_view text, Placeholders& placeholders) {
  MR_ASSIGN(Condition condition, parse_condition("KeyConditionExpression", text, placeholders));
  KeyCondition result;
  MR_TRY(collect(condition, result));
  return result;
}

}  // namespace millrace::expr
