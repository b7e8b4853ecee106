// Records as JSON rows: their form on disk (docs/formats.md).
#include "svc/cloudformation/record_json.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

int64_t int_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->is_int() ? *member->as_int() : 0;
}
bool bool_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member != nullptr && member->as_bool() != nullptr && *member->as_bool();
}
Json json_of(const Json& json, std::string_view name) {
  const Json* member = json.find(name);
  return member == nullptr ? Json() : *member;
}

template <class Strings>
Json strings_to_json(const Strings& strings) {
  Json json = Json::array();
  for (const std::string& text : strings)
    json.push(Json(text));
  return json;
}
std::vector<std::string> strings_of(const Json& json, std::string_view name) {
  std::vector<std::string> out;
  if (const Json* array = json.find(name); array != nullptr && array->is_array()) {
    for (const Json& text : *array->as_array())
      out.push_back(*text.as_string());
  }
  return out;
}

Json tags_to_json(const Tags& tags) {
  Json json = Json::array();
  for (const auto& [key, value] : tags)
    json.push(Json::Array{Json(key), Json(value)});
  return json;
}
Tags tags_of(const Json& json, std::string_view name) {
  Tags tags;
  if (const Json* array = json.find(name); array != nullptr && array->is_array()) {
    for (const Json& tag : *array->as_array()) {
      const auto& pair = *tag.as_array();
      tags.emplace_back(*pair[0].as_string(), *pair[1].as_string());
    }
  }
  return tags;
}

void set_instant(Json& json, const char* name, const std::optional<Instant>& instant) {
  if (instant) json.set(name, instant->us);
}
std::optional<Instant> instant_of(const Json& json, std::string_view name) {
  if (json.find(name) == nullptr) return std::nullopt;
  return Instant{int_of(json, name)};
}

}  // namespace

Json to_json(const Goal& goal) {
  Json json = Json::object();
  json.set("template", goal.template_text);
  Json parameters = Json::object();
  for (const auto& [name, value] : goal.parameters) {
    parameters.set(name, Json::Array{Json(value.given), Json(value.resolved)});
  }
  json.set("parameters", std::move(parameters)).set("tags", tags_to_json(goal.tags));
  json.set("capabilities", strings_to_json(goal.capabilities));
  json.set("role", goal.role_arn).set("description", goal.description);
  return json;
}

Goal goal_from_json(const Json& json) {
  Goal goal;
  goal.template_text = json.get_string("template");
  if (const Json* parameters = json.find("parameters")) {
    for (const auto& [name, pair] : *parameters->as_object()) {
      goal.parameters[name] = {*(*pair.as_array())[0].as_string(),
                               *(*pair.as_array())[1].as_string()};
    }
  }
  goal.tags = tags_of(json, "tags");
  goal.capabilities = strings_of(json, "capabilities");
  goal.role_arn = json.get_string("role");
  goal.description = json.get_string("description");
  return goal;
}

Json to_json(const StackRecord& stack) {
  Json json = Json::object();
  json.set("id", stack.id).set("name", stack.name).set("status", stack.status);
  json.set("reason", stack.status_reason).set("created", stack.created.us);
  set_instant(json, "updated", stack.updated);
  set_instant(json, "deleted", stack.deleted);
  Json goal = to_json(stack.goal);
  goal.erase("template");
  json.set("goal", std::move(goal));
  Json outputs = Json::array();
  for (const OutputRecord& output : stack.outputs) {
    Json one = Json::object();
    one.set("key", output.key).set("value", output.value);
    one.set("description", output.description).set("export", output.export_name);
    outputs.push(std::move(one));
  }
  json.set("outputs", std::move(outputs)).set("disable_rollback", stack.disable_rollback);
  json.set("on_failure", stack.on_failure).set("protected", stack.termination_protection);
  json.set("change_set", stack.change_set_id).set("token", stack.client_token);
  json.set("imports", strings_to_json(stack.imports));
  json.set("timeout", stack.timeout_minutes).set("last_event", stack.last_event_ms);
  return json;
}

