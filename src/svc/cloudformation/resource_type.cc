#include "svc/cloudformation/resource_type.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/encoding.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/template.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

const aws::Member* find_member(const aws::Shape& shape, std::string_view name) {
  for (const aws::Member& member : shape.members) {
    if (ascii_iequals(member.name, name)) return &member;
  }
  return nullptr;
}

const aws::Shape* shape_of(const PropertyRule& rule) {
  if (rule.operation == nullptr) return nullptr;
  std::string_view name = rule.member.empty() ? rule.name : rule.member;
  const aws::Member* member = find_member(*rule.operation->input, name);
  CHECK(member != nullptr);
  return member->shape;
}

bool is_listed(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    size_t comma = list.find(',');
    if (list.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

// Walks unresolved properties; what a function will give is not known yet.
class Checker {
 public:
  explicit Checker(const std::string& logical_id) : logical_id_(logical_id) {}

  Status refuse(const std::string& path, std::string_view what) const {
    return validation_error(
        fmt::format("Properties validation failed for resource {} with message: "
                    "{}: {}",
                    logical_id_, path, what));
  }
  Status extraneous(const std::string& path, std::string_view name) const {
    return refuse(path, fmt::format("extraneous key [{}] is not permitted (Millrace does not "
                                    "support it)",
                                    name));
  }

  Status check(const aws::Shape& shape, const Json& value, const std::string& path) const {
    if (auto call = as_intrinsic(value)) {
      const Json::Array* parts = call->argument->as_array();
      if (call->name == "Fn::If" && parts != nullptr && parts->size() == 3) {
        MR_TRY(check(shape, (*parts)[1], path));
        return check(shape, (*parts)[2], path);
      }
      return ok_status();
    }
    if (shape.kind == aws::ShapeKind::kStructure) {
      const Json::Object* object = value.as_object();
      if (object == nullptr) return refuse(path, "expected type: JSONObject");
      for (const auto& [name, member_value] : *object) {
        const aws::Member* member = find_member(shape, name);
        if (member == nullptr) return extraneous(path, name);
        MR_TRY(check(*member->shape, member_value, path + "/" + name));
      }
    } else if (shape.kind == aws::ShapeKind::kList && value.is_array()) {
      const Json::Array& array = *value.as_array();
      for (size_t i = 0; i < array.size(); ++i) {
        MR_TRY(check(*shape.element, array[i], fmt::format("{}/{}", path, i)));
      }
    } else if (shape.kind == aws::ShapeKind::kMap && value.is_object()) {
      for (const auto& [name, element] : *value.as_object()) {
        MR_TRY(check(*shape.element, element, path + "/" + name));
      }
    }
    return ok_status();
  }

  Status check_nested(const PropertyRule& rule, const Json& value, const std::string& path) const {
    if (rule.nested == "*" || as_intrinsic(value)) return ok_status();
    if (const Json::Array* array = value.as_array()) {
      for (size_t i = 0; i < array->size(); ++i) {
        MR_TRY(check_nested(rule, (*array)[i], fmt::format("{}/{}", path, i)));
      }
    } else if (const Json::Object* object = value.as_object()) {
      for (const auto& [name, member] : *object) {
        if (!is_listed(rule.nested, name)) return extraneous(path, name);
      }
    }
    return ok_status();
  }

 private:
  const std::string& logical_id_;
};

// Nothing but empty texts, lists and objects. What a function gives is not known yet.
bool is_empty(const Json& value) {
  if (as_intrinsic(value)) return false;
  if (const std::string* text = value.as_string()) return text->empty();
  if (const Json::Array* array = value.as_array()) {
    return std::all_of(array->begin(), array->end(), is_empty);
  }
  if (const Json::Object* object = value.as_object()) {
    return std::all_of(object->begin(), object->end(),
                       [](const Json::Member& member) { return is_empty(member.second); });
  }
  return value.is_null();
}

Error wrong_kind(const std::string& path, std::string_view expected) {
  return validation_error(fmt::format("{}: expected type: {}", path, expected));
}

Result<Json> to_structure(const aws::Shape& shape, const Json& value, const std::string& path) {
  const Json::Object* object = value.as_object();
  if (object == nullptr) return wrong_kind(path, "JSONObject");
  Json out = Json::object();
  for (const auto& [name, member_value] : *object) {
    const aws::Member* member = find_member(shape, name);
    if (member == nullptr) {
      return validation_error(
          fmt::format("{}: extraneous key [{}] is not permitted (Millrace does "
                      "not support it)",
                      path, name));
    }
    MR_ASSIGN(Json converted, to_model(*member->shape, member_value, path + "/" + name));
    out.set(std::string(member->name), std::move(converted));
  }
  return out;
}

Result<Json> to_number(const aws::Shape& shape, const Json& value, const std::string& path) {
  bool whole = shape.kind == aws::ShapeKind::kInteger || shape.kind == aws::ShapeKind::kLong;
  if (value.is_int()) return whole ? value : Json(value.number());
  if (value.is_number() && !whole) return value;
  if (const std::string* text = value.as_string(); text != nullptr && !text->empty()) {
    const char* end = text->data() + text->size();
    int64_t integer = 0;
    if (auto r = std::from_chars(text->data(), end, integer); whole && r.ptr == end) {
      return Json(integer);
    }
    double real = 0;
    if (auto r = std::from_chars(text->data(), end, real); !whole && r.ptr == end) {
      return Json(real);
    }
  }
  return wrong_kind(path, whole ? "Integer" : "Number");
}

}  // namespace

std::string ResourceStep::generated_name(size_t length_max) const {
  // Stack and logical id share what the suffix and two hyphens leave; a short one leaves it to the
  // other.
  size_t room = length_max - suffix.size() - 2;
  size_t for_stack = std::max(room / 2, room - std::min(room, logical_id.size()));
  std::string stack = stack_name.substr(0, for_stack);
  std::string logical = logical_id.substr(0, room - stack.size());
  return fmt::format("{}-{}-{}", stack, logical, suffix);
}

std::string ResourceStep::text(std::string_view property, std::string_view fallback) const {
  const Json* value = properties.find(property);
  if (value == nullptr || value->is_null()) return std::string(fallback);
  if (const std::string* string = value->as_string()) return *string;
  return value->dump();
}

const PropertyRule* ResourceType::find_property(std::string_view property) const {
  for (const PropertyRule& rule : properties) {
    if (rule.name == property) return &rule;
  }
  return nullptr;
}

bool ResourceType::has_attribute(std::string_view attribute) const {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](std::string_view known) { return known == attribute || known == "*"; });
}

