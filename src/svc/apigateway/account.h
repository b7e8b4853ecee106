// What an account has set for API Gateway in a region.
#pragma once

#include "svc/apigateway/rest_rows.h"

namespace millrace::apigateway {

// AWS's defaults, and what UpdateAccount has changed.
Result<v1::Account> load_account(svc::Context& ctx);

}  // namespace millrace::apigateway
