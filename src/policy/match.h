// Matching of patterns with '*' (any run of characters) and '?' (one character), and of ARNs, which
// are matched part by part so that a wildcard does not reach over the first five colons.
#pragma once

#include <string_view>

namespace millrace::policy {

// Stand for a literal '*' and '?' in a pattern: what ${*}, ${?} and the values of policy variables
// become.
inline constexpr char kLiteralStar = '\x01';
inline constexpr char kLiteralQuestion = '\x02';

enum class Case { kSensitive, kInsensitive };

// Time is at most |pattern| x |text|; no recursion, no allocation.
bool wildcard_match(std::string_view pattern, std::string_view text, Case how = Case::kSensitive);

// ArnLike: both are split at their first five colons and matched part by part.
bool arn_match(std::string_view pattern, std::string_view arn);

}  // namespace millrace::policy
