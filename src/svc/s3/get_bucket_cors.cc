#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html
Result<ops::GetBucketCors::Output> get_bucket_cors(Context& ctx,
                                                   const ops::GetBucketCorsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config,
            (config_of<ops::PutBucketCors, ops::CORSConfiguration>(ctx, bucket, configs::kCors)));
  if (!config) {
    return Error("NoSuchCORSConfiguration", 404, "The CORS configuration does not exist")
        .with_member("BucketName", "\"" + bucket.name + "\"");
  }
  ops::GetBucketCors::Output out;
  out.cors_rules = std::move(config->cors_rules);
  return out;
}

}  // namespace millrace::s3
