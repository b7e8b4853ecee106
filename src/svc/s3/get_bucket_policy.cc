#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
Result<ops::GetBucketPolicy::Output> get_bucket_policy(Context& ctx,
                                                       const ops::GetBucketPolicyRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(std::optional<std::string> policy,
            get_config_text(ctx.txn(), bucket, configs::kPolicy));
  if (!policy) {
    return Error("NoSuchBucketPolicy", 404, "The bucket policy does not exist")
        .with_member("BucketName", "\"" + bucket.name + "\"");
  }
  return ops::GetBucketPolicyOutput{.policy = *std::move(policy)};
}

}  // namespace millrace::s3
