// Values as a request spells them: a number's text, a set's members; checked as AWS checks them.
// What is not allowed becomes kInvalid with AWS's words. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/attribute_value.h"

namespace millrace::codec {

AttributeValue checked_number(std::string_view text);

// A member that is absent was null in the request.
using SetMembers = std::vector<std::optional<std::string>>;
AttributeValue checked_string_set(const SetMembers& members);
AttributeValue checked_number_set(const SetMembers& members);
AttributeValue checked_binary_set(const SetMembers& members);

}  // namespace millrace::codec
