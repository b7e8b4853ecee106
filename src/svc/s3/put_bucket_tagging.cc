#include "svc/s3/bucket_config.h"
#include "svc/s3/limits.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
Result<ops::PutBucketTagging::Output> put_bucket_tagging(Context& ctx,
                                                         const ops::PutBucketTaggingRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(tags_of(in.tagging.tag_set, kBucketTagsMax));
  set_config<ops::PutBucketTagging>(ctx, bucket, configs::kTagging, in.tagging);
  return ops::PutBucketTagging::Output{};
}

}  // namespace millrace::s3
