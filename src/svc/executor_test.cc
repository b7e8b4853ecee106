#include "svc/executor.h"

#include <gtest/gtest.h>

#include <atomic>

#include "aws/sts.h"
#include "svc/testing/harness.h"

namespace millrace::svc {
namespace {

using aws::sts::GetCallerIdentity;
using aws::sts::GetCallerIdentityResponse;

// Reads and writes one key; the hook runs between the two, so that a test can lose the race.
std::function<void()> between_read_and_write;

Result<GetCallerIdentityResponse> increment(Context& ctx, const GetCallerIdentity::Input&) {
  MR_ASSIGN(auto before, ctx.txn().get("counter"));
  if (between_read_and_write) between_read_and_write();
  std::string next = before.value_or("") + "x";
  ctx.txn().put("counter", next);
  return GetCallerIdentityResponse{.account = next};
}

Result<std::vector<Access>> needs_identity(Context&, const GetCallerIdentity::Input&) {
  return std::vector<Access>{{.action = "sts:GetCallerIdentity", .resource = "*"}};
}

class DenyingAuthorizer final : public Authorizer {
 public:
  Status check(store::Reader&, const Caller&, const Access& access) override {
    return Error("AccessDenied", 403, "not allowed: " + access.action);
  }
};

class ExecutorTest : public ::testing::Test {
 protected:
  void TearDown() override { between_read_and_write = nullptr; }
  testing::Harness h_{[](Registry& registry) {
    registry.add<GetCallerIdentity>({.run = increment, .access = needs_identity});
  }};
};

TEST_F(ExecutorTest, CommitsBeforeItAnswers) {
  EXPECT_EQ(h_.call<GetCallerIdentity>({})->account, "x");
  EXPECT_EQ(h_.store->snapshot()->get("counter")->value(), "x");
}

TEST_F(ExecutorTest, RunsAgainWhenAnotherCommitCameBetween) {
  int races = 0;
  between_read_and_write = [&] {
    if (races++ == 0) {
      ASSERT_TRUE(store::transact(*h_.store, [](store::Txn& txn) {
                    txn.put("counter", "abc");
                    return ok_status();
                  }).ok());
    }
  };
  EXPECT_EQ(h_.call<GetCallerIdentity>({})->account, "abcx");
  EXPECT_EQ(races, 2);
}

TEST_F(ExecutorTest, RunsAgainWhenTheOperationFindsTheConflictItself) {
  static int runs;
  runs = 0;
  testing::Harness h([](Registry& registry) {
    registry.add<GetCallerIdentity>(
        {.run = [](Context&, const GetCallerIdentity::Input&) -> Result<GetCallerIdentityResponse> {
          if (++runs == 1) return Error(store::kConflictCode, 409, "what was read is gone");
          return GetCallerIdentityResponse{.account = "again"};
        }});
  });
  EXPECT_EQ(h.call<GetCallerIdentity>({})->account, "again");
}

TEST_F(ExecutorTest, GivesUpWithThrottlingWhenTheRaceIsNeverWon) {
  between_read_and_write = [&] {
    ASSERT_TRUE(store::transact(*h_.store, [](store::Txn& txn) {
                  txn.put("counter", "other");
                  return ok_status();
                }).ok());
  };
  std::atomic<bool> answered = false;
  h_.executor.run(GetCallerIdentity::kDescription, testing::Harness::root_call(),
                  std::make_shared<GetCallerIdentity::Input>(), [&](auto result) {
                    ASSERT_FALSE(result.ok());
                    EXPECT_EQ(result.error().code(), "ThrottlingException");
                    answered = true;
                  });
  while (!answered)
    h_.runner.advance_ms(10);
}

// An operation that waits, or reads ranges, must not hold the connections of an io thread.
TEST_F(ExecutorTest, WhatBlocksRunsOnAWorker) {
  testing::Harness h([](Registry& registry) {
    registry.add<GetCallerIdentity>({.run = increment, .blocking = true});
  });
  int answers = 0;
  h.executor.run(GetCallerIdentity::kDescription, testing::Harness::root_call(),
                 std::make_shared<GetCallerIdentity::Input>(), [&](auto) { ++answers; });
  EXPECT_EQ(answers, 0);
  h.runner.advance_ms(1);
  EXPECT_EQ(answers, 1);
}

// A worker that waited for a worker would be a deadlock once all of them do.
TEST_F(ExecutorTest, WhoWaitsRunsItHimself) {
  testing::Harness h([](Registry& registry) {
    registry.add<GetCallerIdentity>({.run = increment, .blocking = true});
  });
  int races = 0;
  between_read_and_write = [&] {
    if (races++ > 1) return;
    ASSERT_TRUE(store::transact(*h.store, [](store::Txn& txn) {
                  txn.put("counter", "abc");
                  return ok_status();
                }).ok());
  };
  EXPECT_EQ(h.executor.call<GetCallerIdentity>(testing::Harness::root_call(), {})->account, "abcx");
  EXPECT_EQ(races, 3);
}

TEST_F(ExecutorTest, DeniedCallsChangeNothing) {
  DenyingAuthorizer deny;
  h_.ports.authorizer = &deny;
  auto result = h_.call<GetCallerIdentity>({});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), "AccessDenied");
  EXPECT_FALSE(h_.store->snapshot()->get("counter")->has_value());
}

TEST_F(ExecutorTest, AnOperationNobodyRegisteredIsRefusedByName) {
  testing::Harness empty([](Registry&) {});
  auto result = empty.call<GetCallerIdentity>({});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), "UnknownOperationException");
  EXPECT_NE(result.error().message().find("GetCallerIdentity"), std::string::npos);
}

}  // namespace
}  // namespace millrace::svc
