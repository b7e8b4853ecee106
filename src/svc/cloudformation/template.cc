#include "svc/cloudformation/template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "svc/cloudformation/references.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
constexpr size_t kResourcesMax = 500;
constexpr size_t kParametersMax = 200;
constexpr size_t kOutputsMax = 200;
constexpr size_t kMappingsMax = 200;

bool is_alphanumeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

std::string scalar_text(const Json& json) {
  if (const std::string* text = json.as_string()) return *text;
  return json.dump();
}

Result<const Json::Object*> section(const Json& root, const char* name) {
  static const Json::Object kEmpty;
  const Json* json = root.find(name);
  if (json == nullptr || json->is_null()) return &kEmpty;
  if (!json->is_object()) {
    return validation_error(fmt::format("Template format error: [/{}] map must be a map", name));
  }
  return json->as_object();
}

std::optional<double> number_of(const Json& json, const char* name) {
  const Json* member = json.find(name);
  if (member == nullptr) return std::nullopt;
  if (member->is_number()) return member->number();
  if (const std::string* text = member->as_string()) {
    double value = 0;
    auto r = std::from_chars(text->data(), text->data() + text->size(), value);
    if (r.ec == std::errc()) return value;
  }
  return std::nullopt;
}

bool is_true(const Json* json) {
  if (json == nullptr) return false;
  if (const bool* flag = json->as_bool()) return *flag;
  const std::string* text = json->as_string();
  return text != nullptr && (*text == "true" || *text == "True");
}

bool is_parameter_type(std::string_view type) {
  return type == "String" || type == "Number" || type == "CommaDelimitedList" ||
         type == "List<Number>" || type == "List<String>" || type.starts_with("AWS::EC2::") ||
         type.starts_with("List<AWS::") || type == "AWS::Route53::HostedZone::Id" ||
         type == "AWS::SSM::Parameter::Name" || type.starts_with("AWS::SSM::Parameter::Value<");
}

Result<ParameterDeclaration> parse_parameter(const std::string& name, const Json& json) {
  if (!json.is_object()) {
    return validation_error(
        fmt::format("Template format error: Parameter {} must be an object", name));
  }
  ParameterDeclaration declaration{.name = name};
  declaration.type = json.get_string("Type");
  if (declaration.type.empty()) {
    return validation_error(
        fmt::format("Template format error: Every Parameters object must contain a Type member."));
  }
  if (!is_parameter_type(declaration.type)) {
    return validation_error(
        fmt::format("Template format error: Unrecognized parameter type: {}", declaration.type));
  }
  for (const auto& [member, value] : *json.as_object()) {
    static constexpr std::array kKnown = std::to_array<std::string_view>(
        {"Type", "Default", "Description", "ConstraintDescription", "NoEcho", "AllowedValues",
         "AllowedPattern", "MinValue", "MaxValue", "MinLength", "MaxLength"});
    if (std::find(kKnown.begin(), kKnown.end(), member) == kKnown.end()) {
      return validation_error(fmt::format("Invalid template parameter property '{}'", member));
    }
  }
  if (const Json* value = json.find("Default")) {
    if (value->is_object() || value->is_array() || value->is_null()) {
      return validation_error(
          fmt::format("Template format error: Every Default member must be a string."));
    }
    declaration.default_value = scalar_text(*value);
  }
  declaration.description = json.get_string("Description");
  declaration.constraint_description = json.get_string("ConstraintDescription");
  declaration.no_echo = is_true(json.find("NoEcho"));
  if (const Json* values = json.find("AllowedValues"); values != nullptr && values->is_array()) {
    for (const Json& value : *values->as_array()) {
      declaration.allowed_values.push_back(scalar_text(value));
    }
  }
  if (const Json* pattern = json.find("AllowedPattern");
      pattern != nullptr && pattern->is_string()) {
    declaration.allowed_pattern = *pattern->as_string();
  }
  declaration.min_value = number_of(json, "MinValue");
  declaration.max_value = number_of(json, "MaxValue");
  declaration.min_length = number_of(json, "MinLength");
  declaration.max_length = number_of(json, "MaxLength");
  return declaration;
}

