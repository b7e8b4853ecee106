#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "expr/parser_base.h"
#include "expr/update.h"

namespace millrace::expr {

namespace {

using codec::AttributeValue;
using Type = AttributeValue::Type;
using ActionKind = UpdateAction::Kind;
using ValueKind = UpdateValue::Kind;

constexpr std::string_view kConditionFunctions[] = {"attribute_exists", "attribute_not_exists",
                                                    "attribute_type",   "begins_with",
                                                    "contains",         "size"};

std::optional<ActionKind> section_of(const Token& token) {
  if (is_keyword(token, "SET")) return ActionKind::kSet;
  if (is_keyword(token, "REMOVE")) return ActionKind::kRemove;
  if (is_keyword(token, "ADD")) return ActionKind::kAdd;
  if (is_keyword(token, "DELETE")) return ActionKind::kDelete;
  return std::nullopt;
}

constexpr std::string_view kSectionNames[] = {"SET", "REMOVE", "ADD", "DELETE"};

// Type names of ADD's and DELETE's message.
std::string_view long_type_name(Type type) {
  switch (type) {
    case Type::kS: return "STRING";
    case Type::kN: return "NUMBER";
    case Type::kB: return "BINARY";
    case Type::kNull: return "NULL";
    case Type::kBool: return "BOOLEAN";
    case Type::kL: return "LIST";
    case Type::kM: return "MAP";
    default: return "SET";
  }
}

bool is_set(Type type) { return type == Type::kSs || type == Type::kNs || type == Type::kBs; }

class UpdateParser : ParserBase {
 public:
  UpdateParser(std::string_view text, Placeholders& placeholders)
      : ParserBase("UpdateExpression", text, placeholders) {
    undefined_value_fault_ = Fault::kUndefinedValue;
  }

  Result<Update> parse() {
    MR_TRY(check_text());
    Update update;
    bool seen[4] = {};
    do {
      const auto section = section_of(token());
      if (!section) return syntax();
      advance();
      MR_TRY(parse_section(*section, update));
      bool& already = seen[static_cast<size_t>(*section)];
      if (already) {
        fault(Fault::kSection,
              fmt::format("The \"{}\" section can only be used once in an update expression;",
                          kSectionNames[static_cast<size_t>(*section)]));
      }
      already = true;
    } while (token().kind != TokenKind::kEnd);
    MR_TRY(check_faults());
    return update;
  }

 private:
  Status parse_section(ActionKind kind, Update& update) {
    do {
      if (token().kind != TokenKind::kIdentifier && token().kind != TokenKind::kName) {
        return syntax();
      }
      if (section_of(token()) && !is_path_continued()) return syntax();
      UpdateAction action{kind, {}, {}};
      MR_ASSIGN(action.path, parse_path());
      if (kind == ActionKind::kSet) {
        MR_TRY(expect_symbol("="));
        MR_ASSIGN(action.value, parse_sum());
      } else if (kind != ActionKind::kRemove) {
        MR_TRY(parse_delta(action));
      }
      if (auto found = overlaps_.add(action.path)) fault(found->kind, std::move(found->message));
      update.actions.push_back(std::move(action));
    } while (take_symbol(","));
    return ok_status();
  }

  // "SET set = :v": a section's name may be an attribute, reserved though it is, where '=' and such
  // follow; so that the fault names the reserved word.
  bool is_path_continued() const { return token_behind().kind == TokenKind::kSymbol; }

  // ADD and DELETE take a :value.
  Status parse_delta(UpdateAction& action) {
    if (token().kind != TokenKind::kValue) return syntax();
    action.value.kind = ValueKind::kValue;
    action.value.value = parse_value();
    if (action.value.value == nullptr) return ok_status();
    const Type type = action.value.value->type();
    const bool add = action.kind == ActionKind::kAdd;
    if (is_set(type) || (add && type == Type::kN)) return ok_status();
    fault(Fault::kOperandType,
          fmt::format("Incorrect operand type for operator or function; operator: {0}, operand "
                      "type: {1}, typeSet: ALLOWED_FOR_{0}_OPERAND",
                      add ? "ADD" : "DELETE", long_type_name(type)));
    return ok_status();
  }

