#include "svc/s3/bucket_config.h"
#include "svc/s3/errors.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

Status check_ownership(const ops::OwnershipControls& controls) {
  if (controls.rules.size() != 1) return malformed_xml();
  const std::string& ownership = controls.rules.front().object_ownership;
  if (ownership == "BucketOwnerEnforced") return ok_status();
  if (ownership == "BucketOwnerPreferred" || ownership == "ObjectWriter") {
    return not_supported("Object ownership " + ownership);
  }
  return malformed_xml();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
Result<ops::PutBucketOwnershipControls::Output> put_bucket_ownership_controls(
    Context& ctx, const ops::PutBucketOwnershipControlsRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_ownership(in.ownership_controls));
  set_config<ops::PutBucketOwnershipControls>(ctx, bucket, configs::kOwnershipControls,
                                              in.ownership_controls);
  return ops::PutBucketOwnershipControls::Output{};
}

}  // namespace millrace::s3