Result<DeletionPolicy> parse_policy(const Json& json, const char* name) {
  const Json* member = json.find(name);
  if (member == nullptr) return DeletionPolicy::kDelete;
  const std::string* text = member->as_string();
  if (text != nullptr && *text == "Delete") return DeletionPolicy::kDelete;
  if (text != nullptr && *text == "Retain") return DeletionPolicy::kRetain;
  bool deletion = std::string_view(name) == "DeletionPolicy";
  if (deletion && text != nullptr && *text == "RetainExceptOnCreate") {
    return DeletionPolicy::kRetainExceptOnCreate;
  }
  if (text != nullptr && *text == "Snapshot") {  // of none of the types that Millrace has
    return validation_error(fmt::format(
        "Template error: resource type {} does not support {} Snapshot", json.get_string("Type"),
        deletion ? "deletion policy" : "update replace policy"));
  }
  return validation_error(fmt::format("Template error: {} {} is not supported by Millrace", name,
                                      scalar_text(*member)));
}

Result<ResourceDeclaration> parse_resource(const std::string& logical_id, const Json& json) {
  if (!is_alphanumeric(logical_id)) {
    return validation_error(
        fmt::format("Template format error: Resource name {} is non alphanumeric.", logical_id));
  }
  if (!json.is_object()) {
    return validation_error(
        fmt::format("Template format error: Any Resources member must be an object."));
  }
  ResourceDeclaration declaration{.logical_id = logical_id};
  declaration.type = json.get_string("Type");
  if (declaration.type.empty()) {
    return validation_error(fmt::format(
        "Template format error: [/Resources/{}] Every Resources object must contain a Type member.",
        logical_id));
  }
  for (const auto& [member, value] : *json.as_object()) {
    static constexpr std::array kKnown =
        std::to_array<std::string_view>({"Type", "Properties", "DependsOn", "Condition",
                                         "DeletionPolicy", "UpdateReplacePolicy", "Metadata"});
    if (std::find(kKnown.begin(), kKnown.end(), member) != kKnown.end()) continue;
    if (member == "CreationPolicy" || member == "UpdatePolicy") {
      return validation_error(
          fmt::format("Template error: {} of resource {} is not supported by "
                      "Millrace",
                      member, logical_id));
    }
    return validation_error(fmt::format("Invalid template resource property '{}'", member));
  }
  if (const Json* properties = json.find("Properties"); properties && !properties->is_null()) {
    if (!properties->is_object()) {
      return validation_error(fmt::format(
          "Template format error: [/Resources/{}/Properties] must be an object", logical_id));
    }
    declaration.properties = *properties;
  }
  declaration.condition = json.get_string("Condition");
  MR_ASSIGN(declaration.deletion_policy, parse_policy(json, "DeletionPolicy"));
  MR_ASSIGN(declaration.replace_policy, parse_policy(json, "UpdateReplacePolicy"));
  if (const Json* metadata = json.find("Metadata")) declaration.metadata = *metadata;
  if (const Json* depends = json.find("DependsOn")) {
    if (const std::string* one = depends->as_string()) {
      declaration.depends_on.insert(*one);
    } else if (const Json::Array* many = depends->as_array()) {
      for (const Json& each : *many) {
        if (each.is_string()) declaration.depends_on.insert(*each.as_string());
      }
    } else {
      return validation_error(
          "Template format error: DependsOn must be a string or list of strings.");
    }
  }
  return declaration;
}

Result<OutputDeclaration> parse_output(const std::string& name, const Json& json) {
  if (!is_alphanumeric(name)) {
    return validation_error(
        fmt::format("Template format error: Output {} is non alphanumeric.", name));
  }
  const Json* value = json.find("Value");
  if (value == nullptr) {
    return validation_error(
        fmt::format("Template format error: Every Outputs member must contain a Value object"));
  }
  OutputDeclaration output{.name = name, .value = *value};
  if (const Json* exported = json.find("Export")) {
    const Json* export_name = exported->find("Name");
    if (export_name == nullptr) {
      return validation_error("Template format error: Output Export must contain a Name");
    }
    output.export_name = *export_name;
  }
  output.description = json.get_string("Description");
  output.condition = json.get_string("Condition");
  return output;
}

