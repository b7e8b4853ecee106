#include "aws/arn.h"

#include <gtest/gtest.h>

#include "aws/dynamodb.h"
#include "aws/iam.h"
#include "aws/partition.h"

namespace millrace::aws {
namespace {

TEST(Arn, RoundTrips) {
  constexpr char kText[] = "arn:aws:lambda:us-east-1:123456789012:function:f:live";
  const auto arn = Arn::parse(kText);
  ASSERT_TRUE(arn.has_value());
  EXPECT_EQ(arn->resource, "function:f:live");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->to_string(), kText);
  EXPECT_TRUE(Arn::parse("arn:aws:s3:::bucket/key").has_value());
}

TEST(Arn, RefusesWhatIsNone) {
  for (const char* text :
       {"", "arn", "arn:aws:s3", "arn:aws:s3:::", "arn::s3:::b", "x:aws:s3:::b"}) {
    EXPECT_FALSE(Arn::parse(text).has_value()) << text;
  }
}

TEST(Partition, RegionNames) {
  for (const char* name : {"us-east-1", "ap-southeast-7", "us-gov-west-1", "cn-north-1"}) {
    EXPECT_TRUE(is_region_name(name)) << name;
  }
  for (const char* name : {"", "us", "us-1", "US-EAST-1", "us-east-", "../x-1", "a-b-c-d-e-f-1"}) {
    EXPECT_FALSE(is_region_name(name)) << name;
  }
}

TEST(Partition, Hosts) {
  EXPECT_EQ(endpoint_host(dynamodb::kService, "cn-north-1"),
            "dynamodb.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(endpoint_host(iam::kService, "eu-west-1"), "iam.amazonaws.com");
  EXPECT_EQ(signing_region(iam::kService, "eu-west-1"), "us-east-1");
}

}  // namespace
}  // namespace millrace::aws
