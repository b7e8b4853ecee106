#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "expr/parser_base.h"
#include "expr/partiql.h"
#include "expr/partiql_cursor.h"

namespace millrace::expr {

namespace {

using codec::AttributeValue;
using Op = Condition::Op;
using Type = AttributeValue::Type;
using Kind = PartiqlTokenKind;

constexpr int kConditionDepthMax =
    100;  // of parentheses and NOT; a statement has 8,192 characters at most

Error validation(std::string message) {
  return Error("ValidationException", 400, std::move(message));
}

class PartiqlParser {
 public:
  PartiqlParser(std::vector<PartiqlToken> tokens, const std::vector<AttributeValue>& parameters)
      : in_(std::move(tokens), parameters), out_(std::make_unique<PartiqlStatement>()) {}

  Result<PartiqlPtr> parse() {
    MR_TRY(parse_statement());
    if (in_.token().kind != Kind::kEnd) return in_.unexpected();
    MR_TRY(in_.check_parameters());
    return std::move(out_);
  }

 private:
  Status parse_statement() {
    if (in_.take_word("SELECT")) return parse_select();
    if (in_.take_word("INSERT")) return parse_insert();
    if (in_.take_word("UPDATE")) return parse_update();
    if (in_.take_word("DELETE")) return parse_delete();
    return malformed_partiql("Expected data manipulation");
  }

  Status parse_select() {
    out_->kind = PartiqlKind::kSelect;
    if (!in_.take_symbol("*")) {
      do {
        MR_ASSIGN(Path path, in_.parse_path());
        out_->projection.push_back(std::move(path));
      } while (in_.take_symbol(","));
    }
    MR_TRY(in_.expect_word("FROM"));
    MR_TRY(parse_source());
    MR_TRY(parse_where());
    if (!in_.take_word("ORDER")) return ok_status();
    MR_TRY(in_.expect_word("BY"));
    do {
      PartiqlOrder order;
      MR_ASSIGN(order.attribute, in_.parse_name());
      order.descending = in_.take_word("DESC");
      if (!order.descending) (void)in_.take_word("ASC");
      out_->order.push_back(std::move(order));
    } while (in_.take_symbol(","));
    return ok_status();
  }

  // table or table.index
  Status parse_source() {
    MR_ASSIGN(out_->table, in_.parse_name());
    if (in_.take_symbol(".")) {
      MR_ASSIGN(out_->index, in_.parse_name());
    }
    if (in_.token().is_symbol(".")) {
      return validation("A path may contain at most 2 components in the FROM clause");
    }
    return ok_status();
  }

  Status parse_insert() {
    out_->kind = PartiqlKind::kInsert;
    MR_TRY(in_.expect_word("INTO"));
    MR_TRY(parse_source());
    MR_TRY(in_.expect_word("VALUE"));
    MR_ASSIGN(AttributeValue value, in_.parse_value());
    if (!value.is(Type::kM)) return validation("INSERT needs a tuple as its VALUE");
    out_->item = std::move(value.m());
    return ok_status();
  }

  Status parse_delete() {
    out_->kind = PartiqlKind::kDelete;
    MR_TRY(in_.expect_word("FROM"));
    MR_TRY(parse_source());
    MR_TRY(parse_where());
    return parse_returning();
  }

  Status parse_update() {
    out_->kind = PartiqlKind::kUpdate;
    MR_TRY(parse_source());
    while (in_.token().is_word("SET") || in_.token().is_word("REMOVE")) {
      const bool set = in_.token().is_word("SET");
      in_.advance();
      do {
        MR_TRY(set ? parse_set() : parse_remove());
      } while (in_.take_symbol(","));
    }
    if (out_->update.actions.empty()) return in_.unexpected();
    PathOverlaps overlaps;
    for (const UpdateAction& action : out_->update.actions) {
      if (auto found = overlaps.add(action.path)) return validation(std::move(found->message));
    }
    MR_TRY(parse_where());
    return parse_returning();
  }

