#include "svc/cloudformation/references.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

// Collects what a value refers to.
class References {
 public:
  explicit References(const Template& tmpl) : template_(tmpl) {}

  Status walk(const Json& value) {
    if (auto call = as_intrinsic(value)) return walk_call(*call);
    if (const Json::Array* array = value.as_array()) {
      for (const Json& element : *array)
        MR_TRY(walk(element));
    } else if (const Json::Object* object = value.as_object()) {
      for (const auto& [name, member] : *object)
        MR_TRY(walk(member));
    }
    return ok_status();
  }
  const std::set<std::string>& resources() const { return resources_; }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  Status walk_call(const IntrinsicCall& call) {
    if (call.name == "Ref") {
      const std::string* name = call.argument->as_string();
      if (name == nullptr) {
        return validation_error(
            "Template error: every Ref object must have a single String value.");
      }
      note(*name);
      return ok_status();
    }
    if (call.name == "Fn::GetAtt") {
      if (const Json::Array* parts = call.argument->as_array();
          parts != nullptr && parts->size() == 2 && (*parts)[0].is_string()) {
        MR_TRY(note_attribute(*(*parts)[0].as_string()));
        return walk((*parts)[1]);
      }
      const std::string* text = call.argument->as_string();
      if (text == nullptr || text->find('.') == std::string::npos) {
        return validation_error(
            "Template error: every Fn::GetAtt object requires two non-empty parameters, the "
            "resource name and the resource attribute");
      }
      return note_attribute(text->substr(0, text->find('.')));
    }
    if (call.name == "Fn::Sub") return walk_sub(*call.argument);
    if (call.name == "Fn::Transform") {
      return validation_error("Fn::Transform is not supported by Millrace");
    }
    return walk(*call.argument);
  }

  Status walk_sub(const Json& argument) {
    const std::string* text = argument.as_string();
    std::set<std::string> own;
    if (const Json::Array* parts = argument.as_array()) {
      if (parts->size() != 2 || !(*parts)[0].is_string() || !(*parts)[1].is_object()) {
        return validation_error(
            "Template error: One or more Fn::Sub intrinsic functions don't specify expected "
            "arguments. Specify a string as first argument, and an optional second argument to "
            "specify a mapping of values to replace in the string");
      }
      text = (*parts)[0].as_string();
      for (const auto& [name, value] : *(*parts)[1].as_object()) {
        own.insert(name);
        MR_TRY(walk(value));
      }
    }
    if (text == nullptr) {
      return validation_error(
          "Template error: One or more Fn::Sub intrinsic functions don't specify expected "
          "arguments. Specify a string as first argument, and an optional second argument to "
          "specify a mapping of values to replace in the string");
    }
    for (const std::string& name : sub_names(*text)) {
      if (own.contains(name)) continue;
      size_t dot = name.find('.');
      if (dot == std::string::npos) {
        note(name);
      } else {
        MR_TRY(note_attribute(name.substr(0, dot)));
      }
    }
    return ok_status();
  }

  void note(const std::string& name) {
    if (name.starts_with("AWS::") || template_.find_parameter(name) != nullptr) return;
    if (template_.find_resource(name) != nullptr) {
      resources_.insert(name);
    } else {
      missing_.push_back(name);
    }
  }
  Status note_attribute(const std::string& name) {
    if (template_.find_resource(name) == nullptr) {
      return validation_error(fmt::format(
          "Template error: instance of Fn::GetAtt references undefined resource {}", name));
    }
    resources_.insert(name);
    return ok_status();
  }

  const Template& template_;
  std::set<std::string> resources_;
  std::vector<std::string> missing_;
};

Error unresolved(const std::vector<std::string>& names, std::string_view where) {
  return validation_error(
      fmt::format("Template format error: Unresolved resource dependencies [{}] in the {} block of "
                  "the template",
                  fmt::join(names, ", "), where));
}

}  // namespace

Status link_references(Template& tmpl) {
  std::vector<std::string> missing;
  for (ResourceDeclaration& resource : tmpl.resources) {
    for (const std::string& name : resource.depends_on) {
      if (tmpl.find_resource(name) == nullptr) missing.push_back(name);
    }
    References references(tmpl);
    MR_TRY(references.walk(resource.properties));
    for (const std::string& name : references.missing())
      missing.push_back(name);
    for (const std::string& name : references.resources())
      resource.depends_on.insert(name);
    if (!resource.condition.empty() && tmpl.conditions.find(resource.condition) == nullptr) {
      return validation_error(
          fmt::format("Template format error: Unrecognized conditions: [{}]", resource.condition));
    }
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  if (!missing.empty()) return unresolved(missing, "Resources");
  for (const OutputDeclaration& output : tmpl.outputs) {
    References references(tmpl);
    MR_TRY(references.walk(output.value));
    MR_TRY(references.walk(output.export_name));
    if (!references.missing().empty()) return unresolved(references.missing(), "Outputs");
    if (!output.condition.empty() && tmpl.conditions.find(output.condition) == nullptr) {
      return validation_error(
          fmt::format("Template format error: Unrecognized conditions: [{}]", output.condition));
    }
  }
  return ok_status();
}

// Takes away what depends on nothing left, again and again; what stays is in a cycle or needs one.
Status check_cycles(const Template& tmpl) {
  std::map<std::string, std::set<std::string>> left;
  for (const ResourceDeclaration& resource : tmpl.resources) {
    left[resource.logical_id] = resource.depends_on;
  }
  bool changed = true;
  while (changed) {
    changed = false;
    for (auto it = left.begin(); it != left.end();) {
      bool free = std::none_of(it->second.begin(), it->second.end(),
                               [&](const std::string& need) { return left.contains(need); });
      if (free) {
        it = left.erase(it);
        changed = true;
      } else {
        ++it;
      }
    }
  }
  if (left.empty()) return ok_status();
  std::vector<std::string> names;
  for (const ResourceDeclaration& resource : tmpl.resources) {
    if (left.contains(resource.logical_id)) names.push_back(resource.logical_id);
  }
  return validation_error(
      fmt::format("Circular dependency between resources: [{}]", fmt::join(names, ", ")));
}

}  // namespace millrace::cloudformation
