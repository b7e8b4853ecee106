// Validation of an input by the constraints of its model: required, length, range, pattern, enum;
// with the messages that AWS's common layer gives:
//
//   2 validation errors detected: Value 'x' at 'limit' failed to satisfy constraint: …; Value null
//   at …
//
// S3 does not work that way: there only absent required members are refused here, the rest is its
// handlers' matter. Free-threaded.
#pragma once

#include "aws/read_state.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

// `missing` is what parse_input() found absent. Errors: the service's code for invalid input, 400.
Status validate_input(const Operation& operation, const void* input, const MissingMembers& missing);

}  // namespace millrace::aws
