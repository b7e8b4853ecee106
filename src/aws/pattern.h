// The regular expressions of AWS's models, compiled once. They are written for Java; the matcher is
// RE2: linear in the text and safe on any input. The few that look around are written here by hand
// as "matches this and not that". Free-threaded.
#pragma once

#include <string_view>

namespace millrace::aws {

// Whether the whole text matches, as Java's matches() has it. A pattern that cannot be compiled
// matches everything; a test lists that there is none in the models.
bool matches_pattern(std::string_view pattern, std::string_view text);
bool can_compile_pattern(std::string_view pattern);

}  // namespace millrace::aws
