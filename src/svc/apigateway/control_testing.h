// Shortcuts of this folder's tests: an API in a few lines.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "aws/apigateway.h"
#include "aws/apigatewayv2.h"
#include "svc/apigateway/operations.h"
#include "svc/testing/harness.h"

namespace millrace::apigateway::testing {

namespace v1 = aws::apigateway;
namespace v2 = aws::apigatewayv2;

inline constexpr char kFunctionArn[] = "arn:aws:lambda:us-east-1:123456789012:function:hello";
inline std::string lambda_uri(const std::string& function_arn = kFunctionArn) {
  return "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/" + function_arn +
         "/invocations";
}

struct Gateway : svc::testing::Harness {
  Gateway() : Harness([](svc::Registry& r) { register_operations(r); }) {}

  // The answer of an operation that must succeed.
  template <class Op>
  typename Op::Output must(typename Op::Input input) {
    auto result = call<Op>(std::move(input));
    EXPECT_TRUE(result.ok()) << Op::kDescription.name << ": "
                             << (result.ok() ? "" : result.error().to_string());
    return result.ok() ? std::move(*result) : typename Op::Output();
  }
  // "Code: message" of an operation that must fail.
  template <class Op>
  std::string error(typename Op::Input input) {
    auto result = call<Op>(std::move(input));
    if (result.ok()) return "no error";
    return result.error().code() + ": " + result.error().message();
  }
};

// A REST API under construction. Paths are made with all that leads to them.
struct RestApiBuilder {
  Gateway& gateway;
  std::string id;
  std::string root;
  std::map<std::string, std::string> resources;  // path -> id

  explicit RestApiBuilder(Gateway& g, v1::CreateRestApiRequest request = {.name = "notes"})
      : gateway(g) {
    auto api = gateway.must<v1::CreateRestApi>(std::move(request));
    id = *api.id;
    root = *api.root_resource_id;
    resources["/"] = root;
  }
  std::string resource(const std::string& path) {
    if (auto it = resources.find(path); it != resources.end()) return it->second;
    size_t slash = path.rfind('/');
    std::string parent = resource(slash == 0 ? "/" : path.substr(0, slash));
    auto made = gateway.must<v1::CreateResource>(
        {.rest_api_id = id, .parent_id = parent, .path_part = path.substr(slash + 1)});
    return resources[path] = *made.id;
  }
  void method(const std::string& http_method, const std::string& path,
              const std::string& authorization = "NONE") {
    gateway.must<v1::PutMethod>({.rest_api_id = id,
                                 .resource_id = resource(path),
                                 .http_method = http_method,
                                 .authorization_type = authorization});
  }
  RestApiBuilder& lambda(const std::string& http_method, const std::string& path,
                         const std::string& function_arn = kFunctionArn) {
    method(http_method, path);
    gateway.must<v1::PutIntegration>({.rest_api_id = id,
                                      .resource_id = resource(path),
                                      .http_method = http_method,
                                      .type = "AWS_PROXY",
                                      .integration_http_method = "POST",
                                      .uri = lambda_uri(function_arn)});
    return *this;
  }
  std::string deploy(const std::string& stage) {
    return *gateway.must<v1::CreateDeployment>({.rest_api_id = id, .stage_name = stage}).id;
  }
};

}  // namespace millrace::apigateway::testing
