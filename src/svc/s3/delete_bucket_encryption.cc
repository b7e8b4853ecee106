#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
Result<ops::DeleteBucketEncryption::Output> delete_bucket_encryption(
    Context& ctx, const ops::DeleteBucketEncryptionRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kEncryption);
  return ops::DeleteBucketEncryption::Output{};
}

}  // namespace millrace::s3
