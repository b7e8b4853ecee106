#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html
Result<ops::DeleteBucketTagging::Output> delete_bucket_tagging(
    Context& ctx, const ops::DeleteBucketTaggingRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kTagging);
  return ops::DeleteBucketTagging::Output{};
}

}  // namespace millrace::s3
