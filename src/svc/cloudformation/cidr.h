// Fn::Cidr: the blocks that a block is cut into. Pure.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-cidr.html
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace millrace::cloudformation {

struct CidrRequest {
  std::string block;  // "10.0.0.0/16", "2001:db8::/56"
  int count = 0;      // 1 to 256
  int host_bits = 0;  // of each block: 8 makes /24 of IPv4, 64 makes /64 of IPv6
};
// The first `count` blocks. Errors: ValidationError.
Result<std::vector<std::string>> cidr_blocks(const CidrRequest& request);

}  // namespace millrace::cloudformation
