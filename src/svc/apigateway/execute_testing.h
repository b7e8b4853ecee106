// Shortcuts of the data plane's tests: requests in a line, functions that answer what the test
// says.
#pragma once

#include <string>
#include <vector>

#include "base/encoding.h"
#include "svc/apigateway/control_testing.h"
#include "svc/apigateway/execute.h"

namespace millrace::apigateway::testing {

// Replaces the harness's functions by ones that answer when the test wants.
class SlowFunctions final : public svc::FunctionInvoker {
 public:
  using Done = std::function<void(Result<svc::FunctionAnswer>)>;
  explicit SlowFunctions(Done& pending) : pending_(pending) {}
  void invoke(svc::FunctionCall, Done done) override { pending_ = std::move(done); }
  void check(svc::FunctionCall, std::function<void(Status)> done) override { done(ok_status()); }
  void invoke_async(svc::FunctionCall, std::function<void(Status)> done) override {
    done(ok_status());
  }
  void keep_warm(const svc::Scope&, const std::string&, int,
                 std::function<void(Status)> done) override {
    done(ok_status());
  }

 private:
  Done& pending_;
};

struct Caller {
  Gateway& g;
  std::unique_ptr<ExecuteApi> execute;
  std::unique_ptr<SlowFunctions> slow_functions;

  explicit Caller(Gateway& gateway)
      : g(gateway), execute(std::make_unique<ExecuteApi>(gateway.ports)) {
    answer(R"({"statusCode":200,"body":"ok"})");
  }

  void answer(std::string payload) {
    g.functions.answer = [payload](const svc::FunctionCall&) -> Result<svc::FunctionAnswer> {
      return svc::FunctionAnswer{.payload = payload};
    };
  }
  void slow(SlowFunctions::Done& pending) {
    slow_functions = std::make_unique<SlowFunctions>(pending);
    g.ports.functions = slow_functions.get();
  }

  ApiRequest request(std::string method, std::string path) {
    ApiRequest r;
    r.method = std::move(method);
    r.path = std::move(path);
    r.scheme = "http";
    r.host = "127.0.0.1:4566";
    r.source_ip = "10.0.0.7";
    r.received = g.clock.now();
    return r;
  }
  void start(ApiRequest request, std::vector<ApiResponse>& responses) {
    execute->handle(std::move(request), [&responses](ApiResponse response) {
      responses.push_back(std::move(response));
    });
  }
  ApiResponse send(ApiRequest request) {
    std::vector<ApiResponse> responses;
    start(std::move(request), responses);
    EXPECT_EQ(responses.size(), 1U);
    return responses.empty() ? ApiResponse{.status = 0} : std::move(responses[0]);
  }

  static std::vector<std::string> headers(const ApiResponse& response, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [each, value] : response.headers) {
      if (ascii_iequals(each, name)) values.push_back(value);
    }
    return values;
  }
  static std::string header(const ApiResponse& response, std::string_view name) {
    auto values = headers(response, name);
    return values.empty() ? std::string() : values[0];
  }
};

}  // namespace millrace::apigateway::testing