  Status parse_remove() {
    UpdateAction action{UpdateAction::Kind::kRemove, {}, {}};
    MR_ASSIGN(action.path, in_.parse_path());
    out_->update.actions.push_back(std::move(action));
    return ok_status();
  }

  Status parse_set() {
    UpdateAction action;
    MR_ASSIGN(action.path, in_.parse_path());
    MR_TRY(in_.expect_symbol("="));
    const bool call = in_.token().kind == Kind::kWord && in_.token(1).is_symbol("(");
    if (call && (in_.token().is_word("set_add") || in_.token().is_word("set_delete"))) {
      MR_TRY(parse_set_function(action));
    } else {
      MR_ASSIGN(action.value, parse_sum());
    }
    out_->update.actions.push_back(std::move(action));
    return ok_status();
  }

  // SET path = set_add(path, <<…>>)
  Status parse_set_function(UpdateAction& action) {
    const bool add = in_.token().is_word("set_add");
    action.kind = add ? UpdateAction::Kind::kAdd : UpdateAction::Kind::kDelete;
    in_.advance();
    MR_TRY(in_.expect_symbol("("));
    MR_ASSIGN(Path path, in_.parse_path());
    if (!(path == action.path)) {
      return validation("The first operand of set_add and set_delete must be the path that is set");
    }
    MR_TRY(in_.expect_symbol(","));
    MR_ASSIGN(AttributeValue value, in_.parse_value());
    const bool is_set = value.is(Type::kSs) || value.is(Type::kNs) || value.is(Type::kBs);
    if (!is_set) {
      return validation(
          fmt::format("Incorrect operand type for operator or function; operator or "
                      "function: {}, operand type: {}",
                      add ? "set_add" : "set_delete", value.type_name()));
    }
    action.value.kind = UpdateValue::Kind::kValue;
    action.value.value = keep(std::move(value));
    return in_.expect_symbol(")");
  }

  // operand [(+|-) operand]
  Result<UpdateValue> parse_sum() {
    MR_ASSIGN(UpdateValue left, parse_update_operand());
    const bool plus = in_.token().is_symbol("+");
    if (!plus && !in_.token().is_symbol("-")) return left;
    in_.advance();
    MR_ASSIGN(UpdateValue right, parse_update_operand());
    UpdateValue sum;
    sum.kind = plus ? UpdateValue::Kind::kPlus : UpdateValue::Kind::kMinus;
    sum.operands.push_back(std::move(left));
    sum.operands.push_back(std::move(right));
    return sum;
  }

  Result<UpdateValue> parse_update_operand() {
    UpdateValue value;
    if (in_.at_value()) {
      MR_ASSIGN(AttributeValue literal, in_.parse_value());
      value.kind = UpdateValue::Kind::kValue;
      value.value = keep(std::move(literal));
      return value;
    }
    const bool call = in_.token().kind == Kind::kWord && in_.token(1).is_symbol("(");
    if (call) {
      if (!in_.take_word("list_append")) {
        return validation(fmt::format("Invalid function name; function: {}", in_.token().text));
      }
      MR_TRY(in_.expect_symbol("("));
      value.kind = UpdateValue::Kind::kListAppend;
      for (int i = 0; i < 2; ++i) {
        if (i > 0) MR_TRY(in_.expect_symbol(","));
        MR_ASSIGN(UpdateValue operand, parse_update_operand());
        value.operands.push_back(std::move(operand));
      }
      MR_TRY(in_.expect_symbol(")"));
      return value;
    }
    MR_ASSIGN(value.path, in_.parse_path());
    return value;
  }

  Status parse_returning() {
    if (!in_.take_word("RETURNING")) return ok_status();
    PartiqlReturning returning;
    returning.modified = in_.take_word("MODIFIED");
    if (!returning.modified) MR_TRY(in_.expect_word("ALL"));
    returning.is_new = in_.take_word("NEW");
    if (!returning.is_new) MR_TRY(in_.expect_word("OLD"));
    MR_TRY(in_.expect_symbol("*"));
    if (out_->kind == PartiqlKind::kDelete && (returning.modified || returning.is_new)) {
      return validation(
          fmt::format("Invalid returning clause: {}. Only RETURNING ALL OLD * is "
                      "allowed in DELETE statements.",
                      returning.to_string()));
    }
    out_->returning = returning;
    return ok_status();
  }

