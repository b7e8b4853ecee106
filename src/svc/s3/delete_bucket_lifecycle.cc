#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html
Result<ops::DeleteBucketLifecycle::Output> delete_bucket_lifecycle(
    Context& ctx, const ops::DeleteBucketLifecycleRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kLifecycle);
  return ops::DeleteBucketLifecycle::Output{};
}

}  // namespace millrace::s3
