#include "svc/s3/bucket_config.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html: every bucket has a
// default encryption, SSE-S3 where nothing else was set.
Result<ops::GetBucketEncryption::Output> get_bucket_encryption(
    Context& ctx, const ops::GetBucketEncryptionRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_ASSIGN(auto config,
            (config_of<ops::PutBucketEncryption, ops::ServerSideEncryptionConfiguration>(
                ctx, bucket, configs::kEncryption)));
  if (!config) {
    config.emplace();
    ops::ServerSideEncryptionRule rule{.bucket_key_enabled = false};
    rule.apply_server_side_encryption_by_default.emplace().sse_algorithm = "AES256";
    config->rules.push_back(std::move(rule));
  }
  ops::GetBucketEncryption::Output out;
  out.server_side_encryption_configuration = *std::move(config);
  return out;
}

}  // namespace millrace::s3
