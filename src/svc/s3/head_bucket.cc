#include "svc/s3/bucket.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
Result<ops::HeadBucket::Output> head_bucket(Context& ctx, const ops::HeadBucketRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  return ops::HeadBucketOutput{
      .bucket_arn = bucket.arn(), .bucket_region = bucket.region, .access_point_alias = false};
}

}  // namespace millrace::s3
