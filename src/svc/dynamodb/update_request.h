// What can be said of an UpdateTable request before its table is known: parameters that we do not
// have, changes that AWS takes only on their own, the form of index updates. Pure functions.
#pragma once

#include "aws/dynamodb.h"
#include "base/result.h"

namespace millrace::dynamodb {

Status check_update_request(const aws::dynamodb::UpdateTableInput& in);

}  // namespace millrace::dynamodb
