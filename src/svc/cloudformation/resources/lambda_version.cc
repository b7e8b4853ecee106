#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-version.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kPublish = &lambda::PublishVersion::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "FunctionName",
     .on_change = OnChange::kReplace,
     .operation = kPublish,
     .need = Need::kRequired},
    {.name = "CodeSha256", .on_change = OnChange::kReplace, .operation = kPublish},
    {.name = "Description", .on_change = OnChange::kReplace, .operation = kPublish},
};
constexpr std::string_view kAttributes[] = {"Version", "FunctionArn"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::PublishVersion>(step));
  MR_ASSIGN(auto made, step.ctx.call<lambda::PublishVersion>(input));
  std::string version = made.version.value_or("");
  std::string arn = made.function_arn.value_or("");
  if (!arn.ends_with(":" + version)) arn += ":" + version;
  ResourceState state{.physical_id = arn};
  state.attributes.set("Version", version).set("FunctionArn", arn);
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  size_t colon = before.physical_id.rfind(':');
  return ignore_missing(
      step.ctx.call<lambda::DeleteFunction>({.function_name = before.physical_id.substr(0, colon),
                                             .qualifier = before.physical_id.substr(colon + 1)}));
}

}  // namespace

const ResourceType kLambdaVersion = {.name = "AWS::Lambda::Version",
                                     .properties = kProperties,
                                     .attributes = kAttributes,
                                     .create = create,
                                     .remove = remove};

}  // namespace millrace::cloudformation
