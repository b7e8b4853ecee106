// IP addresses and CIDR ranges, v4 and v6, for the IpAddress operators.
#pragma once

#include <string_view>

namespace millrace::policy {

// Whether `address` lies in `range` ("203.0.113.0/24", "2001:db8::/32", or one address). False when
// either is malformed or they are of two kinds.
bool ip_in_range(std::string_view address, std::string_view range);

// Whether a policy may name this range.
bool is_ip_range(std::string_view range);

}  // namespace millrace::policy
