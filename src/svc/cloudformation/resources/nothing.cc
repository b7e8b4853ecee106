#include "svc/cloudformation/resources/all.h"

namespace millrace::cloudformation {

// Types that stand for nothing that we would have to make.
namespace {

Result<ResourceState> create(ResourceStep& step) {
  return ResourceState{.physical_id = step.generated_name(128)};
}

Result<ResourceState> update(ResourceStep&, const ResourceRecord& before) {
  return ResourceState{before.physical_id, before.attributes};
}

constexpr PropertyRule kMetadataProperties[] = {{.name = "Analytics"}};

}  // namespace

// https://docs.aws.amazon.com/cdk/v2/guide/usage-data.html: CDK's own statistics.
const ResourceType kCdkMetadata = {.name = "AWS::CDK::Metadata",
                                   .properties = kMetadataProperties,
                                   .create = create,
                                   .update = update};

// A placeholder of templates that need one resource at least; nobody here waits for a signal.
const ResourceType kCloudFormationWaitConditionHandle = {
    .name = "AWS::CloudFormation::WaitConditionHandle", .create = create, .update = update};

}  // namespace millrace::cloudformation
