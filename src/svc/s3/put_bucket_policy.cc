#include "svc/s3/bucket_config.h"
#include "svc/s3/errors.h"
#include "svc/s3/limits.h"
#include "svc/s3/operations.h"
#include "svc/s3/public_access.h"

namespace millrace::s3 {
namespace {

Error malformed_policy(std::string message) {
  return Error("MalformedPolicy", 400, std::move(message));
}

bool is_of_bucket(std::string_view resource, const Bucket& bucket) {
  std::string arn = bucket.arn();
  return resource == "*" || resource == arn || resource == arn + "*" ||
         resource.starts_with(arn + "/");
}

// What the policy layer evaluates later is checked here only as far as it concerns the bucket.
Status check_policy(const std::string& text, const Bucket& bucket) {
  if (text.size() > kPolicyBytesMax) {
    return malformed_policy("Policies must not exceed the maximum allowed size of 20 KB");
  }
  auto policy = codec::Json::parse(text);
  if (!policy.ok() || !policy->is_object()) {
    return malformed_policy("Policies must be valid JSON and the first byte must be '{'");
  }
  const codec::Json* statements = policy->find("Statement");
  if (statements == nullptr) return malformed_policy("Missing required field Statement");
  codec::Json one = codec::Json::array();
  if (statements->is_object()) {
    one.push(*statements);
    statements = &one;
  }
  if (!statements->is_array()) return malformed_policy("Statement must be a list");
  for (const codec::Json& statement : *statements->as_array()) {
    if (!statement.is_object()) return malformed_policy("Statement is not an object");
    if (statement.find("Principal") == nullptr && statement.find("NotPrincipal") == nullptr) {
      return malformed_policy("Missing required field Principal");
    }
    if (statement.find("Action") == nullptr && statement.find("NotAction") == nullptr) {
      return malformed_policy("Missing required field Action");
    }
    const codec::Json* resource = statement.find("Resource");
    if (resource == nullptr) continue;
    codec::Json list = resource->is_array() ? *resource : codec::Json::array().push(*resource);
    for (const codec::Json& entry : *list.as_array()) {
      if (entry.is_string() && is_of_bucket(*entry.as_string(), bucket)) continue;
      return malformed_policy("Policy has invalid resource");
    }
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
Result<ops::PutBucketPolicy::Output> put_bucket_policy(Context& ctx,
                                                       const ops::PutBucketPolicyRequest& in) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, in.bucket, in.expected_bucket_owner));
  MR_TRY(check_policy(in.policy, bucket));
  MR_ASSIGN(bool is_blocked, blocks_public_policy(ctx.txn(), bucket));
  MR_ASSIGN(codec::Json policy, codec::Json::parse(in.policy));
  if (is_blocked && is_public_policy(policy)) {
    return ops::errors::access_denied(
        "User: " + ctx.caller().arn +
        " is not authorized to perform: s3:PutBucketPolicy on resource: \"" + bucket.arn() +
        "\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block "
        "Public Access.");
  }
  put_config(ctx.txn(), bucket, configs::kPolicy, in.policy);
  return ops::PutBucketPolicy::Output{};
}

}  // namespace millrace::s3
