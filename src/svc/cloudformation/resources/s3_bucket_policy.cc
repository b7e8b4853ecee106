#include "svc/cloudformation/resources/all.h"

#include "aws/s3.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-s3-bucketpolicy.html
namespace {

namespace s3 = aws::s3;

constexpr PropertyRule kProperties[] = {
    {.name = "Bucket", .on_change = OnChange::kReplace, .need = Need::kRequired},
    {.name = "PolicyDocument", .need = Need::kRequired},
};

Result<ResourceState> create(ResourceStep& step) {
  s3::PutBucketPolicyRequest input{.bucket = step.text("Bucket")};
  input.policy = step.text("PolicyDocument");
  MR_TRY(step.ctx.call<s3::PutBucketPolicy>(input));
  return ResourceState{.physical_id = input.bucket};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord&) { return create(step); }

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<s3::DeleteBucketPolicy>({.bucket = before.physical_id}));
}

}  // namespace

const ResourceType kS3BucketPolicy = {.name = "AWS::S3::BucketPolicy",
                                      .properties = kProperties,
                                      .create = create,
                                      .update = update,
                                      .remove = remove};

}  // namespace millrace::cloudformation
