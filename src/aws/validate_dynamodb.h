// Validation of DynamoDB's inputs. AWS has two layers of it, which report in different orders and
// words; which one an operation runs was recorded by paritysuite/dynamodb-conformance
// (captures/cross-region-latest.json, tests/tier3/validation-ordering), September and October 2026,
// and the order of members by dynalite. For src/aws only.
#pragma once

#include "aws/read_state.h"
#include "aws/shape.h"
#include "base/result.h"

namespace millrace::aws {

Status validate_dynamodb(const Operation& operation, const void* input,
                         const MissingMembers& missing);

}  // namespace millrace::aws
