// Control plane and invocation of Lambda. Messages are AWS's own, as its API gives them.
#include "svc/lambda/lambda_testing.h"

namespace millrace::lambda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(LambdaTest, CreateAnswersLikeAws) {
  auto in = new_function("f");
  in.environment = api::Environment{.variables = std::map<std::string, std::string>{{"A", "1"}}};
  in.tags = std::map<std::string, std::string>{{"team", "x"}};
  auto out = h.call<api::CreateFunction>(in);
  ASSERT_TRUE(out.ok()) << out.error().to_string();
  EXPECT_EQ(out->function_arn, "arn:aws:lambda:us-east-1:123456789012:function:f");
  EXPECT_EQ(out->state, "Pending");
  EXPECT_EQ(out->state_reason_code, "Creating");
  EXPECT_EQ(out->timeout, 3);
  EXPECT_EQ(out->memory_size, 128);
  EXPECT_EQ(out->version, "$LATEST");
  EXPECT_EQ(out->package_type, "Zip");
  EXPECT_THAT(*out->architectures, ElementsAre("x86_64"));
  EXPECT_EQ(out->code_sha256, base64_encode(sha256("zip-1")));
  EXPECT_EQ(out->code_size, 5);
  EXPECT_EQ(out->last_modified, "2026-01-01T00:00:00.000+0000");
  EXPECT_EQ(out->logging_config->log_group, "/aws/lambda/f");
  auto got = h.call<api::GetFunction>({.function_name = "f"});
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->configuration->state, "Active");
  EXPECT_EQ(got->configuration->last_update_status, "Successful");
  EXPECT_EQ(got->tags->at("team"), "x");
  EXPECT_FALSE(got->configuration->master_arn);
  EXPECT_FALSE(got->code->location);
}

TEST_F(LambdaTest, CreateRefuses) {
  create("f");
  EXPECT_ERROR(h.call<api::CreateFunction>(new_function("f")), "ResourceConflictException",
               "Function already exist: f");
  auto in = new_function("g");
  in.runtime = "java21";
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "InvalidParameterValueException", "java21");
  in = new_function("g");
  in.code.zip_file = "bad zip";
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "InvalidParameterValueException",
               "Could not unzip uploaded file.");
  in = new_function("g");
  in.code = {};
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "InvalidParameterValueException",
               "Please provide a source for function code.");
  in = new_function("g");
  in.timeout = 901;
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "ValidationException",
               "Member must have value less than or equal to 900");
  in = new_function("g");
  in.environment =
      api::Environment{.variables = std::map<std::string, std::string>{{"AWS_REGION", "x"}}};
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "InvalidParameterValueException",
               "Reserved keys used in this request: AWS_REGION");
  in = new_function("g");
  in.environment = api::Environment{
      .variables = std::map<std::string, std::string>{{"A", std::string(4096, 'x')}}};
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "InvalidParameterValueException", "4KB limit");
  // What we lack is named.
  in = new_function("g");
  in.dead_letter_config = api::DeadLetterConfig{.target_arn = "arn:aws:sqs:us-east-1:1:q"};
  EXPECT_ERROR(h.call<api::CreateFunction>(in), "InvalidParameterValueException",
               "DeadLetterConfig is not supported by Millrace");
  EXPECT_ERROR(h.call<api::GetFunction>({.function_name = "g"}), "ResourceNotFoundException",
               "Function not found: arn:aws:lambda:us-east-1:123456789012:function:g");
}

TEST_F(LambdaTest, NamesInAllTheirForms) {
  create("f");
  h.call<api::PublishVersion>({.function_name = "f"}).value();
  for (std::string name : {"f", "123456789012:function:f", "function:f", "f:1",
                           "arn:aws:lambda:us-east-1:123456789012:function:f",
                           "arn:aws:lambda:us-east-1:123456789012:function:f:1"}) {
    EXPECT_TRUE(h.call<api::GetFunctionConfiguration>({.function_name = name}).ok()) << name;
  }
  EXPECT_ERROR(
      h.call<api::GetFunction>({.function_name = "f:1", .qualifier = "2"}),
      "InvalidParameterValueException",
      "The derived qualifier from the function name does not match the specified qualifier.");
  EXPECT_ERROR(h.call<api::GetFunction>(
                   {.function_name = "arn:aws:lambda:eu-west-1:123456789012:function:f"}),
               "ResourceNotFoundException", "are not reachable in this region");
  EXPECT_ERROR(h.call<api::GetFunction>({.function_name = "f", .qualifier = "9"}),
               "ResourceNotFoundException", ":function:f:9");
}

