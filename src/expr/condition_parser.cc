#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/encoding.h"
#include "codec/attribute_value.h"
#include "expr/condition.h"
#include "expr/parser_base.h"

namespace millrace::expr {

namespace {

using codec::AttributeValue;
using Op = Condition::Op;
using Type = AttributeValue::Type;

struct Function {
  std::string_view name;
  size_t operands;
  Op op;  // kAnd for size, which is no condition
};

constexpr Function kFunctions[] = {
    {"attribute_exists", 1, Op::kAttributeExists},
    {"attribute_not_exists", 1, Op::kAttributeNotExists},
    {"attribute_type", 2, Op::kAttributeType},
    {"begins_with", 2, Op::kBeginsWith},
    {"contains", 2, Op::kContains},
    {"size", 1, Op::kAnd},
};

constexpr std::string_view kUpdateFunctions[] = {"if_not_exists", "list_append"};
constexpr size_t kInOperandsMax = 100;

bool is_type_name(std::string_view name) {
  constexpr std::string_view kNames[] = {"S", "SS", "N", "NS", "B", "BS", "BOOL", "NULL", "L", "M"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

// An operand, a condition, or a function call that may turn out to be misplaced.
struct Term {
  std::optional<Operand> operand;
  std::optional<Condition> condition;
  std::string_view function;  // the outermost, when the term is a call
  bool in_parentheses = false;
};

class ConditionParser : ParserBase {
 public:
  ConditionParser(std::string_view parameter, std::string_view text, Placeholders& placeholders)
      : ParserBase(parameter, text, placeholders) {}

  Result<Condition> parse() {
    MR_TRY(check_text());
    MR_ASSIGN(Term term, parse_or());
    MR_TRY(require_condition(term));
    MR_TRY(expect_end());
    MR_TRY(check_faults());
    return std::move(*term.condition);
  }

 private:
  Result<Term> parse_or() { return parse_chain("OR", Op::kOr); }

  // and-terms joined by OR, or not-terms joined by AND.
  Result<Term> parse_chain(std::string_view keyword, Op op) {
    const auto next = [&]() { return op == Op::kOr ? parse_chain("AND", Op::kAnd) : parse_not(); };
    MR_ASSIGN(Term first, next());
    if (!is_keyword(token(), keyword)) return first;
    Condition chain{op, {}, {}};
    MR_TRY(require_condition(first));
    chain.children.push_back(std::move(*first.condition));
    while (is_keyword(token(), keyword)) {
      advance();
      MR_TRY(count_operator());
      MR_ASSIGN(Term term, next());
      MR_TRY(require_condition(term));
      chain.children.push_back(std::move(*term.condition));
    }
    return condition_term(std::move(chain));
  }

  Result<Term> parse_not() {
    if (!is_keyword(token(), "NOT")) return parse_comparison();
    advance();
    MR_TRY(count_operator());
    MR_TRY(enter());
    MR_ASSIGN(Term term, parse_not());
    --depth_;
    MR_TRY(require_condition(term));
    Condition negation{Op::kNot, {}, {}};
    negation.children.push_back(std::move(*term.condition));
    return condition_term(std::move(negation));
  }

  Result<Term> parse_comparison() {
    MR_ASSIGN(Term left, parse_primary());
    const bool may_compare = left.operand.has_value() || !left.function.empty();
    if (!may_compare) return left;
    if (auto op = comparator()) {
      advance();
      MR_ASSIGN(Term right, parse_operand());
      return comparison(*op, std::move(left), std::move(right));
    }
    if (is_keyword(token(), "BETWEEN")) return parse_between(std::move(left));
    if (is_keyword(token(), "IN")) return parse_in(std::move(left));
    // A function that is a condition by itself, or an operand whose use the caller decides.
    if (left.condition) finish_condition();
    return left;
  }

  Result<Term> comparison(Op op, Term left, Term right) {
    MR_TRY(count_operator());
    check_not_function(left);
    check_not_function(right);
    Condition condition{op, {}, {}};
    condition.operands.push_back(operand_of(std::move(left)));
    condition.operands.push_back(operand_of(std::move(right)));
    check_distinct(op_name(op), condition.operands);
    if (op != Op::kEq && op != Op::kNe) check_ordered(op, condition.operands);
    finish_condition();
    return condition_term(std::move(condition));
  }

  Result<Term> parse_between(Term subject) {
    advance();
    MR_TRY(count_operator());
    MR_ASSIGN(Term low, parse_operand());
    if (!is_keyword(token(), "AND")) return syntax();
    advance();
    MR_ASSIGN(Term high, parse_operand());
    for (const Term* term : {&subject, &low, &high})
      check_not_function(*term);
    Condition condition{Op::kBetween, {}, {}};
    for (Term* term : {&subject, &low, &high}) {
      condition.operands.push_back(operand_of(std::move(*term)));
    }
    check_ordered(Op::kBetween, condition.operands);
    check_bounds(condition.operands[1], condition.operands[2]);
    finish_condition();
    return condition_term(std::move(condition));
  }

  Result<Term> parse_in(Term subject) {
    advance();
    MR_TRY(count_operator());
    check_not_function(subject);
    Condition condition{Op::kIn, {}, {}};
    condition.operands.push_back(operand_of(std::move(subject)));
    MR_TRY(expect_symbol("("));
    do {
      MR_ASSIGN(Term term, parse_operand());
      check_not_function(term);
      condition.operands.push_back(operand_of(std::move(term)));
    } while (take_symbol(","));
    MR_TRY(expect_symbol(")"));
    if (condition.operands.size() - 1 > kInOperandsMax) {
      fault(Fault::kOperands,
            fmt::format("The IN operator is provided with too many operands; number of operands: "
                        "{}",
                        condition.operands.size() - 1));
    }
    finish_condition();
    return condition_term(std::move(condition));
  }

  // What stands left of a comparator: parentheses here may hold a whole condition.
  Result<Term> parse_primary() {
    if (!at_symbol("(")) return parse_simple();
    advance();
    MR_TRY(enter());
    MR_ASSIGN(Term term, parse_or());
    --depth_;
    if (!term.condition && !at_symbol(")")) return syntax();
    MR_TRY(expect_symbol(")"));
    return parenthesized(std::move(term));
  }

  Result<Term> parse_operand() {
    if (!at_symbol("(")) return parse_simple();
    advance();
    MR_TRY(enter());
    MR_ASSIGN(Term term, parse_operand());
    --depth_;
    MR_TRY(expect_symbol(")"));
    return parenthesized(std::move(term));
  }

  Result<Term> parse_simple() {
    if (token().kind == TokenKind::kValue) {
      Operand operand{Operand::Kind::kValue, false, {}, parse_value()};
      return operand_term(std::move(operand));
    }
    if (token().kind == TokenKind::kIdentifier) {
      for (std::string_view keyword : {"AND", "OR", "NOT", "BETWEEN", "IN"}) {
        if (is_keyword(token(), keyword)) return syntax();
      }
      if (token_behind().kind == TokenKind::kSymbol && token_behind().text == "(") {
        return parse_function();
      }
    } else if (token().kind != TokenKind::kName) {
      return syntax();
    }
    MR_ASSIGN(Path path, parse_path());
    return operand_term(Operand{Operand::Kind::kPath, false, std::move(path), nullptr});
  }

  Result<Term> parse_function() {
    const std::string_view name = token().text;
    advance();
    advance();
    MR_TRY(count_operator());
    MR_TRY(enter());
    std::vector<Operand> operands;
    do {
      MR_ASSIGN(Term argument, parse_operand());
      check_not_function(argument);
      operands.push_back(operand_of(std::move(argument)));
    } while (take_symbol(","));
    --depth_;
    MR_TRY(expect_symbol(")"));
    return call(name, std::move(operands));
  }

  Result<Term> call(std::string_view name, std::vector<Operand> operands) {
    Term term;
    term.function = name;
    const auto* function = std::ranges::find(kFunctions, name, &Function::name);
    if (function == std::end(kFunctions)) {
      const bool update = std::ranges::find(kUpdateFunctions, name) != std::end(kUpdateFunctions);
      fault(Fault::kUnknownFunction,
            fmt::format("{}; function: {}",
                        update ? "The function is not allowed in a condition expression"
                               : "Invalid function name",
                        name));
      term.condition = Condition{};
      return term;
    }
    if (operands.size() != function->operands) {
      fault(Fault::kOperands,
            fmt::format("Incorrect number of operands for operator or function; operator or "
                        "function: {}, number of operands: {}",
                        name, operands.size()));
      operands.resize(function->operands);
    } else {
      check_distinct(name, operands);
      check_function_operands(name, operands);
    }
    if (name == "size") {
      term.operand = std::move(operands[0]);
      term.operand->is_size = true;
    } else {
      term.condition = Condition{function->op, {}, std::move(operands)};
    }
    return term;
  }

  void check_function_operands(std::string_view name, const std::vector<Operand>& operands) {
    const auto type_of = [](const Operand& operand) { return static_type(operand); };
    if (name == "attribute_exists" || name == "attribute_not_exists") {
      if (operands[0].kind != Operand::Kind::kPath || operands[0].is_size) {
        fault(Fault::kFunction, fmt::format("Operator or function requires a document path; "
                                            "operator or function: {}",
                                            name));
      }
    } else if (name == "begins_with") {
      for (const Operand& operand : operands) {
        const auto type = type_of(operand);
        if (type && *type != Type::kS && *type != Type::kB) {
          return operand_type_fault(name, AttributeValue::type_name(*type));
        }
      }
    } else if (name == "size") {
      const auto type = type_of(operands[0]);
      if (type && (*type == Type::kN || *type == Type::kBool || *type == Type::kNull)) {
        operand_type_fault(name, AttributeValue::type_name(*type));
      }
    } else if (name == "attribute_type") {
      check_type_operand(operands[1]);
    }
  }

  void check_type_operand(const Operand& operand) {
    const auto type = static_type(operand);
    if (!type) {
      if (operand.kind == Operand::Kind::kPath) {
        operand_type_fault("attribute_type",
                           "{S,SS,N,NS,B,BS,BOOL,NULL,L,M,HD,DOUBLE,FLOAT,HDS,FS,DOUBLESET,DICT,"
                           "DECIMAL,INT,DECIMALSET,INTSET}");
      }
    } else if (*type != Type::kS) {
      operand_type_fault("attribute_type", AttributeValue::type_name(*type));
    } else if (!is_type_name(operand.value->s())) {
      fault(Fault::kFunction,
            fmt::format("Invalid attribute type name found; type: {}, valid types: "
                        "{{S,SS,N,NS,B,BS,BOOL,NULL,L,M}}",
                        operand.value->s()));
    }
  }

  // The type known without an item; nothing for paths.
  static std::optional<Type> static_type(const Operand& operand) {
    if (operand.is_size) return Type::kN;
    if (operand.kind != Operand::Kind::kValue || operand.value == nullptr) return std::nullopt;
    return operand.value->type();
  }

  void operand_type_fault(std::string_view name, std::string_view type) {
    fault(Fault::kFunction, fmt::format("Incorrect operand type for operator or function; operator "
                                        "or function: {}, operand type: {}",
                                        name, type));
  }

  // Only S, N and B have an order.
  void check_ordered(Op op, const std::vector<Operand>& operands) {
    for (const Operand& operand : operands) {
      const auto type = static_type(operand);
      if (type && *type != Type::kS && *type != Type::kN && *type != Type::kB) {
        return operand_type_fault(op_name(op), AttributeValue::type_name(*type));
      }
    }
  }

  static std::string describe(const AttributeValue& value) {
    const std::string text = value.is(Type::kN)   ? value.n().to_string()
                             : value.is(Type::kB) ? base64_encode(value.b())
                             : value.is(Type::kS) ? value.s()
                                                  : std::string();
    return fmt::format("AttributeValue: {{{}:{}}}", value.type_name(), text);
  }

  void check_bounds(const Operand& low, const Operand& high) {
    if (low.value == nullptr || high.value == nullptr || low.is_size || high.is_size) return;
    std::string_view what;
    if (low.value->type() != high.value->type()) {
      what = "requires same data type for lower and upper bounds";
    } else if (compare(*low.value, *high.value) == std::strong_ordering::greater) {
      what = "requires upper bound to be greater than or equal to lower bound";
    } else {
      return;
    }
    fault(Fault::kFunction,
          fmt::format("The BETWEEN operator {}; lower bound operand: {}, upper bound operand: {}",
                      what, describe(*low.value), describe(*high.value)));
  }

  void check_distinct(std::string_view name, const std::vector<Operand>& operands) {
    if (operands.size() != 2) return;
    for (const Operand& operand : operands) {
      if (operand.kind != Operand::Kind::kPath || operand.is_size) return;
    }
    if (!(operands[0].path == operands[1].path)) return;
    fault(Fault::kDistinct,
          fmt::format("The first operand must be distinct from the remaining operands for this "
                      "operator or function; operator: {}, first operand: {}",
                      name, operands[0].path.to_string()));
  }

  // Only size() may stand where an operand is wanted.
  void check_not_function(const Term& term) {
    if (!term.function.empty() && term.function != "size") misused(term.function);
  }

  void misused(std::string_view function) {
    fault(Fault::kMisusedFunction,
          fmt::format("The function is not allowed to be used this way in an expression; function: "
                      "{}",
                      function));
  }

  Status require_condition(Term& term) {
    if (term.condition) return ok_status();
    if (term.function.empty()) return syntax();
    misused(term.function);
    term.condition = Condition{};
    return ok_status();
  }

  // Faults inside one condition rank by kind; between conditions the first one counts.
  void finish_condition() {
    if (has_fault(Fault::kCondition)) return;
    for (Fault kind : {Fault::kUndefined, Fault::kOperands, Fault::kDistinct, Fault::kFunction}) {
      if (has_fault(kind)) return fault(Fault::kCondition, *slot(kind));
    }
  }

  Term parenthesized(Term term) {
    if (term.in_parentheses) {
      fault(Fault::kParentheses, "The expression has redundant parentheses;");
    }
    term.in_parentheses = true;
    if (term.condition) term.function = {};  // no longer the call itself
    return term;
  }

  std::optional<Op> comparator() const {
    for (Op op : {Op::kEq, Op::kNe, Op::kLt, Op::kLe, Op::kGt, Op::kGe}) {
      if (at_symbol(op_name(op))) return op;
    }
    return std::nullopt;
  }

  static Operand operand_of(Term term) {
    return term.operand ? std::move(*term.operand) : Operand{};
  }
  static Term condition_term(Condition condition) {
    Term term;
    term.condition = std::move(condition);
    return term;
  }
  static Term operand_term(Operand operand) {
    Term term;
    term.operand = std::move(operand);
    return term;
  }

  Status enter() {
    if (++depth_ <= kDepthMax) return ok_status();
    return invalid("The expression has redundant parentheses;");
  }

  int depth_ = 0;
};

}  // namespace

Result<Condition> parse_condition(std::string_view parameter, std::string_view text,
                                  Placeholders& placeholders) {
  return ConditionParser(parameter, text, placeholders).parse();
}

}  // namespace millrace::expr
