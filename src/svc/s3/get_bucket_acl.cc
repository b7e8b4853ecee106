#include "svc/s3/bucket.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// Buckets are BucketOwnerEnforced: the owner may do everything, and nobody else through an ACL.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
Result<ops::GetBucketAcl::Output> get_bucket_acl(Context& ctx, const ops::GetBucketAclRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  ops::Owner owner = owner_of(bucket.account);
  ops::GetBucketAclOutput out{.owner = owner};
  ops::Grant grant{.permission = "FULL_CONTROL"};
  grant.grantee = ops::Grantee{.id = owner.id, .type = "CanonicalUser"};
  out.grants = std::vector{std::move(grant)};
  return out;
}

}  // namespace millrace::s3
