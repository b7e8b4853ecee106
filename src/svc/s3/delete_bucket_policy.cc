#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
Result<ops::DeleteBucketPolicy::Output> delete_bucket_policy(
    Context& ctx, const ops::DeleteBucketPolicyRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kPolicy);
  return ops::DeleteBucketPolicy::Output{};
}

}  // namespace millrace::s3
