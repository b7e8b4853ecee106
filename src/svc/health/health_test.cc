#include <gtest/gtest.h>

#include "aws/lambda.h"
#include "aws/sesv2.h"
#include "svc/health/health_monitor.h"
#include "svc/health/health_state.h"
#include "svc/scope_index.h"
#include "svc/testing/harness.h"

namespace millrace::health {
namespace {

using codec::Json;
using svc::testing::Harness;

TEST(HealthConfigTest, RulesMatchByNameAndTagsWin) {
  auto config = parse_health_config(*Json::parse(
      R"({"notify":{"from":"a@b.c","to":"d@e.f"},
          "functions":[{"function":"notes-*-api","path":"/health","keep_warm":2},
                       {"function":"*","every_s":300}]})"));
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(*watch_for(*config, "notes-dev-api", {}),
            (Watch{.every_s = 60, .path = "/health", .keep_warm = 2}));
  EXPECT_EQ(*watch_for(*config, "other", {}), (Watch{.every_s = 300}));
  EXPECT_EQ(
      *watch_for(*config, "other", {{"millrace:health", "30 /h"}, {"millrace:keep-warm", "1"}}),
      (Watch{.every_s = 30, .path = "/h", .keep_warm = 1}));
}

TEST(HealthConfigTest, MistakesAreNamed) {
  EXPECT_NE(parse_health_config(*Json::parse(R"({"functions":[{"function":"a","evry":1}]})"))
                .error()
                .message()
                .find("evry"),
            std::string::npos);
  EXPECT_FALSE(
      parse_health_config(*Json::parse(R"({"functions":[{"function":"a","every_s":1}]})")).ok());
  EXPECT_FALSE(parse_health_config(*Json::parse(R"({"notify":{"to":"a@b.c"}})")).ok());
  EXPECT_FALSE(watch_for({}, "f", {{"millrace:keep-warm", "many"}}).ok());
  EXPECT_FALSE(watch_for({}, "f", {{"millrace:health", "soon"}}).ok());
}

TEST(HealthStateTest, AnAnswerIsJudgedByErrorAndStatus) {
  EXPECT_EQ(failure_of("", R"({"statusCode":204})", true), "");
  EXPECT_EQ(failure_of("", R"({"statusCode":503})", true), "status 503");
  EXPECT_NE(failure_of("", "null", true), "");
  EXPECT_EQ(failure_of("", "null", false), "");
  EXPECT_EQ(failure_of("Unhandled", R"({"errorMessage":"boom"})", false), "Unhandled error: boom");
}

// The two operations that the monitor calls, over one function with tags.
std::map<std::string, std::string> function_tags;
std::vector<std::string> mail_subjects;

Result<aws::lambda::ListFunctionsResponse> list_functions(
    svc::Context&, const aws::lambda::ListFunctionsRequest&) {
  aws::lambda::ListFunctionsResponse out;
  out.functions = {
      {aws::lambda::FunctionConfiguration{.function_name = "f", .function_arn = "arn:f"}}};
  return out;
}
Result<aws::lambda::ListTagsResponse> list_tags(svc::Context&,
                                                const aws::lambda::ListTagsRequest&) {
  return aws::lambda::ListTagsResponse{.tags = function_tags};
}
Result<aws::sesv2::SendEmailResponse> send_email(svc::Context&,
                                                 const aws::sesv2::SendEmailRequest& in) {
  mail_subjects.push_back(in.content.simple->subject.data);
  return aws::sesv2::SendEmailResponse{};
}

class HealthMonitorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    function_tags = {{"millrace:health", "60"}, {"millrace:keep-warm", "2"}};
    mail_subjects.clear();
    ASSERT_TRUE(store::transact(*h_.store, [](store::Txn& txn) {
                  return svc::note_scope(txn, store::Space::kLambda, Harness::root_call().scope);
                }).ok());
    h_.functions.answer = [this](const svc::FunctionCall&) {
      return Result<svc::FunctionAnswer>(svc::FunctionAnswer{
          .payload = R"({"errorMessage":"boom"})", .function_error = broken_ ? "Unhandled" : ""});
    };
  }
  void pass_s(int seconds) {
    for (int i = 0; i < seconds; ++i)
      h_.runner.advance_ms(1'000);
  }
  FunctionHealth health() { return read_function_health(*h_.store->snapshot())->at(0); }

  bool broken_ = false;
  Harness h_{[](svc::Registry& r) {
    r.add<aws::lambda::ListFunctions>({.run = list_functions});
    r.add<aws::lambda::ListTags>({.run = list_tags});
    r.add<aws::sesv2::SendEmail>({.run = send_email});
  }};
  HealthMonitor monitor_{
      h_.ports,
      HealthConfig{.notify = {.from = "ops@x.y", .to = {"you@x.y"}, .webhook = "http://hook"}}};
};

TEST_F(HealthMonitorTest, ChecksEveryMinuteAndKeepsWarm) {
  monitor_.start();
  pass_s(185);
  EXPECT_GE(h_.functions.calls.size(), 3u);
  EXPECT_LE(h_.functions.calls.size(), 4u);
  EXPECT_EQ(h_.functions.warm["arn:f"], 2);
  EXPECT_TRUE(health().healthy);
  function_tags.clear();
  pass_s(20);
  EXPECT_EQ(h_.functions.warm["arn:f"], 0);
}

TEST_F(HealthMonitorTest, ChecksGoOnAfterTheWorkersWereBusy) {
  monitor_.start();
  pass_s(30);
  h_.runner.is_full = true;
  pass_s(90);
  h_.runner.is_full = false;
  size_t before = h_.functions.calls.size();
  pass_s(130);
  EXPECT_GE(h_.functions.calls.size(), before + 2);
}

TEST_F(HealthMonitorTest, TellsOnceOfFailureAndOnceOfRecovery) {
  monitor_.start();
  broken_ = true;
  pass_s(400);
  EXPECT_FALSE(health().healthy);
  EXPECT_EQ(health().last_failure, "Unhandled error: boom");
  ASSERT_EQ(h_.webhooks.posts.size(), 1u);
  EXPECT_EQ(Json::parse(h_.webhooks.posts[0].second)->get_string("event"), "is failing");
  broken_ = false;
  pass_s(130);
  EXPECT_TRUE(health().healthy);
  ASSERT_EQ(h_.webhooks.posts.size(), 2u);
  EXPECT_EQ(mail_subjects, (std::vector<std::string>{"f in us-east-1 is failing",
                                                     "f in us-east-1 has recovered"}));
}

TEST_F(HealthMonitorTest, ARestartNeitherForgetsAnOutageNorTellsOfItAgain) {
  monitor_.start();
  broken_ = true;
  pass_s(200);
  monitor_.stop();
  HealthMonitor after_restart(h_.ports, HealthConfig{.notify = {.webhook = "http://hook"}});
  after_restart.start();
  pass_s(200);
  EXPECT_EQ(h_.webhooks.posts.size(), 1u);
  broken_ = false;
  pass_s(100);
  EXPECT_EQ(h_.webhooks.posts.size(), 2u);
}

}  // namespace
}  // namespace millrace::health
