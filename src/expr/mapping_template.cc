#include "expr/mapping_template.h"

#include <charconv>

#include "expr/mapping_template_ast.h"

namespace millrace::expr {
namespace {

using Kind = TemplateExpression::Kind;
using Block = MappingTemplate::Block;

class Renderer {
 public:
  explicit Renderer(const TemplateInput& input) : input_(input) {}

  void run(const Block& block) {
    for (const Block::Step& step : block.steps)
      run(step);
  }
  TemplateOutput take() { return std::move(output_); }

 private:
  using Value = std::optional<std::string>;

  void run(const Block::Step& step) {
    switch (step.kind) {
      case Block::Step::Kind::kText: output_.text += step.text; return;
      case Block::Step::Kind::kReference: {
        Value value = evaluate(step.expression);
        if (value)
          output_.text += *value;
        else if (!step.expression.quiet)
          output_.text += step.expression.source;
        return;
      }
      case Block::Step::Kind::kSet: set(step.text, evaluate(step.expression)); return;
      case Block::Step::Kind::kIf:
        for (size_t i = 0; i < step.conditions.size(); ++i) {
          if (is_true(step.conditions[i])) return run(step.blocks[i]);
        }
        return;
    }
  }

  // Setting to nothing leaves what was there, as Velocity does.
  void set(const std::string& target, Value value) {
    if (!value) return;
    if (target.starts_with("header:")) {
      output_.header_overrides[target.substr(7)] = *value;
    } else if (target == "status:") {
      int status = 0;
      auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), status);
      if (error == std::errc() && end == value->data() + value->size() && status >= 100 &&
          status <= 599) {
        output_.status_override = status;
      }
    } else {
      variables_[target] = *value;
    }
  }

  Value evaluate(const TemplateExpression& e) {
    switch (e.kind) {
      case Kind::kLiteral: return e.text;
      case Kind::kVariable: {
        auto it = variables_.find(e.text);
        return it == variables_.end() ? Value() : Value(it->second);
      }
      case Kind::kContext: return input_.context(e.text);
      case Kind::kStageVariable: return input_.stage_variable(e.text);
      case Kind::kParameter: return input_.parameter(evaluate(e.operands[0]).value_or(""));
      case Kind::kHeader: return input_.header(evaluate(e.operands[0]).value_or(""));
      default: return is_true(e) ? "true" : "false";
    }
  }

  bool is_true(const TemplateExpression& e) {
    switch (e.kind) {
      case Kind::kBoolean: return e.truth;
      case Kind::kMatches: {
        Value subject = evaluate(e.operands[0]);
        return subject && e.regex->matches(*subject);
      }
      case Kind::kEqual: return evaluate(e.operands[0]) == evaluate(e.operands[1]);
      case Kind::kNotEqual: return evaluate(e.operands[0]) != evaluate(e.operands[1]);
      case Kind::kAnd: return is_true(e.operands[0]) && is_true(e.operands[1]);
      case Kind::kOr: return is_true(e.operands[0]) || is_true(e.operands[1]);
      case Kind::kNot: return !is_true(e.operands[0]);
      default: {
        // A reference is true when it is set and not empty (Velocity 1.7: when it is not null).
        Value value = evaluate(e);
        return value.has_value() && *value != "false";
      }
    }
  }

  const TemplateInput& input_;
  TemplateOutput output_;
  std::map<std::string, std::string> variables_;
};

}  // namespace

TemplateOutput MappingTemplate::render(const TemplateInput& input) const {
  Renderer renderer(input);
  renderer.run(*root_);
  return renderer.take();
}

}  // namespace millrace::expr
