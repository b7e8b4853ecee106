// Tokens of PartiQL statements. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::expr {

enum class PartiqlTokenKind : uint8_t {
  kEnd,
  kWord,    // a name or a keyword
  kQuoted,  // "name"
  kString,  // 'text'
  kNumber,
  kSymbol,  // ? * , . ( ) [ ] { } : = < > <= >= <> != << >> + -
};

struct PartiqlToken {
  PartiqlTokenKind kind;
  std::string text;  // without quotes

  bool is_word(std::string_view keyword) const;  // any case
  bool is_symbol(std::string_view symbol) const;
};

// "Statement wasn't well formed, can't be processed: <detail>"
Error malformed_partiql(std::string_view detail);

// Ends with one kEnd. Errors: ValidationException.
Result<std::vector<PartiqlToken>> tokenize_partiql(std::string_view text);

}  // namespace millrace::expr
