// Template: a parsed and checked template. Checked here is what needs no resource types: sections,
// parameters' declarations, references that lead nowhere, cycles. Intrinsic functions stay as they
// are; Resolver (resolver.h) evaluates them.
//
// Thread safety: a value; immutable once parsed.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"

namespace millrace::cloudformation {

struct ParameterDeclaration {
  std::string name;
  std::string
      type;  // "String", "Number", "CommaDelimitedList", "AWS::SSM::Parameter::Value<String>" ...
  std::optional<std::string> default_value;
  std::string description;
  std::string constraint_description;
  bool no_echo = false;
  std::vector<std::string> allowed_values;
  std::optional<std::string> allowed_pattern;
  std::optional<double> min_value, max_value, min_length, max_length;

  bool is_list() const { return type == "CommaDelimitedList" || type.starts_with("List<"); }
  bool is_ssm() const { return type.starts_with("AWS::SSM::Parameter::Value<"); }
};

// kRetainExceptOnCreate: deleted when the operation that made it rolls back.
enum class DeletionPolicy { kDelete, kRetain, kRetainExceptOnCreate };

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-languageextensions.html
inline constexpr char kLanguageExtensions[] = "AWS::LanguageExtensions";

struct ResourceDeclaration {
  std::string logical_id;
  std::string type;
  codec::Json properties = codec::Json::object();
  std::string condition;  // its name, or empty
  DeletionPolicy deletion_policy = DeletionPolicy::kDelete;
  DeletionPolicy replace_policy = DeletionPolicy::kDelete;
  codec::Json metadata;
  // Logical ids this one needs first: DependsOn and references, in the template's order.
  std::set<std::string> depends_on;
};

struct OutputDeclaration {
  std::string name;
  codec::Json value;
  codec::Json export_name;  // null: not exported
  std::string description;
  std::string condition;
};

struct Template {
  std::string description;
  std::string version;
  codec::Json metadata;
  std::vector<std::string> transforms;
  std::vector<ParameterDeclaration> parameters;
  codec::Json mappings;    // object
  codec::Json conditions;  // object
  codec::Json rules;       // object
  std::vector<ResourceDeclaration> resources;
  std::vector<OutputDeclaration> outputs;

  const ParameterDeclaration* find_parameter(std::string_view name) const;
  const ResourceDeclaration* find_resource(std::string_view logical_id) const;

  // Dependencies come first. REQUIRES: no cycles, which parse() has made sure of.
  std::vector<const ResourceDeclaration*> in_order() const;

  // What the caller must acknowledge: CAPABILITY_IAM, CAPABILITY_NAMED_IAM or nothing.
  std::string required_capability() const;
  // "The following resource(s) require capabilities: [AWS::IAM::Role]"
  std::string capability_reason() const;

  // Errors: ValidationError.
  static Result<Template> parse(std::string_view text);
};

// The key and argument of {"Fn::X": arg} or {"Ref": arg}; nullopt for other values.
struct IntrinsicCall {
  std::string_view name;
  const codec::Json* argument;
};
std::optional<IntrinsicCall> as_intrinsic(const codec::Json& value);

// The names in ${...} of a Fn::Sub text, without ${!literals}.
std::vector<std::string> sub_names(std::string_view text);

}  // namespace millrace::cloudformation
