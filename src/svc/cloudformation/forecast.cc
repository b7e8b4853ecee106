#include "svc/cloudformation/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "svc/cloudformation/change.h"
#include "svc/cloudformation/live_source.h"
#include "svc/cloudformation/resource_type.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

// What is made or changed by the goal answers with "known after apply".
class ForecastSource final : public LiveSource {
 public:
  ForecastSource(svc::Context& ctx, Rows& rows, std::string stack_id, const Template& tmpl)
      : LiveSource(ctx, rows, std::move(stack_id)), template_(tmpl) {}
  std::set<std::string> unknown_ids;         // replaced or new
  std::set<std::string> unknown_attributes;  // changed
  Result<Json> ref(const std::string& logical_id) override {
    if (unknown_ids.contains(logical_id)) return Json(kKnownAfterApply);
    return LiveSource::ref(logical_id);
  }
  Result<Json> attribute(const Attribute& attribute) override {
    const ResourceType* type =
        find_resource_type(template_.find_resource(attribute.logical_id)->type);
    if (!type->has_attribute(attribute.name)) {
      return validation_error(fmt::format(
          "Template error: resource {} does not support attribute type {} in Fn::GetAtt",
          attribute.logical_id, attribute.name));
    }
    if (unknown_ids.contains(attribute.logical_id)) return Json(kKnownAfterApply);
    auto known = LiveSource::attribute(attribute);
    if (!known.ok() && unknown_attributes.contains(attribute.logical_id)) {
      return Json(kKnownAfterApply);
    }
    return known;
  }
  // A stack may be planned before the one that it imports from; its deployment tells what is
  // missing.
  Result<std::string> import_value(const std::string& export_name) override {
    auto known = LiveSource::import_value(export_name);
    return known.ok() ? std::move(known) : Result<std::string>(kKnownAfterApply);
  }

 private:
  const Template& template_;
};

// {"Properties": ...}, as a change shows what was and what will be.
Json context_of(const Json& properties) {
  Json context = Json::object();
  context.set("Properties", properties);
  return Json(context.dump());
}

Json change_of(const char* action, const ResourceRecord& resource, const char* replacement) {
  Json change = Json::object();
  change.set("Action", action).set("LogicalResourceId", resource.logical_id);
  if (!resource.physical_id.empty()) change.set("PhysicalResourceId", resource.physical_id);
  change.set("ResourceType", resource.type);
  if (*replacement != '\0') change.set("Replacement", replacement);
  change.set("Scope", Json::array()).set("Details", Json::array());
  Json out = Json::object();
  out.set("Type", "Resource").set("ResourceChange", std::move(change));
  return out;
}

// One line of what a Modify changes.
Json detail_of(const char* attribute, std::string name, const char* recreation) {
  Json target = Json::object();
  target.set("Attribute", attribute);
  if (!name.empty()) target.set("Name", std::move(name));
  target.set("RequiresRecreation", recreation);
  Json detail = Json::object();
  detail.set("Target", std::move(target)).set("Evaluation", "Static");
  detail.set("ChangeSource", "DirectModification");
  return detail;
}

class Modification {
 public:
  Modification(const ResourceRecord& existing, const ResourceDeclaration& declaration)
      : existing_(existing),
        declaration_(declaration),
        type_(*find_resource_type(declaration.type)),
        replace_(existing.type != declaration.type) {}

  void compare_properties(const Json& wanted) {
    for (const PropertyRule& rule : type_.properties) {
      const Json* was = existing_.properties.find(rule.name);
      const Json* is = wanted.find(rule.name);
      if (!is_same(was, is)) add_property(rule, was, is);
    }
  }
  void compare_tags(const Tags& wanted) {
    if (existing_.tags == wanted) return;
    const bool replaces = change_of_tags(type_) == Change::kReplace;
    replace_ |= replaces;
    push("Tags", detail_of("Tags", "", replaces ? "Always" : "Never"));
  }
  void compare_attributes() {
    ResourceRecord declared;
    declare(declaration_, declared);
    if (!(existing_.metadata == declared.metadata)) add("Metadata");
    if (existing_.retain_on_delete != declared.retain_on_delete ||
        existing_.delete_on_rollback != declared.delete_on_rollback) {
      add("DeletionPolicy");
    }
    if (existing_.retain_on_replace != declared.retain_on_replace) add("UpdateReplacePolicy");
  }

  // Nothing when the resource stays as it is.
  std::optional<Json> take(const Json& wanted) {
    if (details_.as_array()->empty() && !replace_) return std::nullopt;
    Json change = change_of("Modify", existing_,
                            replace_ ? "True"
                            : maybe_ ? "Conditional"
                                     : "False");
    Json& resource = *change.find("ResourceChange");
    resource.set("Scope", std::move(scope_)).set("Details", std::move(details_));
    resource.set("BeforeContext", context_of(existing_.properties));
    resource.set("AfterContext", context_of(wanted));
    return change;
  }

