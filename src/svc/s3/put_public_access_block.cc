#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutPublicAccessBlock.html
Result<ops::PutPublicAccessBlock::Output> put_public_access_block(
    Context& ctx, const ops::PutPublicAccessBlockRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  set_config<ops::PutPublicAccessBlock>(ctx, bucket, configs::kPublicAccessBlock,
                                        in.public_access_block_configuration);
  return ops::PutPublicAccessBlock::Output{};
}

}  // namespace millrace::s3
