// Context: what the Lambda service says about the invocation beside its event.
//
// Made by the runtime for each invocation and lent to the handler for its length.
#pragma once

#include <chrono>
#include <string>

namespace lambda_api {

struct Context {
  std::string request_id;
  std::string invoked_function_arn;
  std::string trace_id;
  std::string client_context;    // JSON as the mobile SDK sent it; usually empty
  std::string cognito_identity;  // JSON; usually empty
  std::chrono::system_clock::time_point deadline;

  // Time left until the service ends this invocation; negative once it is over.
  std::chrono::milliseconds remaining() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline -
                                                                 std::chrono::system_clock::now());
  }
};

}  // namespace lambda_api
