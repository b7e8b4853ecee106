#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html
Result<ops::DeletePublicAccessBlock::Output> delete_public_access_block(
    Context& ctx, const ops::DeletePublicAccessBlockRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  delete_config(ctx, bucket, configs::kPublicAccessBlock);
  return ops::DeletePublicAccessBlock::Output{};
}

}  // namespace millrace::s3
