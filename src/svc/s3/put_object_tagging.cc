#include "svc/s3/keys.h"
#include "svc/s3/limits.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
Result<ops::PutObjectTagging::Output> put_object_tagging(Context& ctx,
                                                         const ops::PutObjectTaggingRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_version(in.key, in.version_id));
  MR_ASSIGN(std::optional<ObjectRecord> record, find_object(ctx.txn(), bucket, in.key));
  if (!record) return no_such_key(in.key);
  MR_ASSIGN(record->attributes.tags, tags_of(in.tagging.tag_set, kObjectTagsMax));
  ctx.txn().put(object_key(bucket, in.key), encode(*record));
  return ops::PutObjectTaggingOutput{};
}

}  // namespace millrace::s3
