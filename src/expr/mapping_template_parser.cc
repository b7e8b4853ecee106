#include <fmt/format.h>

#include "expr/mapping_template_ast.h"

namespace millrace::expr {
namespace {

using Kind = TemplateExpression::Kind;
using Block = MappingTemplate::Block;
using Step = Block::Step;

constexpr int kDepthMax = 50;
constexpr size_t kTemplateBytesMax = 300 * 1024;

Error unsupported(std::string_view what) {
  return Error("BadRequestException", 400,
               fmt::format("Mapping templates: {} is not supported by Millrace", what));
}
Error malformed(std::string_view what) {
  return Error("BadRequestException", 400, fmt::format("Invalid mapping template: {}", what));
}

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name(char c) { return is_name_start(c) || (c >= '0' && c <= '9') || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_space(char c) { return is_blank(c) || c == '\n' || c == '\r'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Block> parse() {
    MR_ASSIGN(Block block, block_until_end(0));
    if (!closing_.empty()) return malformed(fmt::format("#{} without #if", closing_));
    return block;
  }

 private:
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  void skip_space() {
    while (!done() && is_space(text_[at_]))
      ++at_;
  }
  std::string_view name() {
    size_t start = at_;
    if (is_name_start(peek())) {
      while (!done() && is_name(text_[at_]))
        ++at_;
    }
    return text_.substr(start, at_ - start);
  }
  // Velocity drops the line end behind a directive that stands last on its line.
  void gobble_line_end() {
    size_t at = at_;
    while (at < text_.size() && is_blank(text_[at]))
      ++at;
    if (at < text_.size() && text_[at] == '\r') ++at;
    if (at < text_.size() && text_[at] == '\n') at_ = at + 1;
  }

  // Up to the end, or to #end, #else or #elseif, whose name is left in closing_.
  Result<Block> block_until_end(int depth) {
    if (depth > kDepthMax) return malformed("nested too deeply");
    Block block;
    std::string text;
    auto flush = [&] {
      if (!text.empty()) block.steps.push_back({.text = std::move(text)});
      text.clear();
    };
    closing_ = {};
    while (!done()) {
      if (peek() == '$') {
        size_t start = at_;
        MR_ASSIGN(std::optional<TemplateExpression> reference, text_reference());
        if (reference) {
          flush();
          block.steps.push_back(
              {.kind = Step::Kind::kReference, .expression = std::move(*reference)});
        } else {
          text += text_.substr(start, at_ - start);
        }
        continue;
      }
      if (peek() != '#') {
        text.push_back(text_[at_++]);
        continue;
      }
      std::string_view word = directive();
      if (word.empty()) {
        if (text_.substr(at_).starts_with("##") || text_.substr(at_).starts_with("#*")) {
          return unsupported("a comment");
        }
        text.push_back(text_[at_++]);
        continue;
      }
      flush();
      if (word == "end" || word == "else" || word == "elseif") {
        closing_ = word;
        return block;
      }
      MR_ASSIGN(Step step, statement(word, depth));
      block.steps.push_back(std::move(step));
    }
    flush();
    return block;
  }

  // The directive's name, if one begins here; the position moves behind it.
  std::string_view directive() {
    size_t start = at_;
    ++at_;
    bool braced = take("{");
    std::string_view word = name();
    if (braced && !word.empty() && !take("}")) word = {};
    if (word.empty()) at_ = start;
    return word;
  }

  Result<Step> statement(std::string_view word, int depth) {
    if (word == "set") return set_statement();
    if (word == "if") return if_statement(depth);
    return unsupported(fmt::format("#{}", word));
  }

  Result<Step> set_statement() {
    MR_TRY(expect("("));
    skip_space();
    if (!take("$")) return malformed("#set wants a reference");
    bool braced = take("{");
    std::string_view variable = name();
    Step step{.kind = Step::Kind::kSet, .text = std::string(variable)};
    if (variable == "context") {
      if (take(".responseOverride.header.")) {
        step.text = fmt::format("header:{}", name());
      } else if (take(".responseOverride.status")) {
        step.text = "status:";
      } else {
        return unsupported("#set of this part of $context");
      }
    } else if (variable == "input" || variable == "util" || variable == "stageVariables" ||
               variable.empty()) {
      return malformed("#set wants a variable");
    } else if (peek() == '.') {
      return unsupported(fmt::format("#set of a property of ${}", variable));
    }
    if (braced) MR_TRY(expect("}"));
    skip_space();
    MR_TRY(expect("="));
    MR_ASSIGN(step.expression, disjunction(0));
    skip_space();
    MR_TRY(expect(")"));
    gobble_line_end();
    return step;
  }

  Result<Step> if_statement(int depth) {
    Step step{.kind = Step::Kind::kIf};
    bool with_condition = true;
    while (true) {
      TemplateExpression condition{.kind = Kind::kBoolean, .truth = true};
      if (with_condition) {
        skip_space();
        MR_TRY(expect("("));
        MR_ASSIGN(condition, disjunction(0));
        skip_space();
        MR_TRY(expect(")"));
      }
      gobble_line_end();
      MR_ASSIGN(Block block, block_until_end(depth + 1));
      step.conditions.push_back(std::move(condition));
      step.blocks.push_back(std::move(block));
      if (closing_ == "end") break;
      if (closing_.empty()) return malformed("#if without #end");
      if (!with_condition) return malformed("#else is not the last branch");
      with_condition = closing_ == "elseif";
    }
    closing_ = {};
    gobble_line_end();
    return step;
  }

  Status expect(std::string_view token) {
    if (take(token)) return ok_status();
    return malformed(fmt::format("'{}' expected at position {}", token, at_));
  }

  // In text: none when what follows '$' is no reference and stays as it is.
  Result<std::optional<TemplateExpression>> text_reference() {
    size_t start = at_++;
    bool quiet = take("!");
    bool braced = take("{");
    if (!is_name_start(peek())) return std::optional<TemplateExpression>();
    MR_ASSIGN(TemplateExpression reference, reference_body());
    if (braced) MR_TRY(expect("}"));
    reference.quiet = quiet;
    reference.source = std::string(text_.substr(start, at_ - start));
    return std::optional(std::move(reference));
  }

  // Behind the '$'.
  Result<TemplateExpression> reference_body() {
    std::string_view root = name();
    TemplateExpression e{.kind = Kind::kVariable, .text = std::string(root)};
    if (root == "input") {
      MR_ASSIGN(e, input_reference());
    } else if (root == "context" || root == "stageVariables") {
      e.kind = root == "context" ? Kind::kContext : Kind::kStageVariable;
      e.text = dotted_path();
      if (e.text.empty()) return unsupported(fmt::format("${} as a whole", root));
    } else if (root == "util" || root == "method") {
      return unsupported(fmt::format("${}", root));
    }
    return method_call(std::move(e));
  }

  // ".a.b", but not the name of a method.
  std::string dotted_path() {
    std::string path;
    while (peek() == '.' && at_ + 1 < text_.size() && is_name_start(text_[at_ + 1])) {
      size_t start = at_++;
      std::string_view part = name();
      if (peek() == '(') {
        at_ = start;
        break;
      }
      if (!path.empty()) path.push_back('.');
      path += part;
    }
    return path;
  }

  Result<TemplateExpression> input_reference() {
    if (!take(".params(")) return unsupported("$input other than $input.params");
    skip_space();
    TemplateExpression e{.kind = Kind::kParameter};
    if (take(")")) {
      if (!take(".header.get(")) return unsupported("$input.params() other than .header.get()");
      e.kind = Kind::kHeader;
    }
    MR_ASSIGN(TemplateExpression argument, primary(0));
    e.operands.push_back(std::move(argument));
    skip_space();
    MR_TRY(expect(")"));
    return e;
  }

  Result<TemplateExpression> method_call(TemplateExpression subject) {
    if (peek() != '.' || at_ + 1 >= text_.size() || !is_name_start(text_[at_ + 1])) return subject;
    size_t start = at_++;
    std::string_view method = name();
    if (peek() != '(') {
      // "$name.text": the dot belongs to the text, unless the name could be a property.
      if (subject.kind == Kind::kVariable) {
        return unsupported(fmt::format("the property .{} of ${}", method, subject.text));
      }
      at_ = start;
      return subject;
    }
    if (method != "matches") return unsupported(fmt::format("the method .{}()", method));
    ++at_;
    MR_ASSIGN(std::string pattern, string_literal());
    MR_ASSIGN(Regex regex, Regex::parse(pattern));
    skip_space();
    MR_TRY(expect(")"));
    TemplateExpression e{.kind = Kind::kMatches};
    e.operands.push_back(std::move(subject));
    e.regex = std::move(regex);
    return e;
  }

  Result<std::string> string_literal() {
    skip_space();
    char quote = peek();
    if (quote != '"' && quote != '\'')
      return malformed(fmt::format("a string expected at {}", at_));
    size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return malformed("a string without its end");
    std::string_view text = text_.substr(at_ + 1, end - at_ - 1);
    if (quote == '"' && (text.find('$') != text.npos || text.find('#') != text.npos)) {
      return unsupported("interpolation within a string");
    }
    at_ = end + 1;
    return std::string(text);
  }

  Result<TemplateExpression> binary(Kind kind, TemplateExpression left,
                                    Result<TemplateExpression> right) {
    if (!right.ok()) return std::move(right).error();
    TemplateExpression e{.kind = kind};
    e.operands.push_back(std::move(left));
    e.operands.push_back(std::move(*right));
    return e;
  }

  Result<TemplateExpression> disjunction(int depth) {
    MR_ASSIGN(TemplateExpression left, conjunction(depth));
    for (skip_space(); take("||"); skip_space()) {
      MR_ASSIGN(left, binary(Kind::kOr, std::move(left), conjunction(depth)));
    }
    return left;
  }
  Result<TemplateExpression> conjunction(int depth) {
    MR_ASSIGN(TemplateExpression left, comparison(depth));
    for (skip_space(); take("&&"); skip_space()) {
      MR_ASSIGN(left, binary(Kind::kAnd, std::move(left), comparison(depth)));
    }
    return left;
  }
  Result<TemplateExpression> comparison(int depth) {
    MR_ASSIGN(TemplateExpression left, primary(depth));
    skip_space();
    if (take("==")) return binary(Kind::kEqual, std::move(left), primary(depth));
    if (take("!=")) return binary(Kind::kNotEqual, std::move(left), primary(depth));
    return left;
  }
  Result<TemplateExpression> primary(int depth) {
    if (depth > kDepthMax) return malformed("nested too deeply");
    skip_space();
    if (take("!")) {
      MR_ASSIGN(TemplateExpression inner, primary(depth + 1));
      TemplateExpression e{.kind = Kind::kNot};
      e.operands.push_back(std::move(inner));
      return e;
    }
    if (take("(")) {
      MR_ASSIGN(TemplateExpression inner, disjunction(depth + 1));
      skip_space();
      MR_TRY(expect(")"));
      return inner;
    }
    if (take("$")) {
      bool braced = take("{");
      MR_ASSIGN(TemplateExpression e, reference_body());
      if (braced) MR_TRY(expect("}"));
      return e;
    }
    if (peek() >= '0' && peek() <= '9') {
      size_t start = at_;
      while (peek() >= '0' && peek() <= '9')
        ++at_;
      return TemplateExpression{.text = std::string(text_.substr(start, at_ - start))};
    }
    if (is_name_start(peek())) {
      std::string_view word = name();
      if (word != "true" && word != "false") return unsupported(fmt::format("'{}'", word));
      return TemplateExpression{.kind = Kind::kBoolean, .truth = word == "true"};
    }
    MR_ASSIGN(std::string text, string_literal());
    return TemplateExpression{.text = std::move(text)};
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string_view closing_;
};

}  // namespace

Result<MappingTemplate> MappingTemplate::parse(std::string_view text) {
  if (text.size() > kTemplateBytesMax) return malformed("longer than 300 KB");
  MR_ASSIGN(Block block, Parser(text).parse());
  MappingTemplate result;
  result.root_ = std::make_shared<const Block>(std::move(block));
  return result;
}

}  // namespace millrace::expr
