#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html
Result<ops::GetPublicAccessBlock::Output> get_public_access_block(
    Context& ctx, const ops::GetPublicAccessBlockRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config, (config_of<ops::PutPublicAccessBlock, ops::PublicAccessBlockConfiguration>(
                             ctx, bucket, configs::kPublicAccessBlock)));
  if (!config) {
    return Error("NoSuchPublicAccessBlockConfiguration", 404,
                 "The public access block configuration was not found")
        .with_member("BucketName", "\"" + bucket.name + "\"");
  }
  ops::GetPublicAccessBlock::Output out;
  out.public_access_block_configuration = *std::move(config);
  return out;
}

}  // namespace millrace::s3
