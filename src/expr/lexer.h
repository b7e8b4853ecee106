// Tokens of DynamoDB expressions. Pure; the tokens are views into the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::expr {

enum class TokenKind : uint8_t {
  kEnd,
  kIdentifier,  // letters, digits and '_', a letter first; keywords too
  kName,        // #name
  kValue,       // :value
  kNumber,      // digits
  kSymbol,      // ( ) [ ] , . + - = <> < <= > >=
  kUnknown,     // a character that no expression has
};

struct Token {
  TokenKind kind;
  std::string_view text;
};

// Ends with one kEnd. Never fails: what is wrong becomes kUnknown, for the parser to name.
std::vector<Token> tokenize(std::string_view text);

// AWS's words for a token that does not fit: the token, and the text from the one before it to the
// one behind it. REQUIRES: `tokens` are of `text`.
std::string syntax_error(std::string_view text, const std::vector<Token>& tokens, size_t at);

// Identifier equals the upper-case keyword, without regard to case.
bool is_keyword(const Token& token, std::string_view keyword);

}  // namespace millrace::expr
