// Percent, form and base64 encodings of the HTTP events. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace lambda_api {

// Bytes that are no valid escape stay as they are, as gateways do.
std::string percent_decode(std::string_view text);
// The same with '+' as a space: names and values of a query string.
std::string form_decode(std::string_view text);

std::string base64_encode(std::string_view bytes);
// Characters outside the alphabet are skipped.
std::string base64_decode(std::string_view text);

}  // namespace lambda_api
