#include "expr/lexer.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace millrace::expr {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_char(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

size_t end_of_name(std::string_view text, size_t from) {
  while (from < text.size() && is_name_char(text[from]))
    ++from;
  return from;
}

// Bytes of the UTF-8 character at `at`, so that a message never cuts one.
size_t character_size(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80)
    ++end;
  return end - at;
}

Token next_token(std::string_view text, size_t at) {
  const char c = text[at];
  const auto token = [&](TokenKind kind, size_t end) {
    return Token{kind, text.substr(at, end - at)};
  };
  if (is_letter(c)) return token(TokenKind::kIdentifier, end_of_name(text, at));
  if (is_digit(c)) {
    size_t end = at;
    while (end < text.size() && is_digit(text[end]))
      ++end;
    return token(TokenKind::kNumber, end);
  }
  if (c == '#' || c == ':') {
    const size_t end = end_of_name(text, at + 1);
    if (end == at + 1) return token(TokenKind::kUnknown, end);
    return token(c == '#' ? TokenKind::kName : TokenKind::kValue, end);
  }
  if (c == '<' || c == '>') {
    const char next = at + 1 < text.size() ? text[at + 1] : '\0';
    const bool two = next == '=' || (c == '<' && next == '>');
    return token(TokenKind::kSymbol, at + (two ? 2 : 1));
  }
  if (std::string_view("()[],.+-=").find(c) != std::string_view::npos) {
    return token(TokenKind::kSymbol, at + 1);
  }
  return token(TokenKind::kUnknown, at + character_size(text, at));
}

}  // namespace

std::vector<Token> tokenize(std::string_view text) {
  std::vector<Token> tokens;
  size_t at = 0;
  for (;;) {
    while (at < text.size() && is_space(text[at]))
      ++at;
    if (at == text.size()) break;
    tokens.push_back(next_token(text, at));
    at += tokens.back().text.size();
  }
  tokens.push_back(Token{TokenKind::kEnd, text.substr(text.size())});
  return tokens;
}

std::string syntax_error(std::string_view text, const std::vector<Token>& tokens, size_t at) {
  const auto start = [&](size_t i) { return tokens[i].text.data() - text.data(); };
  const auto end = [&](size_t i) { return start(i) + tokens[i].text.size(); };
  size_t last = at;
  if (tokens[last].kind == TokenKind::kEnd) {
    last = last > 0 ? last - 1 : last;
  } else if (tokens[at + 1].kind != TokenKind::kEnd) {
    last = at + 1;
  }
  const size_t from = start(at > 0 ? at - 1 : at);
  const std::string_view near = text.substr(from, end(last) - from);
  const std::string_view token =
      tokens[at].kind == TokenKind::kEnd ? std::string_view("<EOF>") : tokens[at].text;
  return fmt::format("Syntax error; token: \"{}\", near: \"{}\"", token, near);
}

bool is_keyword(const Token& token, std::string_view keyword) {
  return token.kind == TokenKind::kIdentifier && ascii_iequals(token.text, keyword);
}

}  // namespace millrace::expr