TEST_F(LambdaTest, UpdatesChangeTheRevisionAndRetireEnvironments) {
  auto created = create("f");
  auto updated = h.call<api::UpdateFunctionCode>({.function_name = "f", .zip_file = "zip-2"});
  ASSERT_TRUE(updated.ok());
  EXPECT_EQ(updated->last_update_status, "InProgress");
  EXPECT_NE(updated->revision_id, created.revision_id);
  EXPECT_NE(updated->code_sha256, created.code_sha256);
  ASSERT_EQ(host.discarded.size(), 1u);
  EXPECT_THAT(host.discarded[0], HasSubstr(*created.revision_id));
  EXPECT_ERROR(h.call<api::UpdateFunctionConfiguration>(
                   {.function_name = "f", .memory_size = 256, .revision_id = *created.revision_id}),
               "PreconditionFailedException", "The RevisionId provided does not match");
  auto configured =
      h.call<api::UpdateFunctionConfiguration>({.function_name = "f", .memory_size = 256});
  ASSERT_TRUE(configured.ok());
  EXPECT_EQ(configured->memory_size, 256);
  EXPECT_EQ(configured->handler, "index.handler");
  EXPECT_EQ(host.discarded.size(), 2u);
  ASSERT_TRUE(invoke("f").ok());
  EXPECT_EQ(host.specs.back()->memory_mb, 256);
  EXPECT_EQ(host.specs.back()->code_directory, "/code/" + hex_encode(sha256("zip-2")));
}

TEST_F(LambdaTest, VersionsAndAliases) {
  create("f");
  auto one =
      h.call<api::PublishVersion>({.function_name = "f", .description = std::string("first")});
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->version, "1");
  EXPECT_EQ(one->function_arn, "arn:aws:lambda:us-east-1:123456789012:function:f:1");
  // Nothing changed: no new version.
  EXPECT_EQ(h.call<api::PublishVersion>({.function_name = "f"})->version, "1");
  h.call<api::UpdateFunctionCode>({.function_name = "f", .zip_file = "zip-2"}).value();
  EXPECT_EQ(h.call<api::PublishVersion>({.function_name = "f"})->version, "2");
  auto versions = h.call<api::ListVersionsByFunction>({.function_name = "f"});
  ASSERT_EQ(versions->versions->size(), 3u);
  EXPECT_EQ((*versions->versions)[0].version, "$LATEST");

  auto alias =
      h.call<api::CreateAlias>({.function_name = "f", .name = "live", .function_version = "1"});
  ASSERT_TRUE(alias.ok());
  EXPECT_EQ(alias->alias_arn, "arn:aws:lambda:us-east-1:123456789012:function:f:live");
  EXPECT_ERROR(
      h.call<api::CreateAlias>({.function_name = "f", .name = "live", .function_version = "1"}),
      "ResourceConflictException", "Alias already exists: arn:aws:lambda");
  auto answer = invoke("f:live");
  ASSERT_TRUE(answer.ok()) << answer.error().to_string();
  EXPECT_EQ(answer->executed_version, "1");
  EXPECT_EQ(host.requests.back().invoked_function_arn, *alias->alias_arn);
  h.call<api::UpdateAlias>(
       {.function_name = "f", .name = "live", .function_version = std::string("2")})
      .value();
  EXPECT_EQ(invoke("f:live")->executed_version, "2");
  EXPECT_ERROR(h.call<api::DeleteFunction>({.function_name = "f", .qualifier = "2"}),
               "ResourceConflictException", "alias live");
  // All weight on the other version.
  api::AliasRoutingConfiguration routing;
  routing.additional_version_weights = {{"1", 1.0}};
  h.call<api::UpdateAlias>({.function_name = "f", .name = "live", .routing_config = routing})
      .value();
  EXPECT_EQ(invoke("f:live")->executed_version, "1");
  EXPECT_EQ(h.call<api::ListAliases>({.function_name = "f"})->aliases->size(), 1u);
  h.call<api::DeleteAlias>({.function_name = "f", .name = "live"}).value();
  EXPECT_ERROR(h.call<api::GetAlias>({.function_name = "f", .name = "live"}),
               "ResourceNotFoundException", "Cannot find alias arn: ");
}

