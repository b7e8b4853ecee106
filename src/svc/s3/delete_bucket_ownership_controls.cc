#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html
Result<ops::DeleteBucketOwnershipControls::Output> delete_bucket_ownership_controls(
    Context& ctx, const ops::DeleteBucketOwnershipControlsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kOwnershipControls);
  return ops::DeleteBucketOwnershipControls::Output{};
}

}  // namespace millrace::s3