  Status parse_where() {
    if (!in_.take_word("WHERE")) return ok_status();
    MR_ASSIGN(out_->where, parse_or());
    return ok_status();
  }

  Result<Condition> parse_or() { return parse_chain("OR", Op::kOr); }

  Result<Condition> parse_chain(std::string_view keyword, Op op) {
    const auto next = [&]() -> Result<Condition> {
      return op == Op::kOr ? parse_chain("AND", Op::kAnd) : parse_not();
    };
    MR_ASSIGN(Condition first, next());
    if (!in_.token().is_word(keyword)) return first;
    Condition chain{op, {}, {}};
    chain.children.push_back(std::move(first));
    while (in_.take_word(keyword)) {
      MR_ASSIGN(Condition condition, next());
      chain.children.push_back(std::move(condition));
    }
    return chain;
  }

  static Condition negation(Condition condition) {
    Condition out{Op::kNot, {}, {}};
    out.children.push_back(std::move(condition));
    return out;
  }

  Result<Condition> parse_not() {
    if (++depth_ > kConditionDepthMax)
      return malformed_partiql("The statement is nested too deeply");
    const bool negated = in_.take_word("NOT");
    auto condition = negated ? parse_not() : parse_test();
    --depth_;
    if (!condition.ok() || !negated) return condition;
    return negation(std::move(*condition));
  }

  Result<Condition> parse_test() {
    if (in_.take_symbol("(")) {
      MR_ASSIGN(Condition condition, parse_or());
      MR_TRY(in_.expect_symbol(")"));
      return condition;
    }
    const bool call = in_.token().kind == Kind::kWord && in_.token(1).is_symbol("(");
    if (call && !in_.token().is_word("size")) return parse_function();
    MR_ASSIGN(Operand left, parse_operand());
    if (in_.take_word("IS")) return parse_is(std::move(left));
    const bool negated = in_.take_word("NOT");
    if (in_.take_word("BETWEEN")) return parse_between(std::move(left), negated);
    if (in_.take_word("IN")) return parse_in(std::move(left), negated);
    if (negated) return in_.unexpected();
    return parse_comparison(std::move(left));
  }

  Result<Condition> parse_comparison(Operand left) {
    constexpr std::array<std::pair<std::string_view, Op>, 7> kOps = {{{"=", Op::kEq},
                                                                      {"<>", Op::kNe},
                                                                      {"!=", Op::kNe},
                                                                      {"<", Op::kLt},
                                                                      {"<=", Op::kLe},
                                                                      {">", Op::kGt},
                                                                      {">=", Op::kGe}}};
    for (const auto& [symbol, op] : kOps) {
      if (!in_.take_symbol(symbol)) continue;
      MR_ASSIGN(Operand right, parse_operand());
      Condition condition{op, {}, {}};
      condition.operands.push_back(std::move(left));
      condition.operands.push_back(std::move(right));
      MR_TRY(check_ordered(condition));
      return condition;
    }
    return in_.unexpected();
  }

  // Only strings, numbers and binaries have an order.
  static Status check_ordered(const Condition& condition) {
    if (condition.op == Op::kEq || condition.op == Op::kNe) return ok_status();
    for (const Operand& operand : condition.operands) {
      if (operand.kind != Operand::Kind::kValue || operand.is_size) continue;
      const Type type = operand.value->type();
      if (type == Type::kS || type == Type::kN || type == Type::kB) continue;
      return validation(
          fmt::format("Incorrect operand type for operator or function; operator or "
                      "function: {}, operand type: {}",
                      op_name(condition.op), operand.value->type_name()));
    }
    return ok_status();
  }

