// The Lambda Runtime API as a function's process sees it: next event, answer, error.
//
// RuntimeApi is what the loop needs; HttpRuntimeApi speaks it over HTTP/1.1 to the address in
// AWS_LAMBDA_RUNTIME_API. App::run() is serve() with App::handle(); use serve() yourself for a
// function that is only a handler of raw events. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "lambda_api/context.h"
#include "lambda_api/error.h"
#include "lambda_api/json.h"

namespace lambda_api {

struct Invocation {
  Context context;
  std::string event;  // the bytes of the payload
};

class RuntimeApi {
 public:
  virtual ~RuntimeApi() = default;

  // Waits for the next event. Error: the service is gone or refused; the process should end.
  virtual Result<Invocation> next() = 0;
  // Error with status 413 when the answer is larger than Lambda allows; the invocation is then
  // still open.
  virtual Result<void> respond(std::string_view request_id, std::string_view body) = 0;
  virtual Result<void> fail(std::string_view request_id, const Error& error) = 0;
  virtual Result<void> fail_to_start(const Error& error) = 0;
};

// REQUIRES: `address` is "ADDRESS:PORT" with a numeric IPv4 address, as Lambda gives it.
std::unique_ptr<RuntimeApi> make_http_runtime_api(std::string_view address);

using RawHandler = std::function<Result<std::string>(std::string_view event, const Context&)>;

// Serves invocations until `api` gives none. Returns 0 when the service closed in an orderly way,
// else 1.
int serve(RuntimeApi& api, const RawHandler& handler);

// serve() on the address in AWS_LAMBDA_RUNTIME_API; says what is wrong and returns 1 where it is
// not set.
int serve(const RawHandler& handler);

}  // namespace lambda_api
