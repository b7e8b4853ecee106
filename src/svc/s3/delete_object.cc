#include "svc/s3/delete_one.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// Deleting what is not there succeeds.
Status delete_one(Context& ctx, const Bucket& bucket, const DeleteTarget& target) {
  MR_TRY(check_key(target.key));
  // Without versioning there is only the version "null"; another one is not there.
  if (target.version_id && *target.version_id != "null") return ok_status();
  MR_ASSIGN(std::optional<ObjectRecord> old, find_object(ctx.txn(), bucket, target.key));
  if (target.if_match) {
    if (!old) return no_such_key(target.key);
    ReadConditions conditions{.if_match = target.if_match};
    MR_TRY(check_read(*old, conditions, OnMatch::kPreconditionFailed));
  }
  if (!old) return ok_status();
  return remove_object(ctx, bucket, target.key, *old);
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
Result<ops::DeleteObject::Output> delete_object(Context& ctx, const ops::DeleteObjectRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  if (in.if_match_last_modified_time || in.if_match_size) {
    return not_supported("x-amz-if-match-last-modified-time and x-amz-if-match-size");
  }
  MR_TRY(delete_one(ctx, bucket, {in.key, in.version_id, in.if_match}));
  return ops::DeleteObjectOutput{};
}

}  // namespace millrace::s3
