#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html
Result<ops::GetObjectTagging::Output> get_object_tagging(Context& ctx,
                                                         const ops::GetObjectTaggingRequest& in) {
  MR_TRY(check_key(in.key));
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_version(in.key, in.version_id));
  MR_ASSIGN(std::optional<ObjectRecord> record, find_object(ctx.txn(), bucket, in.key));
  if (!record) return no_such_key(in.key);
  ops::GetObjectTaggingOutput out;
  for (auto& [key, value] : record->attributes.tags)
    out.tag_set.push_back({key, value});
  return out;
}

}  // namespace millrace::s3