  Result<Condition> parse_is(Operand left) {
    const bool negated = in_.take_word("NOT");
    Condition condition{Op::kAttributeNotExists, {}, {}};
    condition.operands.push_back(std::move(left));
    if (in_.take_word("NULL")) {
      condition.op = Op::kAttributeType;
      condition.operands.push_back(value_operand(AttributeValue::of_s("NULL")));
    } else {
      MR_TRY(in_.expect_word("MISSING"));
    }
    if (!negated) return condition;
    return negation(std::move(condition));
  }

  Result<Condition> parse_between(Operand left, bool negated) {  // NOLINT: part of the grammar
    Condition condition{Op::kBetween, {}, {}};
    condition.operands.push_back(std::move(left));
    MR_ASSIGN(Operand low, parse_operand());
    condition.operands.push_back(std::move(low));
    MR_TRY(in_.expect_word("AND"));
    MR_ASSIGN(Operand high, parse_operand());
    condition.operands.push_back(std::move(high));
    MR_TRY(check_ordered(condition));
    if (!negated) return condition;
    return negation(std::move(condition));
  }

  Result<Condition> parse_in(Operand left, bool negated) {  // NOLINT: part of the grammar
    Condition condition{Op::kIn, {}, {}};
    condition.operands.push_back(std::move(left));
    const bool bracket = in_.take_symbol("[");
    if (!bracket) MR_TRY(in_.expect_symbol("("));
    do {
      MR_ASSIGN(Operand operand, parse_operand());
      condition.operands.push_back(std::move(operand));
    } while (in_.take_symbol(","));
    MR_TRY(in_.expect_symbol(bracket ? "]" : ")"));
    if (!negated) return condition;
    return negation(std::move(condition));
  }

  Result<Condition> parse_function() {
    constexpr std::array<std::pair<std::string_view, Op>, 3> kFunctions = {
        {{"begins_with", Op::kBeginsWith},
         {"contains", Op::kContains},
         {"attribute_type", Op::kAttributeType}}};
    for (const auto& [name, op] : kFunctions) {
      if (!in_.take_word(name)) continue;
      MR_TRY(in_.expect_symbol("("));
      Condition condition{op, {}, {}};
      MR_ASSIGN(Operand subject, parse_operand());
      condition.operands.push_back(std::move(subject));
      MR_TRY(in_.expect_symbol(","));
      MR_ASSIGN(Operand argument, parse_operand());
      condition.operands.push_back(std::move(argument));
      MR_TRY(in_.expect_symbol(")"));
      return condition;
    }
    return validation(fmt::format("Invalid function name; function: {}", in_.token().text));
  }

  Result<Operand> parse_operand() {
    if (in_.at_value()) {
      MR_ASSIGN(AttributeValue value, in_.parse_value());
      return value_operand(std::move(value));
    }
    Operand operand;
    if (in_.token().is_word("size") && in_.token(1).is_symbol("(")) {
      in_.advance();
      in_.advance();
      operand.is_size = true;
      MR_ASSIGN(operand.path, in_.parse_path());
      MR_TRY(in_.expect_symbol(")"));
      return operand;
    }
    MR_ASSIGN(operand.path, in_.parse_path());
    return operand;
  }

  Operand value_operand(AttributeValue value) {
    return {Operand::Kind::kValue, false, {}, keep(std::move(value))};
  }

  const AttributeValue* keep(AttributeValue value) {
    return &out_->values.emplace_back(std::move(value));
  }

  PartiqlCursor in_;
  PartiqlPtr out_;
  int depth_ = 0;
};

}  // namespace

std::string PartiqlReturning::to_string() const {
  return fmt::format("RETURNING {} {} *", modified ? "MODIFIED" : "ALL", is_new ? "NEW" : "OLD");
}

Result<PartiqlPtr> parse_partiql(std::string_view text,
                                 const std::vector<AttributeValue>& parameters) {
  MR_ASSIGN(std::vector<PartiqlToken> tokens, tokenize_partiql(text));
  return PartiqlParser(std::move(tokens), parameters).parse();
}

}  // namespace millrace::expr
