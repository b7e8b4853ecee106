// The JSON of those records that only Rows writes (records.h declares the others). Pure;
// free-threaded.
#pragma once

#include "svc/cloudformation/records.h"

namespace millrace::cloudformation {

codec::Json to_json(const StackRecord& stack);  // without the template
StackRecord stack_from_json(const codec::Json& json);
codec::Json to_json(const EventRecord& event);
EventRecord event_from_json(const codec::Json& json);
codec::Json to_json(const ChangeSetRecord& change_set);
ChangeSetRecord change_set_from_json(const codec::Json& json);

}  // namespace millrace::cloudformation
