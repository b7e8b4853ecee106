#include "client/client.h"

#include <gmock/gmock.h>

#include <deque>

#include "aws/dynamodb.h"
#include "base/manual_runner.h"

namespace millrace::client {
namespace {

using aws::dynamodb::ListTables;

net::ClientOutcome answer(int status, std::string body, std::string date = "") {
  net::ClientResponse response;
  response.status = status;
  response.body = std::move(body);
  if (!date.empty()) response.headers.emplace_back("Date", date);
  return {.response = std::move(response), .sent = net::Sent::kAnswered};
}

net::ClientOutcome broken(net::Sent sent) {
  return {.response = Error("ConnectionError", 500, "broken"), .sent = sent};
}

net::ClientOutcome dynamodb_error(std::string_view code, int status = 400) {
  return answer(status, fmt::format(R"({{"__type":"x#{}","message":"m"}})", code));
}

class ClientTest : public ::testing::Test {
 protected:
  static Settings settings() {
    Settings out;
    out.credentials = {.access_key_id = "A", .secret_access_key = aws::Secret("S")};
    out.region = "us-east-1";
    out.endpoint_url = "http://h:1";
    return out;
  }

  // Runs one call to its end, moving the clock for its waits.
  CallOutcome run(CallOptions options = {}) {
    std::optional<CallOutcome> outcome;
    const ListTables::Input input;
    client_.start(ListTables::kDescription, &input, options,
                  [&](CallOutcome result) { outcome.emplace(std::move(result)); });
    for (int i = 0; i < 1000 && !outcome; ++i) {
      runner_.advance_ms(50);
    }
    EXPECT_TRUE(outcome.has_value());
    return std::move(*outcome);
  }

  ManualClock clock_;
  ManualRunner runner_{clock_};
  std::deque<net::ClientOutcome> script_;
  std::vector<net::ClientRequest> sent_;
  Client client_{[this](net::ClientRequest request, net::HttpClient::Callback done) {
                   sent_.push_back(std::move(request));
                   ASSERT_FALSE(script_.empty());
                   auto outcome = std::make_shared<net::ClientOutcome>(std::move(script_.front()));
                   script_.pop_front();
                   runner_.after(0, [outcome, done] { done(std::move(*outcome)); });
                 },
                 runner_, clock_, settings()};
};

TEST_F(ClientTest, SignsAndParses) {
  script_.push_back(answer(200, R"({"TableNames":["t"]})"));
  CallOutcome outcome = run();
  ASSERT_TRUE(outcome.output.ok());
  const auto& output = *static_cast<ListTables::Output*>(outcome.output->get());
  EXPECT_EQ(output.table_names->at(0), "t");
  ASSERT_EQ(sent_.size(), 1u);
  EXPECT_EQ(sent_[0].url, "http://h:1/");
  EXPECT_THAT(std::string(aws::find_header(sent_[0].headers, "authorization")),
              ::testing::HasSubstr("/us-east-1/dynamodb/aws4_request"));
}

TEST_F(ClientTest, RetriesWhatMayPass) {
  script_.push_back(dynamodb_error("ProvisionedThroughputExceededException"));
  script_.push_back(dynamodb_error("InternalServerError", 500));
  script_.push_back(broken(net::Sent::kUnknown));
  script_.push_back(answer(200, "{}"));
  EXPECT_TRUE(run().output.ok());
  EXPECT_EQ(sent_.size(), 4u);
}

TEST_F(ClientTest, PermanentErrorsAreNotRetried) {
  script_.push_back(dynamodb_error("ResourceNotFoundException"));
  const CallOutcome outcome = run();
  EXPECT_EQ(outcome.output.error().code(), "ResourceNotFoundException");
  EXPECT_EQ(outcome.certainty, Certainty::kRefused);
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(ClientTest, TellsNeverSentFromUnknown) {
  CallOptions once;
  once.retry.attempts_max = 1;
  script_.push_back(broken(net::Sent::kNever));
  EXPECT_EQ(run(once).certainty, Certainty::kRefused);
  script_.push_back(broken(net::Sent::kUnknown));
  EXPECT_EQ(run(once).certainty, Certainty::kUnknown);
  script_.push_back(dynamodb_error("InternalServerError", 500));
  EXPECT_EQ(run(once).certainty, Certainty::kUnknown);
}

// A refusal after an attempt whose fate is unknown does not make that attempt certain.
TEST_F(ClientTest, AnEarlierUnknownAttemptStaysUnknown) {
  script_.push_back(broken(net::Sent::kUnknown));
  script_.push_back(dynamodb_error("ConditionalCheckFailedException"));
  EXPECT_EQ(run().certainty, Certainty::kUnknown);
}

TEST_F(ClientTest, FollowsTheServersClockOnce) {
  script_.push_back(
      answer(400, R"({"__type":"InvalidSignatureException","message":"Signature expired: x"})",
             "Wed, 01 Jan 2025 00:00:00 GMT"));
  script_.push_back(answer(200, "{}"));
  EXPECT_TRUE(run().output.ok());
  EXPECT_THAT(std::string(aws::find_header(sent_[1].headers, "x-amz-date")),
              ::testing::StartsWith("20250101T0000"));
}

TEST_F(ClientTest, StopsAtItsDeadlineAndItsAttempts) {
  for (int i = 0; i < 8; ++i)
    script_.push_back(dynamodb_error("ThrottlingException"));
  EXPECT_EQ(run().output.error().code(), "ThrottlingException");
  EXPECT_EQ(sent_.size(), 8u);
  sent_.clear();
  for (int i = 0; i < 8; ++i)
    script_.push_back(dynamodb_error("ThrottlingException"));
  CallOptions hasty;
  hasty.deadline_ms = 0;
  EXPECT_FALSE(run(hasty).output.ok());
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(ClientTest, ChecksDynamoDbsChecksum) {
  net::ClientOutcome wrong = answer(200, "{}");
  wrong.response->headers.emplace_back("x-amz-crc32", "1");
  script_.push_back(std::move(wrong));
  script_.push_back(answer(200, "{}"));
  EXPECT_TRUE(run().output.ok());
  EXPECT_EQ(sent_.size(), 2u);
}

TEST(Retry, BackoffIsJitteredAndBounded) {
  SeededRng rng(1);
  const RetryPolicy policy;
  for (int attempt = 1; attempt < 100; ++attempt) {
    const int64_t delay = backoff_ms(policy, Failure::kThrottled, attempt, rng);
    EXPECT_GE(delay, 0);
    EXPECT_LE(delay, policy.delay_ms_max);
  }
}

TEST(Retry, BudgetRunsOutAndRefills) {
  RetryBudget budget;
  int taken = 0;
  while (budget.take(Failure::kTransient))
    ++taken;
  EXPECT_EQ(taken, 50);
  for (int i = 0; i < 10; ++i)
    budget.on_success();
  EXPECT_TRUE(budget.take(Failure::kTransient));
}

}  // namespace
}  // namespace millrace::client
