// Stacks under test: a harness with every service that templates reach, and the stack "app".
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "aws/cloudformation.h"
#include "svc/apigateway/operations.h"
#include "svc/cloudformation/cloudformation.h"
#include "svc/dynamodb/dynamodb.h"
#include "svc/events/operations.h"
#include "svc/iam/iam.h"
#include "svc/lambda/lambda_testing.h"
#include "svc/logs/operations.h"
#include "svc/s3/s3.h"
#include "svc/ses/operations.h"
#include "svc/ssm/operations.h"
#include "svc/testing/harness.h"

namespace millrace::cloudformation {

namespace wire = aws::cloudformation;

inline void register_everything(svc::Registry& r) {
  register_operations(r);
  apigateway::register_operations(r);
  dynamodb::register_operations(r);
  events::register_operations(r);
  iam::register_operations(r);
  lambda::register_operations(r);
  logs::register_operations(r);
  s3::register_operations(r);
  ses::register_operations(r);
  ssm::register_operations(r);
}

class StackTest : public ::testing::Test {
 protected:
  StackTest() : h(register_everything) { connect(h); }

  void connect(svc::testing::Harness& harness) {
    harness.ports.function_host = &host;
    harness.ports.code_cache = &code;
  }

  // Until nothing happens any more.
  void settle() {
    for (int i = 0; i < 200; ++i) {
      h.runner.run_ready();
      h.runner.advance_ms(100);
    }
  }
  template <class Op>
  typename Op::Output must(typename Op::Input in) {
    auto out = h.call<Op>(std::move(in));
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().to_string());
    return out.ok() ? std::move(*out) : typename Op::Output{};
  }
  template <class Op>
  std::string error(typename Op::Input in) {
    auto out = h.call<Op>(std::move(in));
    return out.ok() ? "no error" : out.error().code() + ": " + out.error().message();
  }

  static std::vector<std::string> acknowledged() {
    return {"CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"};
  }
  void create(std::string text, wire::CreateStackInput in = {}) {
    in.stack_name = "app";
    in.template_body = std::move(text);
    in.capabilities = acknowledged();
    must<wire::CreateStack>(std::move(in));
    settle();
  }
  void update(std::string text, wire::UpdateStackInput in = {}) {
    in.stack_name = "app";
    in.template_body = std::move(text);
    in.capabilities = acknowledged();
    must<wire::UpdateStack>(std::move(in));
    settle();
  }
  void remove() {
    must<wire::DeleteStack>({.stack_name = "app"});
    settle();
  }

  wire::Stack stack(const std::string& name = "app") {
    auto out = must<wire::DescribeStacks>({.stack_name = name});
    return out.stacks && !out.stacks->empty() ? out.stacks->at(0) : wire::Stack{};
  }
  std::string status() { return stack().stack_status; }
  std::string output(const std::string& key) {
    for (const wire::Output& one : stack().outputs.value_or(std::vector<wire::Output>())) {
      if (one.output_key == key) return *one.output_value;
    }
    return "(none)";
  }
  std::string physical_id(const std::string& logical_id) {
    auto out = h.call<wire::DescribeStackResource>(
        {.stack_name = "app", .logical_resource_id = logical_id});
    if (!out.ok()) return "(none)";
    return out->stack_resource_detail->physical_resource_id.value_or("");
  }
  // Newest first, a line each.
  std::string events(const std::string& name = "app") {
    std::string text;
    auto out = must<wire::DescribeStackEvents>({.stack_name = name});
    Instant last{INT64_MAX};
    for (const wire::StackEvent& event : *out.stack_events) {
      EXPECT_LT(event.timestamp, last);  // strictly newest first
      last = event.timestamp;
      text += *event.logical_resource_id + ":" + *event.resource_status +
              (event.resource_status_reason ? " " + *event.resource_status_reason : "") + "\n";
    }
    return text;
  }

  svc::testing::Harness h;
  lambda::FakeHost host;
  lambda::FakeCode code;
};

}  // namespace millrace::cloudformation
