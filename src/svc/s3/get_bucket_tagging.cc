#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html
Result<ops::GetBucketTagging::Output> get_bucket_tagging(Context& ctx,
                                                         const ops::GetBucketTaggingRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config,
            (config_of<ops::PutBucketTagging, ops::Tagging>(ctx, bucket, configs::kTagging)));
  if (!config) {
    return Error("NoSuchTagSet", 404, "The TagSet does not exist")
        .with_member("BucketName", "\"" + bucket.name + "\"");
  }
  ops::GetBucketTagging::Output out;
  out.tag_set = std::move(config->tag_set);
  return out;
}

}  // namespace millrace::s3