TEST_F(LambdaTest, DeleteTakesEverythingAlong) {
  create("f");
  create("g");  // the same archive
  h.call<api::PublishVersion>({.function_name = "f"}).value();
  ASSERT_TRUE(h.call<api::DeleteFunction>({.function_name = "f"}).ok());
  EXPECT_ERROR(h.call<api::GetFunction>({.function_name = "f"}), "ResourceNotFoundException", "");
  code.known.clear();  // the archive is still in the store for g
  EXPECT_TRUE(invoke("g").ok());
  ASSERT_TRUE(h.call<api::DeleteFunction>({.function_name = "g"}).ok());
  auto snapshot = h.store->snapshot();
  auto it = snapshot->scan(store::prefix_range(
      lambda_key({svc::testing::kAccount, svc::testing::kRegion}, "code").key()));
  EXPECT_FALSE(it->valid());
  EXPECT_ERROR(h.call<api::DeleteFunction>({.function_name = "f"}), "ResourceNotFoundException",
               "Function not found: ");
}

TEST_F(LambdaTest, ListsInPages) {
  for (int i = 0; i < 5; ++i)
    create("f" + std::to_string(i));
  auto page = h.call<api::ListFunctions>({.max_items = 3});
  ASSERT_EQ(page->functions->size(), 3u);
  ASSERT_TRUE(page->next_marker);
  auto rest = h.call<api::ListFunctions>({.marker = page->next_marker});
  ASSERT_EQ(rest->functions->size(), 2u);
  EXPECT_FALSE(rest->next_marker);
  EXPECT_EQ((*rest->functions)[0].function_name, "f3");
  EXPECT_ERROR(h.call<api::ListFunctions>({.marker = "!!"}), "InvalidParameterValueException",
               "Invalid Marker");
}

TEST_F(LambdaTest, PermissionsBecomeAPolicy) {
  create("f");
  auto added = h.call<api::AddPermission>({.function_name = "f",
                                           .statement_id = "s1",
                                           .action = "lambda:InvokeFunction",
                                           .principal = "events.amazonaws.com",
                                           .source_arn = "arn:aws:events:us-east-1:1:rule/r"});
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(
      *added->statement,
      "{\"Sid\":\"s1\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"events.amazonaws.com\"},"
      "\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:"
      "function:f\",\"Condition\":{\"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:events:us-east-1:1:"
      "rule/r\"}}}");
  EXPECT_ERROR(h.call<api::AddPermission>({.function_name = "f",
                                           .statement_id = "s1",
                                           .action = "lambda:InvokeFunction",
                                           .principal = "s3.amazonaws.com"}),
               "ResourceConflictException", "The statement id (s1) provided already exists.");
  EXPECT_THAT(*h.call<api::GetPolicy>({.function_name = "f"})->policy,
              HasSubstr("\"Id\":\"default\""));
  ASSERT_TRUE(invoke("f").ok());
  const svc::Access& asked = h.authorizer.asked.back();
  EXPECT_EQ(asked.action, "lambda:InvokeFunction");
  ASSERT_TRUE(asked.resource_policy);
  ASSERT_TRUE(h.call<api::RemovePermission>({.function_name = "f", .statement_id = "s1"}).ok());
  EXPECT_ERROR(h.call<api::GetPolicy>({.function_name = "f"}), "ResourceNotFoundException",
               "The resource you requested does not exist.");
}

