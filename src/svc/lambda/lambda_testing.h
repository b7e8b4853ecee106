// The harness with Lambda in it: functions are C++ lambdas of the test behind a fake FunctionHost.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/hash.h"
#include "sandbox/function_host.h"
#include "svc/lambda/invoker.h"
#include "svc/lambda/operations.h"
#include "svc/testing/harness.h"

namespace millrace::lambda {

class FakeHost final : public sandbox::FunctionHost {
 public:
  void invoke(sandbox::FunctionSpecPtr spec, sandbox::InvokeRequest request,
              sandbox::InvokeCallback done) override {
    specs.push_back(spec);
    requests.push_back(request);
    if (hold) {
      held.push_back(std::move(done));
      return;
    }
    sandbox::InvokeResult result{
        .payload = "null", .log_tail = "START\nEND\n", .duration_us = 1500, .billed_ms = 2};
    if (answer) result = answer(*spec, request);
    done(std::move(result));
  }
  void keep_warm(sandbox::FunctionSpecPtr spec, int count) override {
    warm[spec->revision_key] = count;
  }
  void discard(std::string_view key) override { discarded.emplace_back(key); }
  Status check_runtime(std::string_view runtime) const override {
    if (!runtime.starts_with("java")) return ok_status();
    return Error("InvalidParameterValueException", 400,
                 "The runtime " + std::string(runtime) + " cannot run on this machine");
  }
  sandbox::HostStats stats() const override { return {}; }

  std::function<sandbox::InvokeResult(const sandbox::FunctionSpec&, const sandbox::InvokeRequest&)>
      answer;
  bool hold = false;
  std::vector<sandbox::InvokeCallback> held;
  std::vector<sandbox::FunctionSpecPtr> specs;
  std::vector<sandbox::InvokeRequest> requests;
  std::vector<std::string> discarded;
  std::map<std::string, int> warm;
};

class FakeCode final : public sandbox::CodeCache {
 public:
  Result<Unpacked> unpack(std::string_view sha, std::string_view zip) override {
    if (zip.starts_with("bad")) {
      return Error("InvalidParameterValueException", 400, "Could not unzip uploaded file.");
    }
    known.insert(std::string(sha));
    return Unpacked{"/code/" + std::string(sha), static_cast<int64_t>(zip.size())};
  }
  std::optional<Unpacked> find(std::string_view sha) const override {
    if (!known.contains(std::string(sha))) return std::nullopt;
    return Unpacked{"/code/" + std::string(sha), 1};
  }
  std::set<std::string> known;
};

class LambdaTest : public testing::Test {
 protected:
  explicit LambdaTest(const std::function<void(svc::Registry&)>& others = {})
      : h([others](svc::Registry& r) {
          register_operations(r);
          if (others) others(r);
        }),
        invoker(h.ports) {
    h.ports.function_host = &host;
    h.ports.code_cache = &code;
    h.ports.functions = &invoker;
  }

  static constexpr char kRole[] = "arn:aws:iam::123456789012:role/worker";

  api::CreateFunction::Input new_function(std::string name) {
    api::CreateFunction::Input in;
    in.function_name = std::move(name);
    in.runtime = "nodejs20.x";
    in.role = kRole;
    in.handler = "index.handler";
    in.code.zip_file = "zip-1";
    return in;
  }
  api::FunctionConfiguration create(std::string name) {
    auto out = h.call<api::CreateFunction>(new_function(std::move(name)));
    EXPECT_TRUE(out.ok()) << out.error().to_string();
    return out.ok() ? *out : api::FunctionConfiguration{};
  }
  Result<api::InvocationResponse> invoke(std::string name, std::string payload = "{}",
                                         std::string type = "RequestResponse") {
    return h.call<api::Invoke>(
        {.function_name = std::move(name), .invocation_type = std::move(type), .payload = payload});
  }

  svc::testing::Harness h;
  FakeHost host;
  FakeCode code;
  Invoker invoker;
};

#define EXPECT_ERROR(result, code_, message_)                        \
  do {                                                               \
    auto r_ = (result);                                              \
    ASSERT_FALSE(r_.ok());                                           \
    EXPECT_EQ(r_.error().code(), code_);                             \
    EXPECT_THAT(r_.error().message(), testing::HasSubstr(message_)); \
  } while (false)

}  // namespace millrace::lambda
