// Caller as JSON, for rows and tokens that outlive the request: who a deployment or a session acts
// for. What identifies the caller is kept; the key of the request and the source of a service are
// not. Missing members are empty, so that older rows read as they were meant.
#pragma once

#include "codec/json.h"
#include "svc/caller.h"

namespace millrace::svc {

codec::Json to_json(const Caller& caller);
Caller caller_from_json(const codec::Json& json);

}  // namespace millrace::svc
