#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html: a bucket whose
// versioning was never set has no status.
Result<ops::GetBucketVersioning::Output> get_bucket_versioning(
    Context& ctx, const ops::GetBucketVersioningRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config, (config_of<ops::PutBucketVersioning, ops::VersioningConfiguration>(
                             ctx, bucket, configs::kVersioning)));
  ops::GetBucketVersioning::Output out;
  if (config) out.status = config->status;
  return out;
}

}  // namespace millrace::s3
