// Mail addresses as SES takes them: "a@b.example" or "Display Name <a@b.example>". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::ses {

// The bare address, local part as given and domain in lower case. Errors: InvalidParameterValue
// with SES's texts ("Missing final '@domain'", "Domain contains illegal character", ...).
Result<std::string> bare_address(std::string_view text);

// The domain of a bare address.
std::string_view domain_of(std::string_view bare);

// Splits the value of a To, Cc or Bcc header at its commas, not those inside quotes or comments.
std::vector<std::string> split_address_list(std::string_view header_value);

}  // namespace millrace::ses
