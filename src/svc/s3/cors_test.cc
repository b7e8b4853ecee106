#include "svc/s3/cors.h"

#include "svc/s3/s3_testing.h"

namespace millrace::s3 {
namespace {

class CorsTest : public S3Test {
 protected:
  void set_rules(std::vector<ops::CORSRule> rules) {
    ops::PutBucketCorsRequest in{.bucket = "bucket"};
    in.cors_configuration.cors_rules = std::move(rules);
    ASSERT_TRUE(h.call<ops::PutBucketCors>(in).ok());
  }
  std::optional<CorsAnswer> ask(CorsRequest request) {
    return evaluate_cors(*h.store->snapshot(), "bucket", request).value();
  }
};

TEST_F(CorsTest, TheFirstMatchingRuleAnswers) {
  EXPECT_FALSE(ask({.origin = "http://a", .method = "GET"}).has_value()) << "no rules";
  set_rules({{.allowed_headers = {{"x-amz-*", "Content-Type"}},
              .allowed_methods = {"PUT", "POST"},
              .allowed_origins = {"http://*.example.com"},
              .expose_headers = {{"ETag"}},
              .max_age_seconds = 60},
             {.allowed_methods = {"GET"}, .allowed_origins = {"*"}}});
  auto put = ask({"http://www.example.com", "PUT", "content-type, X-Amz-Date"});
  ASSERT_TRUE(put.has_value());
  EXPECT_EQ(put->allow_origin, "http://www.example.com");
  EXPECT_EQ(put->allow_methods, "PUT, POST");
  EXPECT_EQ(put->allow_headers, "content-type, x-amz-date");
  EXPECT_EQ(put->expose_headers, "ETag");
  EXPECT_EQ(put->max_age_s, 60);
  EXPECT_TRUE(put->allow_credentials);
  EXPECT_FALSE(ask({"http://www.example.com", "PUT", "authorization"}).has_value());
  EXPECT_FALSE(ask({"http://example.org", "PUT", ""}).has_value());
  auto get = ask({"http://example.org", "GET", ""});
  ASSERT_TRUE(get.has_value());
  EXPECT_EQ(get->allow_origin, "*");
  EXPECT_FALSE(get->allow_credentials);
  EXPECT_FALSE(ask({"http://example.org", "DELETE", ""}).has_value());
}

}  // namespace
}  // namespace millrace::s3
