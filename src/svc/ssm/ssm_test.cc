#include <gtest/gtest.h>

#include "aws/ssm.h"
#include "svc/ssm/operations.h"
#include "svc/testing/harness.h"

namespace millrace::ssm {
namespace {

namespace wire = aws::ssm;

TEST(Ssm, ParametersHaveVersionsAndPaths) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  auto missing = h.call<wire::GetParameter>({.name = "/a/x"});
  EXPECT_EQ(missing.error().code(), "ParameterNotFound");
  ASSERT_TRUE(h.call<wire::PutParameter>({.name = "/a/x", .value = "1", .type = "String"}).ok());
  EXPECT_EQ(
      h.call<wire::PutParameter>({.name = "/a/x", .value = "2", .type = "String"}).error().code(),
      "ParameterAlreadyExists");
  auto second = h.call<wire::PutParameter>({.name = "/a/x", .value = "2", .overwrite = true});
  EXPECT_EQ(second->version, 2);
  EXPECT_EQ(h.call<wire::GetParameter>({.name = "/a/x"})->parameter->value, "2");
  EXPECT_EQ(h.call<wire::GetParameter>({.name = "/a/x:1"})->parameter->value, "1");
  ASSERT_TRUE(h.call<wire::PutParameter>({.name = "/a/b/y", .value = "3", .type = "String"}).ok());
  EXPECT_EQ(h.call<wire::GetParametersByPath>({.path = "/a"})->parameters->size(), 1u);
  EXPECT_EQ(
      h.call<wire::GetParametersByPath>({.path = "/a", .recursive = true})->parameters->size(), 2u);
}

TEST(Ssm, ASecureStringIsSealedInTheStore) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  ASSERT_TRUE(
      h.call<wire::PutParameter>({.name = "s", .value = "hunter2", .type = "SecureString"}).ok());
  auto snapshot = h.store->snapshot();
  for (auto it = snapshot->scan({}); it->valid(); it->next()) {
    EXPECT_EQ(it->value().find("hunter2"), std::string_view::npos);
  }
  EXPECT_NE(h.call<wire::GetParameter>({.name = "s"})->parameter->value, "hunter2");
  EXPECT_EQ(h.call<wire::GetParameter>({.name = "s", .with_decryption = true})->parameter->value,
            "hunter2");
}

TEST(Ssm, WhatIsNotSupportedIsRefusedByName) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  auto put = [&](auto change) {
    wire::PutParameterRequest in{.name = "/a", .value = "1", .type = "String"};
    change(in);
    return h.call<wire::PutParameter>(in).error().message();
  };
  EXPECT_EQ(put([](auto& in) { in.policies = "[]"; }), "Policies are not supported by Millrace");
  EXPECT_EQ(put([](auto& in) { in.data_type = "aws:ec2:image"; }),
            "DataType aws:ec2:image is not supported by Millrace");
  EXPECT_EQ(
      h.call<wire::GetParametersByPath>({.path = "/", .parameter_filters = {{{.key = "Type"}}}})
          .error()
          .message(),
      "ParameterFilters are not supported by Millrace");
  EXPECT_EQ(h.call<wire::DescribeParameters>({.parameter_filters = {{{.key = "tag:x"}}}})
                .error()
                .message(),
            "The filter tag:x is not supported by Millrace");
  ASSERT_TRUE(h.call<wire::PutParameter>({.name = "/a", .value = "1", .type = "String"}).ok());
  EXPECT_EQ(h.call<wire::GetParameter>({.name = "/a:label"}).error().message(),
            "Parameter labels are not supported by Millrace");
}

TEST(Ssm, PathsComeInPagesAndNotBeyondThePath) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  for (const char* name : {"/app/1", "/app/2", "/app/3", "/apple", "/b/1"}) {
    ASSERT_TRUE(h.call<wire::PutParameter>({.name = name, .value = "v", .type = "String"}).ok());
  }
  auto first = h.call<wire::GetParametersByPath>({.path = "/app/", .max_results = 2});
  ASSERT_EQ(first->parameters->size(), 2u);
  auto rest = h.call<wire::GetParametersByPath>({.path = "/app", .next_token = first->next_token});
  ASSERT_EQ(rest->parameters->size(), 1u);
  EXPECT_EQ(rest->parameters->at(0).name, "/app/3");
  EXPECT_FALSE(rest->next_token.has_value());
  EXPECT_EQ(h.call<wire::DescribeParameters>({})->parameters->size(), 5u);
}

TEST(Ssm, ManyAreReadAndDeletedByNameOrArn) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  ASSERT_TRUE(h.call<wire::PutParameter>({.name = "/a/x", .value = "1", .type = "String"}).ok());
  ASSERT_TRUE(h.call<wire::PutParameter>({.name = "plain", .value = "2", .type = "String"}).ok());
  auto got = h.call<wire::GetParameters>(
      {.names = {"arn:aws:ssm:us-east-1:123456789012:parameter/a/x",
                 "arn:aws:ssm:us-east-1:123456789012:parameter/plain", "/none"}});
  ASSERT_EQ(got->parameters->size(), 2u);
  EXPECT_EQ(got->invalid_parameters->at(0), "/none");
  EXPECT_EQ(h.authorizer.asked.at(h.authorizer.asked.size() - 3).resource,
            "arn:aws:ssm:us-east-1:123456789012:parameter/a/x");
  auto gone = h.call<wire::DeleteParameters>({.names = {"/a/x", "/none"}});
  EXPECT_EQ(gone->deleted_parameters->size(), 1u);
  EXPECT_EQ(gone->invalid_parameters->size(), 1u);
  EXPECT_EQ(h.call<wire::DeleteParameter>({.name = "/a/x"}).error().code(), "ParameterNotFound");
}

TEST(Ssm, TagsComeAndGo) {
  svc::testing::Harness h([](svc::Registry& r) { register_operations(r); });
  ASSERT_TRUE(h.call<wire::PutParameter>(
                   {.name = "p", .value = "1", .type = "String", .tags = {{{"a", "1"}}}})
                  .ok());
  ASSERT_TRUE(h.call<wire::AddTagsToResource>(
                   {.resource_type = "Parameter", .resource_id = "p", .tags = {{"b", "2"}}})
                  .ok());
  ASSERT_TRUE(h.call<wire::RemoveTagsFromResource>(
                   {.resource_type = "Parameter", .resource_id = "p", .tag_keys = {"a"}})
                  .ok());
  auto tags = h.call<wire::ListTagsForResource>({.resource_type = "Parameter", .resource_id = "p"});
  ASSERT_EQ(tags->tag_list->size(), 1u);
  EXPECT_EQ(tags->tag_list->at(0).key, "b");
  EXPECT_EQ(h.call<wire::ListTagsForResource>({.resource_type = "Document", .resource_id = "p"})
                .error()
                .code(),
            "InvalidResourceType");
}

}  // namespace
}  // namespace millrace::ssm
