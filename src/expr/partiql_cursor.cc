#include "expr/partiql_cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace millrace::expr {

using codec::AttributeValue;
using Kind = PartiqlTokenKind;
using Type = AttributeValue::Type;

namespace {

Error validation(std::string_view message) {
  return Error("ValidationException", 400, std::string(message));
}

constexpr char kParameterCount[] = "Number of parameters in request and statement don't match.";

}  // namespace

bool PartiqlCursor::take_word(std::string_view keyword) {
  if (!token().is_word(keyword)) return false;
  advance();
  return true;
}

bool PartiqlCursor::take_symbol(std::string_view symbol) {
  if (!token().is_symbol(symbol)) return false;
  advance();
  return true;
}

Status PartiqlCursor::expect_word(std::string_view keyword) {
  if (!take_word(keyword)) return unexpected();
  return ok_status();
}

Status PartiqlCursor::expect_symbol(std::string_view symbol) {
  if (!take_symbol(symbol)) return unexpected();
  return ok_status();
}

Error PartiqlCursor::unexpected() const {
  if (token().kind == Kind::kEnd) return malformed_partiql("Unexpected end of statement");
  return malformed_partiql(fmt::format("Unexpected term: {}", token().text));
}

bool PartiqlCursor::at_name() const {
  return token().kind == Kind::kWord || token().kind == Kind::kQuoted;
}

bool PartiqlCursor::at_value() const {
  if (token().kind == Kind::kString || token().kind == Kind::kNumber) return true;
  if (token().is_word("TRUE") || token().is_word("FALSE") || token().is_word("NULL")) return true;
  for (std::string_view symbol : {"?", "[", "{", "<<"}) {
    if (token().is_symbol(symbol)) return true;
  }
  const bool sign = token().is_symbol("-") || token().is_symbol("+");
  return sign && token(1).kind == Kind::kNumber;
}

Result<std::string> PartiqlCursor::parse_name() {
  if (!at_name()) return unexpected();
  if (token().kind == Kind::kQuoted && token().text.empty()) {
    return validation("Path component cannot be an empty string");
  }
  std::string name = token().text;
  advance();
  return name;
}

Result<Path> PartiqlCursor::parse_path() {
  Path path;
  MR_ASSIGN(std::string head, parse_name());
  path.elements.emplace_back(std::move(head));
  for (;;) {
    if (take_symbol(".")) {
      MR_ASSIGN(std::string member, parse_name());
      path.elements.emplace_back(std::move(member));
    } else if (take_symbol("[")) {
      if (token().kind == Kind::kString) {  // a['b'] is a.b
        path.elements.emplace_back(token().text);
      } else {
        uint32_t index = 0;
        const std::string& digits = token().text;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
        if (token().kind != Kind::kNumber || !whole) return unexpected();
        path.elements.emplace_back(index);
      }
      advance();
      MR_TRY(expect_symbol("]"));
    } else {
      return path;
    }
  }
}

Status PartiqlCursor::enter() {
  if (++depth_ <= codec::kNestingLevelsMax) return ok_status();
  return validation(
      "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
      "beyond supported limit");
}

Result<AttributeValue> PartiqlCursor::parse_number(std::string_view sign) {
  const std::string text = std::string(sign) + token().text;
  advance();
  MR_ASSIGN(codec::Decimal number, codec::Decimal::parse(text));
  return AttributeValue::of_n(number);
}

Result<AttributeValue> PartiqlCursor::parse_value() {
  if (take_symbol("?")) {
    if (parameters_used_ == parameters_.size()) return validation(kParameterCount);
    const AttributeValue& parameter = parameters_[parameters_used_++];
    if (const auto* fault = parameter.invalid()) return validation(fault->current);
    return parameter;
  }
  if (token().kind == Kind::kString) {
    AttributeValue value = AttributeValue::of_s(token().text);
    advance();
    return value;
  }
  if (token().kind == Kind::kNumber) return parse_number("");
  if (token(1).kind == Kind::kNumber) {
    if (take_symbol("-")) return parse_number("-");
    if (take_symbol("+")) return parse_number("");
  }
  if (take_word("TRUE")) return AttributeValue::of_bool(true);
  if (take_word("FALSE")) return AttributeValue::of_bool(false);
  if (take_word("NULL")) return AttributeValue::of_null();
  if (take_symbol("[")) return parse_list("]");
  if (take_symbol("<<")) return parse_bag();
  if (take_symbol("{")) return parse_tuple();
  return unexpected();
}

Result<AttributeValue> PartiqlCursor::parse_list(std::string_view end) {
  MR_TRY(enter());
  AttributeValue::List list;
  if (!take_symbol(end)) {
    do {
      MR_ASSIGN(AttributeValue element, parse_value());
      list.push_back(std::move(element));
    } while (take_symbol(","));
    MR_TRY(expect_symbol(end));
  }
  --depth_;
  return AttributeValue::of_l(std::move(list));
}

// <<1, 2>>: a set of strings, numbers or binaries.
Result<AttributeValue> PartiqlCursor::parse_bag() {
  MR_ASSIGN(AttributeValue bag, parse_list(">>"));
  const AttributeValue::List& members = bag.l();
  if (members.empty()) {
    return validation("One or more parameter values were invalid: An empty set is not allowed");
  }
  for (const AttributeValue& member : members) {
    if (member.type() == members[0].type()) continue;
    return validation("Set contains values of different types");
  }
  std::vector<std::string> texts;
  std::vector<codec::Decimal> numbers;
  for (const AttributeValue& member : members) {
    switch (member.type()) {
      case Type::kS: texts.push_back(member.s()); break;
      case Type::kB: texts.push_back(member.b()); break;
      case Type::kN: numbers.push_back(member.n()); break;
      default: return validation("Unsupported type of set member");
    }
  }
  const size_t given = members.size();
  const auto distinct = [&](AttributeValue set, size_t size) -> Result<AttributeValue> {
    if (size == given) return set;
    return validation(
        "One or more parameter values were invalid: Input collection contains "
        "duplicates.");
  };
  if (members[0].is(Type::kN)) {
    AttributeValue set = AttributeValue::of_ns(std::move(numbers));
    const size_t size = set.ns().size();
    return distinct(std::move(set), size);
  }
  const bool strings = members[0].is(Type::kS);
  AttributeValue set =
      strings ? AttributeValue::of_ss(std::move(texts)) : AttributeValue::of_bs(std::move(texts));
  const size_t size = strings ? set.ss().size() : set.bs().size();
  return distinct(std::move(set), size);
}

Result<AttributeValue> PartiqlCursor::parse_tuple() {
  MR_TRY(enter());
  codec::Item item;
  if (!take_symbol("}")) {
    do {
      if (token().kind != Kind::kString && token().kind != Kind::kQuoted) return unexpected();
      std::string name = token().text;
      advance();
      MR_TRY(expect_symbol(":"));
      MR_ASSIGN(AttributeValue value, parse_value());
      item.insert_or_assign(std::move(name), std::move(value));
    } while (take_symbol(","));
    MR_TRY(expect_symbol("}"));
  }
  --depth_;
  return AttributeValue::of_m(std::move(item));
}

Status PartiqlCursor::check_parameters() const {
  if (parameters_used_ != parameters_.size()) return validation(kParameterCount);
  return ok_status();
}

}  // namespace millrace::expr