  // operand [(+|-) operand]
  Result<UpdateValue> parse_sum() {
    MR_ASSIGN(UpdateValue left, parse_operand());
    const bool plus = at_symbol("+");
    if (!plus && !at_symbol("-")) return left;
    advance();
    MR_TRY(count_operator());
    MR_ASSIGN(UpdateValue right, parse_operand());
    for (const UpdateValue* operand : {&left, &right}) {
      check_operand_type(plus ? "+" : "-", *operand, Type::kN);
    }
    UpdateValue sum;
    sum.kind = plus ? ValueKind::kPlus : ValueKind::kMinus;
    sum.operands.push_back(std::move(left));
    sum.operands.push_back(std::move(right));
    return sum;
  }

  Result<UpdateValue> parse_operand() {
    UpdateValue value;
    if (take_symbol("(")) {
      MR_TRY(enter());
      MR_ASSIGN(value, parse_sum());
      --depth_;
      MR_TRY(expect_symbol(")"));
      return value;
    }
    if (token().kind == TokenKind::kValue) {
      value.kind = ValueKind::kValue;
      value.value = parse_value();
      return value;
    }
    if (token().kind == TokenKind::kIdentifier) {
      if (token_behind().kind == TokenKind::kSymbol && token_behind().text == "(") {
        return parse_function();
      }
    } else if (token().kind != TokenKind::kName) {
      return syntax();
    }
    MR_ASSIGN(value.path, parse_path());
    return value;
  }

  Result<UpdateValue> parse_function() {
    const std::string_view name = token().text;
    advance();
    advance();
    MR_TRY(count_operator());
    MR_TRY(enter());
    std::vector<UpdateValue> arguments;
    do {
      MR_ASSIGN(UpdateValue argument, parse_sum());
      if (argument.kind == ValueKind::kListAppend) misused("list_append");
      arguments.push_back(std::move(argument));
    } while (take_symbol(","));
    --depth_;
    MR_TRY(expect_symbol(")"));
    return call(name, std::move(arguments));
  }

  UpdateValue call(std::string_view name, std::vector<UpdateValue> arguments) {
    UpdateValue value;
    if (name != "if_not_exists" && name != "list_append") {
      const bool condition =
          std::ranges::find(kConditionFunctions, name) != std::end(kConditionFunctions);
      fault(Fault::kUnknownFunction,
            fmt::format("{}; function: {}",
                        condition ? "The function is not allowed in an update expression"
                                  : "Invalid function name",
                        name));
      return value;
    }
    if (arguments.size() != 2) {
      fault(Fault::kFunction,
            fmt::format("Incorrect number of operands for operator or function; operator or "
                        "function: {}, number of operands: {}",
                        name, arguments.size()));
      return value;
    }
    if (name == "list_append") {
      value.kind = ValueKind::kListAppend;
      for (const auto& argument : arguments)
        check_operand_type(name, argument, Type::kL);
      value.operands = std::move(arguments);
      return value;
    }
    value.kind = ValueKind::kIfNotExists;
    if (arguments[0].kind != ValueKind::kPath) {
      fault(Fault::kFunction,
            fmt::format("Operator or function requires a document path; operator or function: {}",
                        name));
    }
    value.path = std::move(arguments[0].path);
    value.operands.push_back(std::move(arguments[1]));
    return value;
  }

  void check_operand_type(std::string_view name, const UpdateValue& operand, Type wanted) {
    if (operand.kind != ValueKind::kValue || operand.value == nullptr) return;
    if (operand.value->is(wanted)) return;
    fault(Fault::kFunction,
          fmt::format("Incorrect operand type for operator or function; operator or function: {}, "
                      "operand type: {}",
                      name, operand.value->type_name()));
  }

  void misused(std::string_view function) {
    fault(Fault::kMisusedFunction,
          fmt::format("The function is not allowed to be used this way in an expression; function: "
                      "{}",
                      function));
  }

  Status enter() {
    if (++depth_ <= kDepthMax) return ok_status();
    return invalid("The expression has redundant parentheses;");
  }

  PathOverlaps overlaps_;
  int depth_ = 0;
};

}  // namespace

std::vector<Path> Update::paths() const {
  std::vector<Path> out;
  out.reserve(actions.size());
  for (const auto& action : actions)
    out.push_back(action.path);
  return out;
}

Result<Update> parse_update(std::string_view text, Placeholders& placeholders) {
  return UpdateParser(text, placeholders).parse();
}

}  // namespace millrace::expr
