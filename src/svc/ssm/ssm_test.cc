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

}  // namespace
}  // namespace millrace::ssm
