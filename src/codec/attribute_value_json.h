// AttributeValue and Item in DynamoDB's JSON: {"S": "text"}, {"M": {"a": {"N": "1"}}}.
//
// Errors are SerializationExceptions with AWS's messages, for JSON of the wrong kind only; values
// that are well typed but not allowed become kInvalid (attribute_value.h). Depth is bounded on the
// way in: past kNestingLevelsMax a value is kInvalid, and the JSON parser itself refuses deep
// documents. Pure functions.
#pragma once

#include <simdjson.h>

#include <string>

#include "base/result.h"
#include "codec/attribute_value.h"

namespace millrace::codec {

Result<AttributeValue> attribute_value_from_json(simdjson::dom::element element);
// An object of values: {"name": {"S": "text"}, …}. A member that is null counts as absent.
Result<Item> item_from_json(simdjson::dom::element element);

// Parse text; for tests, tools and clients. Errors also for malformed JSON
// (SerializationException).
Result<AttributeValue> attribute_value_from_json_text(std::string_view text);
Result<Item> item_from_json_text(std::string_view text);

// REQUIRES: nothing invalid inside.
void append_json(std::string& out, const AttributeValue& value);
void append_json(std::string& out, const Item& item);

}  // namespace millrace::codec