const ResourceType* find_resource_type(std::string_view name) {
  for (const ResourceType* type : all_resource_types()) {
    if (type->name == name) return type;
  }
  return nullptr;
}

bool is_served(const ResourceType& type, const svc::Registry& registry) {
  return std::all_of(type.properties.begin(), type.properties.end(), [&](const auto& rule) {
    return rule.operation == nullptr || registry.find(*rule.operation) != nullptr;
  });
}

Status check_properties(const ResourceType& type, const std::string& logical_id,
                        const Json& properties) {
  Checker checker(logical_id);
  for (const auto& [name, value] : *properties.as_object()) {
    const PropertyRule* rule = type.find_property(name);
    if (rule == nullptr) return checker.extraneous("#", name);
    std::string path = "#/" + name;
    if (rule->need == Need::kEmpty && !is_empty(value)) {
      return checker.refuse(path, "is not supported by Millrace");
    }
    if (const aws::Shape* shape = shape_of(*rule)) {
      MR_TRY(checker.check(*shape, value, path));
    } else {
      MR_TRY(checker.check_nested(*rule, value, path));
    }
  }
  for (const PropertyRule& rule : type.properties) {
    if (rule.need == Need::kRequired && properties.find(rule.name) == nullptr) {
      return checker.refuse("#", fmt::format("required key [{}] not found", rule.name));
    }
  }
  return ok_status();
}

Result<Json> to_model(const aws::Shape& shape, const Json& value, const std::string& path) {
  using aws::ShapeKind;
  switch (shape.kind) {
    case ShapeKind::kStructure: return to_structure(shape, value, path);
    case ShapeKind::kList: {
      Json out = Json::array();
      if (!value.is_array()) {  // one where a list may be
        MR_ASSIGN(Json one, to_model(*shape.element, value, path));
        out.push(std::move(one));
        return out;
      }
      const Json::Array& array = *value.as_array();
      for (size_t i = 0; i < array.size(); ++i) {
        MR_ASSIGN(Json element, to_model(*shape.element, array[i], fmt::format("{}/{}", path, i)));
        out.push(std::move(element));
      }
      return out;
    }
    case ShapeKind::kMap: {
      const Json::Object* object = value.as_object();
      if (object == nullptr) return wrong_kind(path, "JSONObject");
      Json out = Json::object();
      for (const auto& [name, element] : *object) {
        MR_ASSIGN(Json converted, to_model(*shape.element, element, path + "/" + name));
        out.set(name, std::move(converted));
      }
      return out;
    }
    case ShapeKind::kString:
      if (value.is_string()) return value;
      if (value.is_null()) return wrong_kind(path, "String");
      return Json(value.dump());  // a number, a boolean, or a document that travels as text
    case ShapeKind::kBlob:
      if (!value.is_string()) return wrong_kind(path, "String");
      return Json(base64_encode(*value.as_string()));
    case ShapeKind::kBoolean:
      if (value.is_bool()) return value;
      if (const std::string* text = value.as_string()) {
        if (ascii_iequals(*text, "true")) return Json(true);
        if (ascii_iequals(*text, "false")) return Json(false);
      }
      return wrong_kind(path, "Boolean");
    case ShapeKind::kInteger:
    case ShapeKind::kLong:
    case ShapeKind::kFloat:
    case ShapeKind::kDouble: return to_number(shape, value, path);
    default: return value;
  }
}

