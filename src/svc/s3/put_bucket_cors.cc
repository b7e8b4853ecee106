#include <algorithm>

#include "svc/s3/bucket_config.h"
#include "svc/s3/errors.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
Status check_cors(const ops::CORSConfiguration& config) {
  constexpr size_t kRulesMax = 100;
  if (config.cors_rules.empty() || config.cors_rules.size() > kRulesMax) return malformed_xml();
  for (const ops::CORSRule& rule : config.cors_rules) {
    for (const std::string& method : rule.allowed_methods) {
      if (method == "GET" || method == "PUT" || method == "POST" || method == "DELETE" ||
          method == "HEAD") {
        continue;
      }
      return invalid_request(
          "Found unsupported HTTP method in CORS config. Unsupported method is " + method);
    }
    for (const std::string& origin : rule.allowed_origins) {
      if (std::ranges::count(origin, '*') <= 1) continue;
      return invalid_request("AllowedOrigin \"" + origin +
                             "\" can not have more than one wildcard.");
    }
    if (!rule.allowed_headers) continue;
    for (const std::string& header : *rule.allowed_headers) {
      if (std::ranges::count(header, '*') <= 1) continue;
      return invalid_request("AllowedHeader \"" + header +
                             "\" can not have more than one wildcard.");
    }
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
Result<ops::PutBucketCors::Output> put_bucket_cors(Context& ctx,
                                                   const ops::PutBucketCorsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_cors(in.cors_configuration));
  set_config<ops::PutBucketCors>(ctx, bucket, configs::kCors, in.cors_configuration);
  return ops::PutBucketCors::Output{};
}

}  // namespace millrace::s3