 private:
  void add_property(const PropertyRule& rule, const Json* was, const Json* is) {
    const bool always = change_of_property(type_, rule) == Change::kReplace;
    bool unknown = is != nullptr && is->dump().find(kKnownAfterApply) != std::string::npos;
    (unknown ? maybe_ : replace_) |= always;
    Json detail = detail_of("Properties", std::string(rule.name), always ? "Always" : "Never");
    if (unknown) detail.set("Evaluation", "Dynamic");
    Json& target = *detail.find("Target");
    target.set("Path", fmt::format("/Properties/{}", rule.name));
    if (was != nullptr) target.set("BeforeValue", text_of(*was));
    if (is != nullptr) target.set("AfterValue", text_of(*is));
    target.set("AttributeChangeType", was == nullptr ? "Add" : is == nullptr ? "Remove" : "Modify");
    push("Properties", std::move(detail));
  }
  void add(const char* attribute) { push(attribute, detail_of(attribute, "", "Never")); }
  void push(const char* scope, Json detail) {
    const Json::Array& known = *scope_.as_array();
    if (std::find(known.begin(), known.end(), Json(scope)) == known.end()) scope_.push(scope);
    details_.push(std::move(detail));
  }
  static Json text_of(const Json& value) { return value.is_string() ? value : Json(value.dump()); }

  const ResourceRecord& existing_;
  const ResourceDeclaration& declaration_;
  const ResourceType& type_;
  Json scope_ = Json::array();
  Json details_ = Json::array();
  bool replace_;
  bool maybe_ = false;
};

Result<bool> has_same_outputs(Resolver& resolver, const Template& tmpl, const StackRecord& stack) {
  size_t outputs = 0;
  for (const OutputDeclaration& output : tmpl.outputs) {
    if (!resolver.holds(output.condition)) continue;
    ++outputs;
    MR_ASSIGN(auto value, resolver.resolve_output(output.value));
    std::string text = !value ? "" : value->is_string() ? *value->as_string() : value->dump();
    std::string export_name;
    if (!output.export_name.is_null()) {
      MR_ASSIGN(export_name, resolver.resolve_text(output.export_name));
    }
    auto same = std::any_of(stack.outputs.begin(), stack.outputs.end(), [&](const auto& old) {
      return old.key == output.name && old.value == text && old.export_name == export_name &&
             old.description == output.description;
    });
    if (!same) return false;
  }
  return outputs == stack.outputs.size();
}

}  // namespace

Result<Forecast> forecast(svc::Context& ctx, Rows& rows, const StackRecord& stack, const Goal& goal,
                          bool is_update) {
  MR_ASSIGN(Template tmpl, Template::parse(goal.template_text));
  Environment environment = environment_of(ctx.scope(), stack, tmpl, goal);
  ForecastSource source(ctx, rows, stack.id, tmpl);
  Resolver resolver(tmpl, environment, source);
  MR_TRY(resolver.evaluate_conditions());
  Forecast result;
  std::set<std::string> wanted;
  for (const ResourceDeclaration* declaration : tmpl.in_order()) {
    if (!resolver.holds(declaration->condition)) continue;
    const std::string& id = declaration->logical_id;
    wanted.insert(id);
    std::optional<ResourceRecord> existing;
    if (is_update) {
      MR_ASSIGN(existing, rows.find_resource(stack.id, id));
    }
    MR_ASSIGN(Json properties, resolver.resolve_properties(declaration->properties));
    if (!existing || !existing->exists()) {
      source.unknown_ids.insert(id);
      Json change = change_of("Add", {.logical_id = id, .type = declaration->type}, "");
      change.find("ResourceChange")->set("AfterContext", context_of(properties));
      result.changes.push(std::move(change));
      continue;
    }
    Modification modification(*existing, *declaration);
    modification.compare_properties(properties);
    modification.compare_tags(wanted_tags(*find_resource_type(declaration->type), properties,
                                          {stack.name, stack.id, id, goal.tags}));
    modification.compare_attributes();
    auto change = modification.take(properties);
    if (!change) continue;
    bool same = change->find("ResourceChange")->get_string("Replacement") == "False";
    (same ? source.unknown_attributes : source.unknown_ids).insert(id);
    result.changes.push(std::move(*change));
  }
  result.any = !result.changes.as_array()->empty();
  MR_ASSIGN(bool same_outputs, has_same_outputs(resolver, tmpl, stack));
  if (!is_update) return result;
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  for (const ResourceRecord& resource : resources) {
    if (wanted.contains(resource.logical_id) || !resource.exists()) continue;
    Json change = change_of("Remove", resource, "");
    change.find("ResourceChange")->set("BeforeContext", context_of(resource.properties));
    result.changes.push(std::move(change));
    result.any = true;
  }
  if (!same_outputs || goal.tags != stack.goal.tags) result.any = true;
  return result;
}

}  // namespace millrace::cloudformation
