#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html
Result<ops::GetBucketOwnershipControls::Output> get_bucket_ownership_controls(
    Context& ctx, const ops::GetBucketOwnershipControlsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config, (config_of<ops::PutBucketOwnershipControls, ops::OwnershipControls>(
                             ctx, bucket, configs::kOwnershipControls)));
  if (!config) {
    return Error("OwnershipControlsNotFoundError", 404,
                 "The bucket ownership controls were not found")
        .with_member("BucketName", "\"" + bucket.name + "\"");
  }
  ops::GetBucketOwnershipControls::Output out;
  out.ownership_controls = *std::move(config);
  return out;
}

}  // namespace millrace::s3
