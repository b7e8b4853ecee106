// The stage that calls a function and turns its answer, its failure or its silence into a response.
#pragma once

#include <functional>
#include <memory>

#include "svc/apigateway/deadline_queue.h"
#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// Calls `done` once: with the answer, or with the gateway's own when the time is up. Holds no
// thread. REQUIRES: the exchange has a method or route with a function.
void invoke_lambda(const std::shared_ptr<Exchange>& exchange, const svc::Ports& ports,
                   DeadlineQueue& deadlines, std::function<void(ApiResponse)> done);

}  // namespace millrace::apigateway
