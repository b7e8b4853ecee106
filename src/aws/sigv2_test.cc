#include "aws/sigv2.h"

#include <gtest/gtest.h>

namespace millrace::aws {
namespace {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html, "Query string
// request authentication alternative".
class SigV2Test : public ::testing::Test {
 protected:
  RequestView view(std::string_view query) {
    return {.method = "GET", .path = "/photos/puppy.jpg", .query = query, .headers = headers_};
  }
  std::vector<HeaderView> headers_ = {{"Host", "johnsmith.s3.amazonaws.com"}};
  Secret secret_{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
  static constexpr char kResource[] = "/johnsmith/photos/puppy.jpg";
};

TEST_F(SigV2Test, TheDocumentedUrlIsAccepted) {
  RequestView request = view(
      "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires="
      "1175139620");
  auto presigned = parse_presigned_v2(request);
  ASSERT_TRUE(presigned.ok() && presigned->has_value());
  EXPECT_EQ((*presigned)->access_key_id, "AKIAIOSFODNN7EXAMPLE");
  Status verified =
      verify_presigned_v2(request, "/johnsmith/photos/puppy.jpg", **presigned, secret_);
  EXPECT_EQ(verified.ok() ? "" : verified.error().code(), "");
  EXPECT_TRUE(check_expiry_v2(**presigned, Instant::from_seconds(1'175'139'620)).ok());
  Status late = check_expiry_v2(**presigned, Instant::from_seconds(1'175'139'621));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().message(), "Request has expired");
}

TEST_F(SigV2Test, AnotherKeyOrPathIsNot) {
  RequestView request = view(
      "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires="
      "1175139620");
  auto presigned = parse_presigned_v2(request);
  ASSERT_TRUE(presigned.ok() && presigned->has_value());
  EXPECT_FALSE(verify_presigned_v2(request, kResource, **presigned, Secret("other")).ok());
  EXPECT_FALSE(verify_presigned_v2(request, "/other", **presigned, secret_).ok());
}

TEST_F(SigV2Test, PartsOfASignatureAreRefused) {
  EXPECT_FALSE(parse_presigned_v2(view("AWSAccessKeyId=A&Expires=1")).ok());
  auto none = parse_presigned_v2(view("list-type=2"));
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());
}

}  // namespace
}  // namespace millrace::aws
