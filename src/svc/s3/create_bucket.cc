#include "svc/s3/bucket_config.h"
#include "svc/s3/limits.h"
#include "svc/s3/object_io.h"
#include "svc/s3/operations.h"

namespace millrace::s3 {
namespace {

constexpr char kDefaultRegion[] = "us-east-1";

// The region that the request asks for. The endpoint of us-east-1 makes buckets everywhere, those
// of other regions only at home.
Result<std::string> requested_region(const Context& ctx, const ops::CreateBucketRequest& in) {
  std::optional<std::string> constraint;
  if (in.create_bucket_configuration) {
    constraint = in.create_bucket_configuration->location_constraint;
  }
  if (constraint == "EU") constraint = "eu-west-1";
  if (constraint == kDefaultRegion) {
    return Error("InvalidLocationConstraint", 400, "The specified location-constraint is not valid")
        .with_member("LocationConstraint", "\"us-east-1\"");
  }
  bool is_default = ctx.region() == kDefaultRegion;
  if (is_default) return constraint.value_or(kDefaultRegion);
  if (constraint == ctx.region()) return ctx.region();
  return Error("IllegalLocationConstraintException", 400,
               "The " + constraint.value_or("unspecified") +
                   " location constraint is incompatible for the region specific endpoint this "
                   "request was sent to.");
}

Status check_ownership(const ops::CreateBucketRequest& in) {
  if (in.object_lock_enabled_for_bucket.value_or(false)) {
    return not_supported("Object Lock (ObjectLockEnabledForBucket)");
  }
  if (in.create_bucket_configuration &&
      (in.create_bucket_configuration->location || in.create_bucket_configuration->bucket)) {
    return not_supported("A directory bucket (Location, Bucket)");
  }
  if (in.object_ownership && *in.object_ownership != "BucketOwnerEnforced") {
    return not_supported("Object ownership " + *in.object_ownership);
  }
  bool has_grants = in.grant_full_control || in.grant_read || in.grant_read_acp || in.grant_write ||
                    in.grant_write_acp;
  if ((in.acl && *in.acl != "private") || has_grants) {
    return Error("InvalidBucketAclWithObjectOwnership", 400,
                 "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
  }
  return ok_status();
}

// What every new bucket has since April 2023:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
void set_defaults(Context& ctx, const Bucket& bucket) {
  ops::PublicAccessBlockConfiguration block{.block_public_acls = true,
                                            .ignore_public_acls = true,
                                            .block_public_policy = true,
                                            .restrict_public_buckets = true};
  set_config<ops::PutPublicAccessBlock>(ctx, bucket, configs::kPublicAccessBlock, block);
  ops::OwnershipControls ownership{.rules = {{"BucketOwnerEnforced"}}};
  set_config<ops::PutBucketOwnershipControls>(ctx, bucket, configs::kOwnershipControls, ownership);
}

}  // namespace

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
Result<ops::CreateBucket::Output> create_bucket(Context& ctx, const ops::CreateBucketRequest& in) {
  if (!is_valid_bucket_name(in.bucket)) return invalid_bucket_name(in.bucket);
  MR_TRY(check_ownership(in));
  MR_ASSIGN(std::string region, requested_region(ctx, in));
  ops::CreateBucketOutput out{.location = "/" + in.bucket};
  MR_ASSIGN(std::optional<Bucket> existing, find_bucket(ctx.txn(), in.bucket));
  if (existing && existing->account != ctx.account()) {
    return ops::errors::bucket_already_exists(
        "The requested bucket name is not available. The bucket namespace is shared by all users "
        "of "
        "the system. Please select a different name and try again.");
  }
  if (existing) {
    // In us-east-1 making one's own bucket again succeeds, for legacy reasons.
    if (existing->region == kDefaultRegion && region == kDefaultRegion) return out;
    return ops::errors::bucket_already_owned_by_you(
        "Your previous request to create the named bucket succeeded and you already own it.");
  }
  Bucket bucket{.name = in.bucket,
                .account = ctx.account(),
                .region = region,
                .created = whole_seconds(ctx.now())};
  if (in.create_bucket_configuration && in.create_bucket_configuration->tags) {
    const auto& tags = *in.create_bucket_configuration->tags;
    MR_TRY(tags_of(tags, kBucketTagsMax));
    ops::Tagging tagging{.tag_set = tags};
    set_config<ops::PutBucketTagging>(ctx, bucket, configs::kTagging, tagging);
  }
  set_defaults(ctx, bucket);
  put_bucket(ctx.txn(), bucket);
  return out;
}

}  // namespace millrace::s3