TEST_F(LambdaTest, InvokeAnswers) {
  create("f");
  host.answer = [](const sandbox::FunctionSpec&, const sandbox::InvokeRequest& request) {
    return sandbox::InvokeResult{
        .payload = request.payload, .log_tail = "START\n", .duration_us = 2'500, .billed_ms = 3};
  };
  auto out = h.call<api::Invoke>({.function_name = "f",
                                  .log_type = "Tail",
                                  .client_context = base64_encode("{\"custom\":{}}"),
                                  .payload = "{ \"spaces\" :1}"});
  ASSERT_TRUE(out.ok()) << out.error().to_string();
  EXPECT_EQ(out->status_code, 200);
  EXPECT_EQ(out->payload, "{ \"spaces\" :1}");  // byte for byte
  EXPECT_EQ(out->executed_version, "$LATEST");
  EXPECT_EQ(out->log_result, base64_encode("START\n"));
  EXPECT_FALSE(out->function_error);
  EXPECT_EQ(host.requests[0].client_context, "{\"custom\":{}}");
  EXPECT_EQ(invoke("f", "")->payload, "{}");
  EXPECT_ERROR(invoke("f", "{nonsense"), "InvalidRequestContentException",
               "Could not parse request body into json: ");
  EXPECT_ERROR(invoke("nope"), "ResourceNotFoundException",
               "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nope");
  EXPECT_ERROR(invoke("f", "\"" + std::string(6'291'456, 'x') + "\""), "RequestTooLargeException",
               "Request must be smaller than 6291456 bytes for the InvokeFunction operation");
  EXPECT_EQ(invoke("f", "{}", "DryRun")->status_code, 204);
  std::map<std::string, double> sums;
  for (const auto& sample : h.metrics.samples)
    sums[sample.name] += sample.value;
  EXPECT_EQ(sums["Invocations"], 2);
  EXPECT_EQ(sums["Errors"], 0);
  EXPECT_EQ(sums["Duration"], 5.0);
  EXPECT_EQ(h.meter.totals["lambda.requests"], 2);
  EXPECT_DOUBLE_EQ(h.meter.totals["lambda.gb_seconds"], 2 * 0.003 * 0.125);
}

TEST_F(LambdaTest, ConcurrencyIsLimited) {
  create("f");
  ASSERT_TRUE(h.call<api::PutFunctionConcurrency>(
                   {.function_name = "f", .reserved_concurrent_executions = 1})
                  .ok());
  EXPECT_EQ(
      h.call<api::GetFunctionConcurrency>({.function_name = "f"})->reserved_concurrent_executions,
      1);
  host.hold = true;
  int answered = 0;
  svc::FunctionCall call{.scope = svc::testing::Harness::root_call().scope,
                         .function_arn = "f",
                         .caller = svc::testing::Harness::root_call().caller};
  invoker.invoke(call, [&](auto) { ++answered; });
  Result<svc::FunctionAnswer> second = Error::internal("");
  invoker.invoke(call, [&](auto result) { second = std::move(result); });
  EXPECT_ERROR(std::move(second), "TooManyRequestsException", "Rate Exceeded.");
  host.held[0](sandbox::InvokeResult{});
  EXPECT_EQ(answered, 1);
  host.hold = false;
  EXPECT_TRUE(invoke("f").ok());
  EXPECT_ERROR(h.call<api::PutFunctionConcurrency>(
                   {.function_name = "f", .reserved_concurrent_executions = 950}),
               "InvalidParameterValueException", "below its minimum value of [100]");
}

TEST_F(LambdaTest, TagsAndSmallOnes) {
  create("f");
  std::string arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
  ASSERT_TRUE(h.call<api::TagResource>({.resource = arn, .tags = {{"a", "1"}, {"b", "2"}}}).ok());
  ASSERT_TRUE(h.call<api::UntagResource>({.resource = arn, .tag_keys = {"a"}}).ok());
  EXPECT_EQ(h.call<api::ListTags>({.resource = arn})->tags->size(), 1u);
  EXPECT_EQ(h.call<api::GetFunctionCodeSigningConfig>({.function_name = "f"})->function_name, "f");
  EXPECT_EQ(h.call<api::GetAccountSettings>({})->account_usage->function_count, 1);
}

// ---- asynchronous
// ------------------------------------------------------------------------------------

TEST_F(LambdaTest, AsyncRunsOnceAndRetriesOnTheClock) {
  create("f");
  EXPECT_EQ(invoke("f", "{\"n\":1}", "Event")->status_code, 202);
  h.runner.run_ready();
  ASSERT_EQ(host.requests.size(), 1u);
  EXPECT_EQ(host.requests[0].payload, "{\"n\":1}");
  h.runner.advance_ms(3'600'000);
  EXPECT_EQ(host.requests.size(), 1u);

  host.requests.clear();
  host.answer = [](const auto&, const auto&) {
    return sandbox::InvokeResult{.payload = "{}", .function_error = "Unhandled"};
  };
  ASSERT_TRUE(invoke("f", "{\"n\":2}", "Event").ok());
  h.runner.run_ready();
  EXPECT_EQ(host.requests.size(), 1u);
  h.runner.advance_ms(59'000);
  EXPECT_EQ(host.requests.size(), 1u);
  h.runner.advance_ms(1'000);
  EXPECT_EQ(host.requests.size(), 2u);  // after a minute
  h.runner.advance_ms(119'000);
  EXPECT_EQ(host.requests.size(), 2u);
  h.runner.advance_ms(1'000);
  EXPECT_EQ(host.requests.size(), 3u);  // and two more
  EXPECT_EQ(host.requests[0].request_id, host.requests[2].request_id);
  h.runner.advance_ms(24 * 3'600'000);
  EXPECT_EQ(host.requests.size(), 3u);
}

TEST_F(LambdaTest, AsyncSurvivesARestart) {
  create("f");
  host.hold = true;
  ASSERT_TRUE(invoke("f", "{\"n\":1}", "Event").ok());
  h.runner.run_ready();
  ASSERT_EQ(host.held.size(), 1u);  // the server dies while it runs
  host.hold = false;
  Invoker after_restart(h.ports);
  after_restart.start();
  h.runner.run_ready();
  ASSERT_EQ(host.requests.size(), 2u);
  EXPECT_EQ(host.requests[1].payload, "{\"n\":1}");
}

TEST_F(LambdaTest, AsyncSettingsAndDestinations) {
  create("f");
  create("failed");
  EXPECT_ERROR(
      h.call<api::PutFunctionEventInvokeConfig>(
          {.function_name = "f",
           .destination_config =
               api::DestinationConfig{
                   .on_failure = api::OnFailure{.destination = "arn:aws:sqs:us-east-1:1:q"}}}),
      "InvalidParameterValueException", "arn:aws:sqs:us-east-1:1:q");
  auto put = h.call<api::PutFunctionEventInvokeConfig>(
      {.function_name = "f",
       .maximum_retry_attempts = 0,
       .destination_config = api::DestinationConfig{
           .on_failure = api::OnFailure{
               .destination = "arn:aws:lambda:us-east-1:123456789012:function:failed"}}});
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(put->function_arn, "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST");
  host.answer = [](const sandbox::FunctionSpec& spec, const auto&) {
    return sandbox::InvokeResult{.payload = "{\"errorType\":\"E\"}",
                                 .function_error = spec.name == "f" ? "Unhandled" : ""};
  };
  ASSERT_TRUE(invoke("f", "{\"n\":1}", "Event").ok());
  h.runner.advance_ms(1'000);
  ASSERT_EQ(host.requests.size(), 2u);
  EXPECT_EQ(host.specs[1]->name, "failed");
  EXPECT_THAT(host.requests[1].payload, HasSubstr("\"condition\":\"RetriesExhausted\""));
  EXPECT_THAT(host.requests[1].payload, HasSubstr("\"requestPayload\":{\"n\":1}"));
  ASSERT_TRUE(h.call<api::DeleteFunctionEventInvokeConfig>({.function_name = "f"}).ok());
  EXPECT_ERROR(h.call<api::GetFunctionEventInvokeConfig>({.function_name = "f"}),
               "ResourceNotFoundException", "doesn't have an EventInvokeConfig");
}

TEST_F(LambdaTest, KeepWarmFollowsUpdates) {
  create("f");
  Status kept = Error::internal("");
  invoker.keep_warm(svc::testing::Harness::root_call().scope, "f", 2, [&](Status s) { kept = s; });
  ASSERT_TRUE(kept.ok());
  ASSERT_EQ(host.warm.size(), 1u);
  h.call<api::UpdateFunctionCode>({.function_name = "f", .zip_file = "zip-2"}).value();
  h.runner.advance_ms(10'000);
  EXPECT_EQ(host.warm.size(), 2u);
}

}  // namespace
}  // namespace millrace::lambda
