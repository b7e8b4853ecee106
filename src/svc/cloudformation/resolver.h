// Resolver: evaluates intrinsic functions, conditions, pseudo parameters and rules of one template
// for one stack. What lies outside the template (made resources, other stacks' exports, SSM) comes
// through a ReferenceSource, so that the same code serves a real deployment and a change set's
// forecast.
//
// Thread safety: belongs to one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "svc/cloudformation/template.h"

namespace millrace::cloudformation {

// What the functions of one template may give, all in all: a short template can join and substitute
// its way to gigabytes.
inline constexpr size_t kResolvedBytesMax = 16 * 1024 * 1024;
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
inline constexpr size_t kDynamicReferencesMax = 60;
// Conditions that are made of conditions that are made of conditions ...
inline constexpr size_t kConditionDepthMax = 100;

// Stands for what only a deployment will tell, in a forecast. Any text made with it is as unknown.
inline constexpr char kKnownAfterApply[] = "{{changeSet:KNOWN_AFTER_APPLY}}";

class ReferenceSource {
 public:
  virtual ~ReferenceSource() = default;
  virtual Result<codec::Json> ref(const std::string& logical_id) = 0;
  struct Attribute {
    std::string logical_id;
    std::string name;
  };
  virtual Result<codec::Json> attribute(const Attribute& attribute) = 0;
  virtual Result<std::string> import_value(const std::string& export_name) = 0;
  // The text between the braces of {{resolve:...}}, without "resolve:".
  virtual Result<std::string> dynamic_reference(std::string_view reference) = 0;
  // Where `url`, at https://ID.execute-api.REGION.amazonaws.com, is reached here.
  virtual std::string reachable_url(std::string url) = 0;
};

struct Environment {
  std::string account;
  std::string region;
  std::string stack_id;
  std::string stack_name;
  std::map<std::string, codec::Json> parameters;  // as Ref gives them
};

class Resolver {
 public:
  // REQUIRES: all outlive the resolver.
  Resolver(const Template& tmpl, const Environment& environment, ReferenceSource& source)
      : template_(tmpl), environment_(environment), source_(source) {}

  // Before anything else.
  Status evaluate_conditions();
  Status check_rules();
  // REQUIRES: a condition of the template, or "", which holds.
  bool holds(const std::string& condition) const;
  const std::map<std::string, bool>& conditions() const { return conditions_; }

  // nullopt: AWS::NoValue, which takes its member away.
  using Value = std::optional<codec::Json>;
  Result<Value> resolve(const codec::Json& value);
  // An object of properties; {} when nothing is left.
  Result<codec::Json> resolve_properties(const codec::Json& properties);
  Result<Value> resolve_output(const codec::Json& value);
  Result<std::string> resolve_text(const codec::Json& value);

 private:
  using Handler = Result<Value> (Resolver::*)(const codec::Json&);
  static Handler find_handler(std::string_view name);

  Result<Value> resolve_call(const IntrinsicCall& call);
  Result<Value> fn_ref(const codec::Json& argument);
  Result<Value> fn_get_att(const codec::Json& argument);
  Result<Value> fn_sub(const codec::Json& argument);
  Result<Value> fn_join(const codec::Json& argument);
  Result<Value> fn_select(const codec::Json& argument);
  Result<Value> fn_split(const codec::Json& argument);
  Result<Value> fn_find_in_map(const codec::Json& argument);
  Result<Value> fn_if(const codec::Json& argument);
  Result<Value> fn_base64(const codec::Json& argument);
  Result<Value> fn_get_azs(const codec::Json& argument);
  Result<Value> fn_import_value(const codec::Json& argument);
  Result<Value> fn_cidr(const codec::Json& argument);
  Result<Value> fn_length(const codec::Json& argument);
  Result<Value> fn_to_json_string(const codec::Json& argument);
  // What the transform AWS::LanguageExtensions adds.
  Status need_extensions(std::string_view function) const;

  Result<std::string> sub_value(const std::string& name, const codec::Json* own);
  Result<std::vector<codec::Json>> resolve_list(const codec::Json& argument);
  // Counts what a function gives. ValidationError beyond kResolvedBytesMax.
  Status spend(size_t bytes);
  Status spend_on(const codec::Json& value);
  Result<std::string> expand_dynamic(std::string text);
  std::string with_reachable_urls(std::string text);
  void make_reachable(codec::Json& value);

  Result<bool> evaluate_condition(const codec::Json& expression);
  Result<bool> named_condition(const std::string& name);

  const Template& template_;
  const Environment& environment_;
  ReferenceSource& source_;
  size_t spent_bytes_ = 0;
  size_t dynamic_references_ = 0;
  std::map<std::string, bool> conditions_;
  std::vector<std::string> evaluating_;  // names of conditions, to find cycles
};

}  // namespace millrace::cloudformation