Status check_sections(const Json& root) {
  static constexpr std::array kKnown = std::to_array<std::string_view>(
      {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings",
       "Conditions", "Rules", "Resources", "Outputs", "Transform"});
  for (const auto& [name, value] : *root.as_object()) {
    if (name.starts_with("Fn::")) {
      return validation_error(fmt::format("{} is not supported by Millrace", name));
    }
    if (std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end()) {
      return validation_error(fmt::format("Invalid template property or properties [{}]", name));
    }
  }
  if (const Json* version = root.find("AWSTemplateFormatVersion")) {
    if (scalar_text(*version) != "2010-09-09") {
      return validation_error(
          "Template format error: unsupported value for "
          "AWSTemplateFormatVersion.");
    }
  }
  return ok_status();
}

// Transforms run on AWS's side of the wire. The one that only adds functions is built in.
Result<std::vector<std::string>> parse_transforms(const Json& root) {
  std::vector<std::string> names;
  const Json* transform = root.find("Transform");
  if (transform == nullptr || transform->is_null()) return names;
  const Json::Array one{*transform};
  for (const Json& each : transform->is_array() ? *transform->as_array() : one) {
    const std::string* name = each.as_string();
    if (name == nullptr || *name != kLanguageExtensions) {
      return validation_error(
          fmt::format("Transform {} is not supported by Millrace", each.dump()));
    }
    names.push_back(*name);
  }
  return names;
}

Status refuse_loops(const Json::Object& section) {
  for (const auto& [name, value] : section) {
    if (name.starts_with("Fn::ForEach::")) {
      return validation_error("Fn::ForEach is not supported by Millrace");
    }
  }
  return ok_status();
}

}  // namespace

const ParameterDeclaration* Template::find_parameter(std::string_view name) const {
  for (const ParameterDeclaration& parameter : parameters) {
    if (parameter.name == name) return &parameter;
  }
  return nullptr;
}

const ResourceDeclaration* Template::find_resource(std::string_view logical_id) const {
  for (const ResourceDeclaration& resource : resources) {
    if (resource.logical_id == logical_id) return &resource;
  }
  return nullptr;
}

std::vector<const ResourceDeclaration*> Template::in_order() const {
  std::vector<const ResourceDeclaration*> order;
  std::set<std::string_view> done;
  while (order.size() < resources.size()) {
    size_t before = order.size();
    for (const ResourceDeclaration& resource : resources) {
      if (done.contains(resource.logical_id)) continue;
      bool free = std::all_of(resource.depends_on.begin(), resource.depends_on.end(),
                              [&](const std::string& need) { return done.contains(need); });
      if (!free) continue;
      order.push_back(&resource);
      done.insert(resource.logical_id);
    }
    CHECK(order.size() > before);
  }
  return order;
}

std::string Template::required_capability() const {
  std::string needed;
  for (const ResourceDeclaration& resource : resources) {
    static constexpr std::array kIamTypes = std::to_array<std::pair<std::string_view, const char*>>(
        {{"AWS::IAM::Role", "RoleName"},
         {"AWS::IAM::ManagedPolicy", "ManagedPolicyName"},
         {"AWS::IAM::User", "UserName"},
         {"AWS::IAM::Group", "GroupName"},
         {"AWS::IAM::InstanceProfile", "InstanceProfileName"},
         {"AWS::IAM::Policy", ""},
         {"AWS::IAM::AccessKey", ""},
         {"AWS::IAM::UserToGroupAddition", ""}});
    for (const auto& [type, name_property] : kIamTypes) {
      if (resource.type != type) continue;
      bool named = *name_property != '\0' && resource.properties.find(name_property) != nullptr;
      if (named) return "CAPABILITY_NAMED_IAM";
      needed = "CAPABILITY_IAM";
    }
  }
  return needed;
}

