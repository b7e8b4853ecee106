// What the parsers of all expression kinds share: the token cursor, document paths, placeholders,
// and the order in which AWS reports several faults of one expression. For src/expr only.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "expr/lexer.h"
#include "expr/path.h"
#include "expr/placeholders.h"

namespace millrace::expr {

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
inline constexpr size_t kExpressionBytesMax = 4096;
inline constexpr int kOperatorsMax = 300;
// Nesting of parentheses and functions; far below what the stack holds, above what 300 operators
// need.
inline constexpr int kDepthMax = 320;

// A fault is kept until the end, so that the most important one is reported; the syntax before all.
// The order is the one in which they are reported: recorded by dynalite for each parser.
enum class Fault {
  kParentheses,
  kUnknownFunction,
  kMisusedFunction,
  kReserved,
  kSection,
  kCondition,  // the first condition's kUndefined, kOperands, kDistinct or kFunction
  kUndefined,
  kUndefinedValue,
  kOperands,
  kDistinct,
  kOverlap,
  kConflict,
  kOperandType,
  kFunction,
  kCount,
};

class ParserBase {
 protected:
  // `parameter`: "ConditionExpression" and so on, for messages. Both are borrowed.
  ParserBase(std::string_view parameter, std::string_view text, Placeholders& placeholders);

  // Emptiness and size.
  Status check_text() const;
  // A ValidationException "Invalid <parameter>: <message>".
  Error invalid(std::string_view message) const;
  // The token at the cursor does not fit.
  Error syntax() const;

  const Token& token() const { return tokens_[at_]; }
  const Token& token_behind() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  void advance() {
    if (token().kind != TokenKind::kEnd) ++at_;
  }
  bool at_symbol(std::string_view symbol) const;
  bool take_symbol(std::string_view symbol);
  Status expect_symbol(std::string_view symbol);
  Status expect_end() const;

  // Keeps the first fault of each kind.
  void fault(Fault kind, std::string message);
  bool has_fault(Fault kind) const { return faults_[static_cast<size_t>(kind)].has_value(); }
  // The most important fault, if any.
  Status check_faults() const;
  std::optional<std::string>& slot(Fault kind) { return faults_[static_cast<size_t>(kind)]; }

  // REQUIRES: the cursor is at an identifier or #name. Undefined names become faults.
  Result<Path> parse_path();
  // REQUIRES: the cursor is at a :value. Null, and a fault, where it is not defined.
  const codec::AttributeValue* parse_value();
  // Counts an operator or function against kOperatorsMax.
  Status count_operator();

  Fault undefined_value_fault_ = Fault::kUndefined;

 private:
  void add_path_name(Path& path);

  std::string_view parameter_;
  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  Placeholders& placeholders_;
  std::array<std::optional<std::string>, static_cast<size_t>(Fault::kCount)> faults_;
  int operators_ = 0;
};

// Two paths of one expression may neither be equal nor contain each other, nor use one place as
// both map and list.
class PathOverlaps {
 public:
  struct Finding {
    Fault kind;
    std::string message;
  };
  // The first fault that `path` makes with those added before.
  std::optional<Finding> add(const Path& path);

 private:
  std::vector<Path> paths_;
};

}  // namespace millrace::expr
