// Mapping templates of REST APIs: the part of the Velocity Template Language that deploy tools
// write for MOCK integrations and CORS. Everything else is refused by its name when the template is
// stored, so that no template is taken and rendered wrongly.
//
// Supported: text; $name, ${name}, $!name of a variable; $context.NAME and $stageVariables.NAME;
// $input.params("name"), $input.params().header.get("name"); #set of a variable and of
// $context.responseOverride.header.NAME and .status; #if, #elseif, #else, #end with == != && || ! (
// ), strings, numbers, booleans, and NAME.matches("regex").
//
// A value; free-threaded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::expr {

// What a template may read. A missing parameter is an empty text, a missing variable none.
struct TemplateInput {
  std::function<std::string(std::string_view name)> parameter;  // path, query string, header
  std::function<std::string(std::string_view name)> header;
  std::function<std::optional<std::string>(std::string_view name)> context;
  std::function<std::optional<std::string>(std::string_view name)> stage_variable;
};

struct TemplateOutput {
  std::string text;
  std::map<std::string, std::string> header_overrides;
  std::optional<int> status_override;
};

class MappingTemplate {
 public:
  // Errors: BadRequestException naming what Millrace does not support, or what is malformed.
  static Result<MappingTemplate> parse(std::string_view text);

  // Runs in time linear in the template and its input: there are no loops.
  TemplateOutput render(const TemplateInput& input) const;

  struct Block;  // mapping_template_ast.h

 private:
  std::shared_ptr<const Block> root_;
};

}  // namespace millrace::expr
