#include "expr/parser_base.h"

#include <fmt/format.h>

#include <charconv>

#include "expr/reserved_words.h"

namespace millrace::expr {

ParserBase::ParserBase(std::string_view parameter, std::string_view text,
                       Placeholders& placeholders)
    : parameter_(parameter), text_(text), placeholders_(placeholders) {
  // A longer text is refused by check_text(); its tokens are not wanted.
  tokens_ = tokenize(text.substr(0, kExpressionBytesMax));
}

Status ParserBase::check_text() const {
  if (text_.empty()) return invalid("The expression can not be empty;");
  if (text_.size() > kExpressionBytesMax) {
    if (parameter_ == "UpdateExpression") {
      return invalid("Expression size has exceeded the maximum allowed size;");
    }
    return invalid(
        fmt::format("Expression size has exceeded the maximum allowed size; expression size: {}",
                    text_.size()));
  }
  return ok_status();
}

Error ParserBase::invalid(std::string_view message) const {
  return Error("ValidationException", 400, fmt::format("Invalid {}: {}", parameter_, message));
}

Error ParserBase::syntax() const { return invalid(syntax_error(text_, tokens_, at_)); }

bool ParserBase::at_symbol(std::string_view symbol) const {
  return token().kind == TokenKind::kSymbol && token().text == symbol;
}

bool ParserBase::take_symbol(std::string_view symbol) {
  if (!at_symbol(symbol)) return false;
  advance();
  return true;
}

Status ParserBase::expect_symbol(std::string_view symbol) {
  if (!take_symbol(symbol)) return syntax();
  return ok_status();
}

Status ParserBase::expect_end() const {
  if (token().kind != TokenKind::kEnd) return syntax();
  return ok_status();
}

void ParserBase::fault(Fault kind, std::string message) {
  auto& kept = slot(kind);
  if (!kept) kept = std::move(message);
}

Status ParserBase::check_faults() const {
  for (const auto& message : faults_) {
    if (message) return invalid(*message);
  }
  return ok_status();
}

void ParserBase::add_path_name(Path& path) {
  if (token().kind == TokenKind::kIdentifier) {
    if (is_reserved_word(token().text)) {
      fault(
          Fault::kReserved,
          fmt::format("Attribute name is a reserved keyword; reserved keyword: {}", token().text));
    }
    path.elements.emplace_back(std::string(token().text));
  } else if (const std::string* name = placeholders_.name(token().text)) {
    path.elements.emplace_back(*name);
  } else {
    fault(Fault::kUndefined,
          fmt::format("An expression attribute name used in the document path is not defined; "
                      "attribute name: {}",
                      token().text));
    path.elements.emplace_back(std::string(token().text));
  }
  advance();
}

Result<Path> ParserBase::parse_path() {
  Path path;
  add_path_name(path);
  for (;;) {
    if (take_symbol(".")) {
      if (token().kind != TokenKind::kIdentifier && token().kind != TokenKind::kName) {
        return syntax();
      }
      add_path_name(path);
    } else if (take_symbol("[")) {
      if (token().kind != TokenKind::kNumber) return syntax();
      uint32_t index = 0;
      const std::string_view digits = token().text;
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), index);
      if (read.ec != std::errc()) {
        return invalid(
            fmt::format("List index is not within the allowable range; index: [{}]", digits));
      }
      advance();
      MR_TRY(expect_symbol("]"));
      path.elements.emplace_back(index);
    } else {
      return path;
    }
  }
}

const codec::AttributeValue* ParserBase::parse_value() {
  const codec::AttributeValue* value = placeholders_.value(token().text);
  if (value == nullptr) {
    fault(undefined_value_fault_,
          fmt::format("An expression attribute value used in expression is not defined; "
                      "attribute value: {}",
                      token().text));
  }
  advance();
  return value;
}

Status ParserBase::count_operator() {
  if (++operators_ <= kOperatorsMax) return ok_status();
  return invalid(
      fmt::format("The expression contains too many operators; operator count: {}", operators_));
}

std::optional<PathOverlaps::Finding> PathOverlaps::add(const Path& path) {
  const auto message = [&](std::string_view how, const Path& other) {
    return fmt::format(
        "Two document paths {} with each other; must remove or rewrite one of these paths; path "
        "one: {}, path two: {}",
        how, other.to_string(), path.to_string());
  };
  std::optional<Finding> found;
  for (const Path& other : paths_) {
    const size_t common = std::min(path.elements.size(), other.elements.size());
    size_t i = 0;
    while (i < common && path.elements[i] == other.elements[i])
      ++i;
    if (i == common) {
      found = Finding{Fault::kOverlap, message("overlap", other)};
      break;
    }
    if (path.elements[i].index() != other.elements[i].index()) {
      found = Finding{Fault::kConflict, message("conflict", other)};
      break;
    }
  }
  paths_.push_back(path);
  return found;
}

}  // namespace millrace::expr
