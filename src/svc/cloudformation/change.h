// What a new template means for a resource that is there: the one rule by which the machine acts
// and a change set foretells. Pure.
#pragma once

#include "codec/json.h"
#include "svc/cloudformation/records.h"
#include "svc/cloudformation/resource_type.h"

namespace millrace::cloudformation {

enum class Change { kNone, kUpdate, kReplace };

// `type` is the declared one; `properties` are resolved, `tags` all that it is to have.
Change decide(const ResourceRecord& existing, const ResourceType& type,
              const codec::Json& properties, const Tags& tags);

// What one property, or the tags, do when they differ.
Change change_of_property(const ResourceType& type, const PropertyRule& rule);
Change change_of_tags(const ResourceType& type);

// Null: it has none.
bool is_same(const codec::Json* before, const codec::Json* after);

}  // namespace millrace::cloudformation
