// The syntax tree behind expr/mapping_template.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "expr/mapping_template.h"
#include "expr/regex.h"

namespace millrace::expr {

struct TemplateExpression {
  enum class Kind : uint8_t {
    kLiteral,        // text
    kBoolean,        // literal true or false
    kVariable,       // text is its name
    kContext,        // $context.TEXT
    kStageVariable,  // $stageVariables.TEXT
    kParameter,      // $input.params(operands[0])
    kHeader,         // $input.params().header.get(operands[0])
    kMatches,        // operands[0].matches(regex)
    kEqual,
    kNotEqual,
    kAnd,
    kOr,
    kNot,
  };
  Kind kind = Kind::kLiteral;
  std::string text;
  std::string source;  // as written: what an unset reference renders as, unless it is quiet ($!x)
  bool quiet = false;
  bool truth = false;  // kBoolean
  std::vector<TemplateExpression> operands;
  std::optional<Regex> regex;
};

struct MappingTemplate::Block {
  struct Step;
  std::vector<Step> steps;
};

struct MappingTemplate::Block::Step {
  enum class Kind : uint8_t { kText, kReference, kSet, kIf };
  Kind kind = Kind::kText;
  std::string text;  // kText; kSet: the variable, or "header:NAME", or "status:"
  TemplateExpression expression;
  // kIf: each condition has the block of the same index; that of #else is `true`.
  std::vector<TemplateExpression> conditions;
  std::vector<Block> blocks;
};

}  // namespace millrace::expr
