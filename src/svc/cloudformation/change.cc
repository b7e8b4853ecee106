#include "svc/cloudformation/change.h"

#include <algorithm>

namespace millrace::cloudformation {

bool is_same(const codec::Json* before, const codec::Json* after) {
  return before == nullptr || after == nullptr ? before == after : *before == *after;
}

Change change_of_property(const ResourceType& type, const PropertyRule& rule) {
  bool replaces = rule.on_change == OnChange::kReplace || type.update == nullptr;
  return replaces ? Change::kReplace : Change::kUpdate;
}

Change change_of_tags(const ResourceType& type) {
  return type.update == nullptr ? Change::kReplace : Change::kUpdate;
}

Change decide(const ResourceRecord& existing, const ResourceType& type,
              const codec::Json& properties, const Tags& tags) {
  if (existing.type != type.name) return Change::kReplace;
  Change change = existing.tags == tags ? Change::kNone : change_of_tags(type);
  for (const PropertyRule& rule : type.properties) {
    if (is_same(existing.properties.find(rule.name), properties.find(rule.name))) continue;
    change = std::max(change, change_of_property(type, rule));
  }
  return change;
}

}  // namespace millrace::cloudformation
