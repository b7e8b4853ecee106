// Structs in JSON: the bodies of awsJson and restJson1. Members travel under their wire names;
// absent members and nulls are left out; unknown members are ignored, as AWS ignores them.
//
// Recursion follows the shapes and is bounded by the JSON parser's own depth. Free-threaded.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "aws/read_state.h"
#include "aws/scalar_text.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

// Fills `structure` from a JSON document; an empty text counts as {}. Errors:
// SerializationException with AWS's texts; malformed JSON has no message, as on AWS.
Status read_json_struct(const Shape& shape, std::string_view text, BodyMembers which,
                        void* structure, ReadState& state);

// Appends {"A":1,...}.
void append_json_struct(std::string& out, const Shape& shape, const void* structure,
                        BodyMembers which, TimeStyle style);
void append_json_value(std::string& out, const Shape& shape, const void* value, TimeStyle style);

}  // namespace millrace::aws
