// The stage that decides whether the caller may call: IAM authorization and the API's resource
// policy.
#pragma once

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// OK, or the Error that unauthorized_response() words. An API without IAM and without policy lets
// everybody in, and costs nothing here.
Status authorize(Exchange& exchange, const svc::Ports& ports);

}  // namespace millrace::apigateway
