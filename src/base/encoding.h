// Text encodings that the wire uses everywhere: hex, base64, percent, UTF-8. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view text);

std::string base64_encode(std::string_view bytes);  // with padding
// Strict: standard alphabet, full padding, no white space, no stray bits.
std::optional<std::string> base64_decode(std::string_view text);

// Percent-encodes all but RFC 3986's unreserved characters, as SigV4 does; with `keep_slash` a '/'
// stays (for paths).
enum class Slash { kEncode, kKeep };
std::string percent_encode(std::string_view text, Slash slash = Slash::kEncode);
// Decodes %XX; a malformed escape stays as it is. '+' becomes a space only in query strings.
enum class Plus { kKeep, kSpace };
std::string percent_decode(std::string_view text, Plus plus = Plus::kKeep);

// 1234567 as "1,234,567".
std::string with_commas(int64_t n);

bool is_valid_utf8(std::string_view text);

std::string ascii_lower(std::string_view text);
bool ascii_iequals(std::string_view a, std::string_view b);

}  // namespace millrace
