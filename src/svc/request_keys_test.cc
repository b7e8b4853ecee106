#include "svc/request_keys.h"

#include <gtest/gtest.h>

#include "aws/iam.h"
#include "aws/lambda.h"

namespace millrace::svc {
namespace {

using Values = std::vector<std::string>;

TEST(RequestKeys, SayWhereTheRequestCameFrom) {
  Access access;
  add_request_keys({"123456789012", "eu-west-1"},
                   {.source_ip = "203.0.113.7", .user_agent = "aws-cli", .is_secure = true},
                   access);
  EXPECT_EQ(access.context["aws:SourceIp"], Values{"203.0.113.7"});
  EXPECT_EQ(access.context["aws:SecureTransport"], Values{"true"});
  EXPECT_EQ(access.context["aws:UserAgent"], Values{"aws-cli"});
  EXPECT_EQ(access.context["aws:RequestedRegion"], Values{"eu-west-1"});

  Access plain;
  add_request_keys({"123456789012", "eu-west-1"}, {.source_ip = "203.0.113.7"}, plain);
  EXPECT_EQ(plain.context["aws:SecureTransport"], Values{"false"});
}

TEST(RequestKeys, OfAServiceByItselfAreFewer) {
  Access access;
  add_request_keys({"123456789012", "eu-west-1"}, {}, access);
  EXPECT_EQ(access.context.size(), 1u);
  EXPECT_EQ(access.context["aws:RequestedRegion"], Values{"eu-west-1"});
}

TEST(RequestKeys, TagsOfListsAndMaps) {
  aws::iam::CreateRoleRequest role;
  role.tags.emplace() = {{.key = "team", .value = "a"}, {.key = "cost", .value = "b"}};
  auto keys = request_tags(*aws::iam::CreateRole::kDescription.input, &role);
  EXPECT_EQ(keys["aws:RequestTag/team"], Values{"a"});
  EXPECT_EQ(keys["aws:RequestTag/cost"], Values{"b"});
  EXPECT_EQ(keys["aws:TagKeys"], (Values{"team", "cost"}));

  aws::lambda::CreateFunctionRequest function;
  function.tags.emplace() = {{"team", "a"}};
  keys = request_tags(*aws::lambda::CreateFunction::kDescription.input, &function);
  EXPECT_EQ(keys["aws:RequestTag/team"], Values{"a"});

  EXPECT_TRUE(request_tags(*aws::iam::ListUsers::kDescription.input,
                           aws::iam::ListUsers::kDescription.make_input().get())
                  .empty());
}

}  // namespace
}  // namespace millrace::svc
