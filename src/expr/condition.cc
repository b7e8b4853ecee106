#include "expr/condition.h"

#include <algorithm>
#include <optional>

namespace millrace::expr {

namespace {

using codec::AttributeValue;
using codec::Decimal;
using codec::Item;
using Op = Condition::Op;
using Type = AttributeValue::Type;

// Characters of UTF-8 text do not count here: AWS's size() of a string is its length in bytes.
std::optional<size_t> size_of(const AttributeValue& value) {
  switch (value.type()) {
    case Type::kS: return value.s().size();
    case Type::kB: return value.b().size();
    case Type::kSs: return value.ss().size();
    case Type::kNs: return value.ns().size();
    case Type::kBs: return value.bs().size();
    case Type::kM: return value.m().size();
    case Type::kL: return value.l().size();
    default: return std::nullopt;
  }
}

// An operand's value in one item: a view where it can be, its own where size() made it.
class Resolved {
 public:
  Resolved(const Operand& operand, const Item& item) {
    value_ = operand.kind == Operand::Kind::kPath ? find(item, operand.path) : operand.value;
    if (!operand.is_size || value_ == nullptr) return;
    const auto size = size_of(*value_);
    value_ = nullptr;
    if (size) {
      size_ = AttributeValue::of_n(Decimal(static_cast<int64_t>(*size)));
      value_ = &size_;
    }
  }
  Resolved(const Resolved&) = delete;
  Resolved& operator=(const Resolved&) = delete;

  const AttributeValue* get() const { return value_; }

 private:
  const AttributeValue* value_;
  AttributeValue size_;
};

bool compare_holds(Op op, const AttributeValue* a, const AttributeValue* b) {
  const bool equal = a != nullptr && b != nullptr && *a == *b;
  if (op == Op::kEq) return equal;
  if (op == Op::kNe) return !equal;
  if (a == nullptr || b == nullptr) return false;
  const auto order = codec::compare(*a, *b);
  if (!order) return false;
  switch (op) {
    case Op::kLt: return *order < 0;
    case Op::kLe: return *order <= 0;
    case Op::kGt: return *order > 0;
    default: return *order >= 0;
  }
}

bool begins_with(const AttributeValue& value, const AttributeValue& prefix) {
  if (value.type() != prefix.type()) return false;
  if (value.is(Type::kS)) return value.s().starts_with(prefix.s());
  return value.is(Type::kB) && value.b().starts_with(prefix.b());
}

bool contains(const AttributeValue& value, const AttributeValue& part) {
  switch (value.type()) {
    case Type::kS: return part.is(Type::kS) && value.s().find(part.s()) != std::string::npos;
    case Type::kB: return part.is(Type::kB) && value.b().find(part.b()) != std::string::npos;
    case Type::kSs: return part.is(Type::kS) && std::ranges::binary_search(value.ss(), part.s());
    case Type::kNs: return part.is(Type::kN) && std::ranges::binary_search(value.ns(), part.n());
    case Type::kBs: return part.is(Type::kB) && std::ranges::binary_search(value.bs(), part.b());
    case Type::kL: return std::ranges::find(value.l(), part) != value.l().end();
    default: return false;
  }
}

bool matches_operands(const Condition& condition, const Item& item) {
  const auto& operands = condition.operands;
  const Resolved first(operands[0], item);
  const AttributeValue* a = first.get();
  if (condition.op == Op::kAttributeExists) return a != nullptr;
  if (condition.op == Op::kAttributeNotExists) return a == nullptr;
  if (condition.op == Op::kIn) {
    return std::any_of(operands.begin() + 1, operands.end(), [&](const Operand& operand) {
      return compare_holds(Op::kEq, a, Resolved(operand, item).get());
    });
  }
  const Resolved second(operands[1], item);
  const AttributeValue* b = second.get();
  switch (condition.op) {
    case Op::kBetween:
      return compare_holds(Op::kGe, a, b) &&
             compare_holds(Op::kLe, a, Resolved(operands[2], item).get());
    case Op::kAttributeType:
      return a != nullptr && b != nullptr && b->is(Type::kS) && a->type_name() == b->s();
    case Op::kBeginsWith: return a != nullptr && b != nullptr && begins_with(*a, *b);
    case Op::kContains: return a != nullptr && b != nullptr && contains(*a, *b);
    default: return compare_holds(condition.op, a, b);
  }
}

}  // namespace

std::string_view op_name(Op op) {
  switch (op) {
    case Op::kAnd: return "AND";
    case Op::kOr: return "OR";
    case Op::kNot: return "NOT";
    case Op::kEq: return "=";
    case Op::kNe: return "<>";
    case Op::kLt: return "<";
    case Op::kLe: return "<=";
    case Op::kGt: return ">";
    case Op::kGe: return ">=";
    case Op::kBetween: return "BETWEEN";
    case Op::kIn: return "IN";
    case Op::kAttributeExists: return "attribute_exists";
    case Op::kAttributeNotExists: return "attribute_not_exists";
    case Op::kAttributeType: return "attribute_type";
    case Op::kBeginsWith: return "begins_with";
    case Op::kContains: return "contains";
  }
  return "";
}

bool matches(const Condition& condition, const Item& item) {
  const auto holds = [&](const Condition& child) { return matches(child, item); };
  switch (condition.op) {
    case Op::kAnd: return std::ranges::all_of(condition.children, holds);
    case Op::kOr: return std::ranges::any_of(condition.children, holds);
    case Op::kNot: return !matches(condition.children[0], item);
    default: return matches_operands(condition, item);
  }
}

void for_each_path(const Condition& condition, const std::function<void(const Path&)>& visit) {
  for (const auto& child : condition.children)
    for_each_path(child, visit);
  for (const auto& operand : condition.operands) {
    if (operand.kind == Operand::Kind::kPath) visit(operand.path);
  }
}

}  // namespace millrace::expr
