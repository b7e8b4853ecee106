#include "expr/partiql_lexer.h"

#include <fmt/format.h>

#include <array>

#include "base/encoding.h"

namespace millrace::expr {

namespace {

using Kind = PartiqlTokenKind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// The end of a number at `at`: digits, a point, an exponent.
size_t end_of_number(std::string_view text, size_t at) {
  const auto digits = [&] {
    while (at < text.size() && is_digit(text[at]))
      ++at;
  };
  digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits();
  }
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  size_t exponent = at + 1;
  if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
  if (exponent >= text.size() || !is_digit(text[exponent])) return at;
  at = exponent;
  digits();
  return at;
}

// Reads what stands between quotes at `at`; a doubled quote is one.
Result<std::string> quoted(std::string_view text, size_t& at) {
  const char quote = text[at++];
  std::string out;
  for (; at < text.size(); ++at) {
    if (text[at] != quote) {
      out += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == quote) {
      out += text[at++];
    } else {
      ++at;
      return out;
    }
  }
  return malformed_partiql("");
}

size_t symbol_size(std::string_view text) {
  constexpr std::array<std::string_view, 6> kPairs = {"<<", ">>", "<=", ">=", "<>", "!="};
  for (std::string_view pair : kPairs) {
    if (text.starts_with(pair)) return 2;
  }
  return std::string_view("?*,.()[]{}:=<>+-").find(text[0]) != std::string_view::npos ? 1 : 0;
}

}  // namespace

Error malformed_partiql(std::string_view detail) {
  return Error("ValidationException", 400,
               fmt::format("Statement wasn't well formed, can't be processed: {}", detail));
}

bool PartiqlToken::is_word(std::string_view keyword) const {
  return kind == Kind::kWord && ascii_iequals(text, keyword);
}

bool PartiqlToken::is_symbol(std::string_view symbol) const {
  return kind == Kind::kSymbol && text == symbol;
}

Result<std::vector<PartiqlToken>> tokenize_partiql(std::string_view text) {
  std::vector<PartiqlToken> tokens;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (is_space(c)) {
      ++at;
    } else if (text.substr(at).starts_with("--")) {
      while (at < text.size() && text[at] != '\n')
        ++at;
    } else if (c == '\'' || c == '"') {
      MR_ASSIGN(std::string content, quoted(text, at));
      tokens.push_back({c == '"' ? Kind::kQuoted : Kind::kString, std::move(content)});
    } else if (is_digit(c)) {
      const size_t end = end_of_number(text, at);
      tokens.push_back({Kind::kNumber, std::string(text.substr(at, end - at))});
      at = end;
    } else if (is_word_start(c)) {
      size_t end = at;
      while (end < text.size() && (is_word_start(text[end]) || is_digit(text[end])))
        ++end;
      tokens.push_back({Kind::kWord, std::string(text.substr(at, end - at))});
      at = end;
    } else {
      const size_t size = symbol_size(text.substr(at));
      if (size == 0) return malformed_partiql(fmt::format("Unexpected term: {}", c));
      tokens.push_back({Kind::kSymbol, std::string(text.substr(at, size))});
      at += size;
    }
  }
  tokens.push_back({Kind::kEnd, ""});
  return tokens;
}

}  // namespace millrace::expr
