#include <gtest/gtest.h>

#include "svc/ecr/operations.h"
#include "svc/testing/harness.h"

namespace millrace::ecr {
namespace {

TEST(Ecr, ThereIsNoRepository) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  EXPECT_TRUE(h.call<wire::DescribeRepositories>({})->repositories->empty());
  auto named = h.call<wire::DescribeRepositories>(
      {.repository_names = std::vector<std::string>{"serverless-notes-dev"}});
  ASSERT_FALSE(named.ok());
  EXPECT_EQ(named.error().code(), "RepositoryNotFoundException");
  EXPECT_EQ(named.error().http_status(), 400);
}

}  // namespace
}  // namespace millrace::ecr
