#include "svc/s3/bucket.h"
#include "svc/s3/errors.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: us-east-1 is told by
// an empty element. Any region answers: the operation is there to find the right one.
Result<ops::GetBucketLocation::Output> get_bucket_location(
    Context& ctx, const ops::GetBucketLocationRequest& in) {
  MR_ASSIGN(std::optional<Bucket> bucket, find_bucket(ctx.txn(), in.bucket));
  if (!bucket) return no_such_bucket(in.bucket);
  if (in.expected_bucket_owner && *in.expected_bucket_owner != bucket->account) {
    return ops::errors::access_denied("Access Denied");
  }
  ops::GetBucketLocationOutput out;
  out.location_constraint = bucket->region == "us-east-1" ? "" : bucket->region;
  return out;
}

}  // namespace millrace::s3