Result<Json> bind_to(const ResourceType& type, const aws::Shape& input, const Json& properties) {
  Json document = Json::object();
  for (const PropertyRule& rule : type.properties) {
    if (rule.operation == nullptr) continue;
    const Json* value = properties.find(rule.name);
    if (value == nullptr) continue;
    const aws::Member* member = find_member(input, rule.member.empty() ? rule.name : rule.member);
    if (member == nullptr) continue;
    MR_ASSIGN(Json converted, to_model(*member->shape, *value, fmt::format("#/{}", rule.name)));
    document.set(std::string(member->name), std::move(converted));
  }
  return document;
}

Result<Json> properties_for_update(const ResourceStep& step, const aws::Shape& input,
                                   const ResourceRecord& before) {
  Json properties = step.properties;
  for (const PropertyRule& rule : step.type.properties) {
    if (rule.operation == nullptr || rule.on_change == OnChange::kReplace) continue;
    bool dropped =
        before.properties.find(rule.name) != nullptr && step.properties.find(rule.name) == nullptr;
    if (!dropped || find_member(input, rule.member.empty() ? rule.name : rule.member) == nullptr) {
      continue;
    }
    if (rule.unset.empty()) {
      return validation_error(fmt::format(
          "#/{}: Millrace cannot take this property away from what is there", rule.name));
    }
    MR_ASSIGN(Json unset, Json::parse(rule.unset));
    properties.set(std::string(rule.name), std::move(unset));
  }
  return properties;
}

bool changed(const ResourceStep& step, const ResourceRecord& before, std::string_view property) {
  const Json* was = before.properties.find(property);
  const Json* is = step.properties.find(property);
  return was == nullptr || is == nullptr ? was != is : !(*was == *is);
}

Status ignore_missing(Status status) {
  if (status.ok()) return status;
  const std::string& code = status.error().code();
  bool missing = code.find("NotFound") != std::string::npos || code.starts_with("NoSuch") ||
                 status.error().http_status() == 404;
  return missing ? ok_status() : status;
}

Tags wanted_tags(const ResourceType& type, const Json& properties, const TagOwner& owner) {
  if (type.tagging == Tagging::kNone) return {};
  std::map<std::string, std::string> tags(owner.stack_tags.begin(), owner.stack_tags.end());
  auto text_of = [](const Json* json) {
    if (json == nullptr) return std::string();
    return json->is_string() ? *json->as_string() : json->dump();
  };
  const Json* own = properties.find("Tags");
  if (own != nullptr && own->is_array()) {
    for (const Json& tag : *own->as_array())
      tags[text_of(tag.find("Key"))] = text_of(tag.find("Value"));
  } else if (own != nullptr && own->is_object()) {
    for (const auto& [key, value] : *own->as_object())
      tags[key] = text_of(&value);
  }
  if (type.tagging == Tagging::kStackAndSystem) {
    tags["aws:cloudformation:stack-name"] = owner.stack_name;
    tags["aws:cloudformation:stack-id"] = owner.stack_id;
    tags["aws:cloudformation:logical-id"] = owner.logical_id;
  }
  return {tags.begin(), tags.end()};
}

Tags all_tags(const ResourceStep& step) {
  return wanted_tags(step.type, step.properties,
                     {step.stack_name, step.stack_id, step.logical_id, step.stack_tags});
}

TagChange tag_change(const ResourceStep& step, const ResourceRecord& before) {
  TagChange change;
  std::map<std::string, std::string> had(before.tags.begin(), before.tags.end());
  for (const auto& [key, value] : all_tags(step)) {
    auto old = had.find(key);
    if (old == had.end() || old->second != value) change.set.emplace_back(key, value);
    if (old != had.end()) had.erase(old);
  }
  for (const auto& [key, value] : had)
    change.removed.push_back(key);
  return change;
}

}  // namespace millrace::cloudformation