StackRecord stack_from_json(const Json& json) {
  StackRecord stack;
  stack.id = json.get_string("id");
  stack.name = json.get_string("name");
  stack.status = json.get_string("status");
  stack.status_reason = json.get_string("reason");
  stack.created = Instant{int_of(json, "created")};
  stack.updated = instant_of(json, "updated");
  stack.deleted = instant_of(json, "deleted");
  stack.goal = goal_from_json(json_of(json, "goal"));
  if (const Json* outputs = json.find("outputs")) {
    for (const Json& one : *outputs->as_array()) {
      stack.outputs.push_back(
          {std::string(one.get_string("key")), std::string(one.get_string("value")),
           std::string(one.get_string("description")), std::string(one.get_string("export"))});
    }
  }
  stack.disable_rollback = bool_of(json, "disable_rollback");
  stack.on_failure = json.get_string("on_failure");
  stack.termination_protection = bool_of(json, "protected");
  stack.change_set_id = json.get_string("change_set");
  stack.client_token = json.get_string("token");
  for (std::string& name : strings_of(json, "imports"))
    stack.imports.insert(std::move(name));
  stack.timeout_minutes = int_of(json, "timeout");
  stack.last_event_ms = int_of(json, "last_event");
  return stack;
}

Json to_json(const ResourceRecord& resource) {
  Json json = Json::object();
  json.set("logical", resource.logical_id).set("physical", resource.physical_id);
  json.set("type", resource.type).set("status", resource.status);
  json.set("reason", resource.status_reason).set("changed", resource.changed.us);
  json.set("properties", resource.properties).set("attributes", resource.attributes);
  json.set("metadata", resource.metadata).set("retain", resource.retain_on_delete);
  json.set("retain_replaced", resource.retain_on_replace);
  json.set("rollback_deletes", resource.delete_on_rollback);
  json.set("tags", tags_to_json(resource.tags)).set("incarnation", resource.incarnation);
  json.set("depends", strings_to_json(resource.depends_on));
  return json;
}

ResourceRecord resource_from_json(const Json& json) {
  ResourceRecord resource;
  resource.logical_id = json.get_string("logical");
  resource.physical_id = json.get_string("physical");
  resource.type = json.get_string("type");
  resource.status = json.get_string("status");
  resource.status_reason = json.get_string("reason");
  resource.changed = Instant{int_of(json, "changed")};
  resource.properties = json_of(json, "properties");
  resource.attributes = json_of(json, "attributes");
  resource.metadata = json_of(json, "metadata");
  resource.retain_on_delete = bool_of(json, "retain");
  resource.retain_on_replace = bool_of(json, "retain_replaced");
  resource.delete_on_rollback = bool_of(json, "rollback_deletes");
  resource.tags = tags_of(json, "tags");
  resource.incarnation = json.get_string("incarnation");
  for (std::string& name : strings_of(json, "depends")) {
    resource.depends_on.insert(std::move(name));
  }
  return resource;
}

Json to_json(const EventRecord& event) {
  Json json = Json::object();
  json.set("logical", event.logical_id).set("physical", event.physical_id);
  json.set("type", event.type).set("status", event.status).set("reason", event.reason);
  if (!event.properties.is_null()) json.set("properties", event.properties);
  return json;
}

EventRecord event_from_json(const Json& json) {
  EventRecord event;
  event.logical_id = json.get_string("logical");
  event.physical_id = json.get_string("physical");
  event.type = json.get_string("type");
  event.status = json.get_string("status");
  event.reason = json.get_string("reason");
  event.properties = json_of(json, "properties");
  return event;
}

Json to_json(const ChangeSetRecord& change_set) {
  Json json = Json::object();
  json.set("id", change_set.id).set("name", change_set.name).set("stack", change_set.stack_id);
  json.set("stack_name", change_set.stack_name).set("description", change_set.description);
  json.set("type", change_set.type).set("status", change_set.status);
  json.set("reason", change_set.status_reason).set("execution", change_set.execution_status);
  json.set("created", change_set.created.us).set("goal", to_json(change_set.goal));
  json.set("changes", change_set.changes).set("on_failure", change_set.on_stack_failure);
  json.set("token", change_set.client_token).set("nested", change_set.include_nested_stacks);
  return json;
}

ChangeSetRecord change_set_from_json(const Json& json) {
  ChangeSetRecord change_set;
  change_set.id = json.get_string("id");
  change_set.name = json.get_string("name");
  change_set.stack_id = json.get_string("stack");
  change_set.stack_name = json.get_string("stack_name");
  change_set.description = json.get_string("description");
  change_set.type = json.get_string("type");
  change_set.status = json.get_string("status");
  change_set.status_reason = json.get_string("reason");
  change_set.execution_status = json.get_string("execution");
  change_set.created = Instant{int_of(json, "created")};
  change_set.goal = goal_from_json(json_of(json, "goal"));
  change_set.changes = json_of(json, "changes");
  change_set.on_stack_failure = json.get_string("on_failure");
  change_set.client_token = json.get_string("token");
  change_set.include_nested_stacks = bool_of(json, "nested");
  return change_set;
}

}  // namespace millrace::cloudformation