std::string Template::capability_reason() const {
  std::set<std::string> types;
  for (const ResourceDeclaration& resource : resources) {
    if (resource.type.starts_with("AWS::IAM::")) types.insert(resource.type);
  }
  return fmt::format("The following resource(s) require capabilities: [{}]",
                     fmt::join(types, ", "));
}

Result<Template> Template::parse(std::string_view text) {
  MR_ASSIGN(Json root, parse_template_text(text));
  MR_TRY(check_sections(root));
  Template tmpl;
  tmpl.description = root.get_string("Description");
  if (const Json* version = root.find("AWSTemplateFormatVersion")) {
    tmpl.version = scalar_text(*version);
  }
  if (const Json* metadata = root.find("Metadata")) tmpl.metadata = *metadata;
  MR_ASSIGN(tmpl.transforms, parse_transforms(root));
  MR_ASSIGN(const Json::Object* parameters, section(root, "Parameters"));
  for (const auto& [name, json] : *parameters) {
    MR_ASSIGN(ParameterDeclaration parameter, parse_parameter(name, json));
    tmpl.parameters.push_back(std::move(parameter));
  }
  MR_ASSIGN(const Json::Object* mappings, section(root, "Mappings"));
  tmpl.mappings = *mappings;
  MR_ASSIGN(const Json::Object* conditions, section(root, "Conditions"));
  tmpl.conditions = *conditions;
  MR_ASSIGN(const Json::Object* rules, section(root, "Rules"));
  tmpl.rules = *rules;
  MR_ASSIGN(const Json::Object* resources, section(root, "Resources"));
  MR_TRY(refuse_loops(*resources));
  if (resources->empty()) {
    return validation_error(
        "Template format error: At least one Resources member must be defined.");
  }
  for (const auto& [name, json] : *resources) {
    MR_ASSIGN(ResourceDeclaration resource, parse_resource(name, json));
    tmpl.resources.push_back(std::move(resource));
  }
  MR_ASSIGN(const Json::Object* outputs, section(root, "Outputs"));
  MR_TRY(refuse_loops(*outputs));
  for (const auto& [name, json] : *outputs) {
    MR_ASSIGN(OutputDeclaration output, parse_output(name, json));
    tmpl.outputs.push_back(std::move(output));
  }
  auto limit = [](size_t count, size_t max, const char* what) -> Status {
    if (count <= max) return ok_status();
    return validation_error(
        fmt::format("Template format error: Number of {}, {}, is greater than maximum allowed, {}",
                    what, count, max));
  };
  MR_TRY(limit(tmpl.resources.size(), kResourcesMax, "resources"));
  MR_TRY(limit(tmpl.parameters.size(), kParametersMax, "parameters"));
  MR_TRY(limit(tmpl.outputs.size(), kOutputsMax, "outputs"));
  MR_TRY(limit(mappings->size(), kMappingsMax, "mappings"));
  MR_TRY(link_references(tmpl));
  MR_TRY(check_cycles(tmpl));
  return tmpl;
}

std::optional<IntrinsicCall> as_intrinsic(const Json& value) {
  const Json::Object* object = value.as_object();
  if (object == nullptr || object->size() != 1) return std::nullopt;
  const auto& [name, argument] = object->front();
  if (name != "Ref" && !name.starts_with("Fn::")) return std::nullopt;
  return IntrinsicCall{name, &argument};
}

std::vector<std::string> sub_names(std::string_view text) {
  std::vector<std::string> names;
  for (size_t i = text.find("${"); i != std::string_view::npos; i = text.find("${", i + 2)) {
    size_t close = text.find('}', i);
    if (close == std::string_view::npos) break;
    std::string_view name = text.substr(i + 2, close - i - 2);
    if (name.starts_with('!')) continue;
    size_t first = name.find_first_not_of(' ');
    size_t last = name.find_last_not_of(' ');
    if (first == std::string_view::npos) continue;
    names.emplace_back(name.substr(first, last - first + 1));
  }
  return names;
}

}  // namespace millrace::cloudformation
