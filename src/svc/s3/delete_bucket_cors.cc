#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html
Result<ops::DeleteBucketCors::Output> delete_bucket_cors(Context& ctx,
                                                         const ops::DeleteBucketCorsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kCors);
  return ops::DeleteBucketCors::Output{};
}

}  // namespace millrace::s3
