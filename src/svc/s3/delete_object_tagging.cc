#include "svc/s3/keys.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html
Result<ops::DeleteObjectTagging::Output> delete_object_tagging(
    Context& ctx, const ops::DeleteObjectTaggingRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_version(in.key, in.version_id));
  MR_ASSIGN(std::optional<ObjectRecord> record, find_object(ctx.txn(), bucket, in.key));
  if (!record) return no_such_key(in.key);
  record->attributes.tags.clear();
  ctx.txn().put(object_key(bucket, in.key), encode(*record));
  return ops::DeleteObjectTaggingOutput{};
}

}  // namespace millrace::s3
