#include "svc/cloudformation/resources/patch.h"

#include <set>

namespace millrace::cloudformation {
namespace {

using codec::Json;

// As JSON Pointer has it.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text)
    out += c == '/' ? "~1" : c == '~' ? "~0" : std::string(1, c);
  return out;
}

std::set<std::string> members_of_list(const Json* list) {
  std::set<std::string> members;
  if (list == nullptr || !list->is_array()) return members;
  for (const Json& member : *list->as_array())
    members.insert(Patch::text(member));
  return members;
}

}  // namespace

std::string Patch::text(const Json& value) {
  return value.is_string() ? *value.as_string() : value.dump();
}

bool Patch::changed(std::string_view property) const {
  const Json* was = before_.find(property);
  const Json* is = after_.find(property);
  return was == nullptr || is == nullptr ? was != is : !(*was == *is);
}

Patch& Patch::value(std::string_view property, std::string path) {
  if (!changed(property)) return *this;
  const Json* is = after_.find(property);
  add("replace", std::move(path), is == nullptr ? "" : text(*is));
  return *this;
}

Patch& Patch::members(std::string_view property, const std::string& prefix) {
  diff_members(before_.find(property), after_.find(property), prefix);
  return *this;
}

Patch& Patch::members_of(std::string_view property, std::string_view member,
                         const std::string& prefix) {
  const Json* was = before_.find(property);
  const Json* is = after_.find(property);
  diff_members(was == nullptr ? nullptr : was->find(member),
               is == nullptr ? nullptr : is->find(member), prefix);
  return *this;
}

void Patch::diff_members(const Json* before, const Json* after, const std::string& prefix) {
  std::set<std::string> had = members_of_list(before);
  std::set<std::string> has = members_of_list(after);
  for (const std::string& member : has) {
    if (!had.contains(member)) add("add", prefix + escaped(member), "");
  }
  for (const std::string& member : had) {
    if (!has.contains(member)) add("remove", prefix + escaped(member), "");
  }
}

Patch& Patch::entries(std::string_view property, const std::string& prefix) {
  static const Json kNone = Json::object();
  const Json* was = before_.find(property);
  const Json* is = after_.find(property);
  if (was == nullptr || !was->is_object()) was = &kNone;
  if (is == nullptr || !is->is_object()) is = &kNone;
  for (const auto& [key, entry] : *is->as_object()) {
    const Json* old = was->find(key);
    if (old == nullptr || !(*old == entry)) add("replace", prefix + escaped(key), text(entry));
  }
  for (const auto& [key, entry] : *was->as_object()) {
    if (is->find(key) == nullptr) add("remove", prefix + escaped(key), "");
  }
  return *this;
}

void Patch::add(std::string op, std::string path, std::string value) {
  list_.push_back({std::move(op), std::move(path), std::move(value)});
}

}  // namespace millrace::cloudformation
