#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-layerversion.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kPublish = &lambda::PublishLayerVersion::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "LayerName", .on_change = kNew},
    {.name = "Content", .on_change = kNew, .operation = kPublish, .need = Need::kRequired},
    {.name = "Description", .on_change = kNew, .operation = kPublish},
    {.name = "CompatibleRuntimes", .on_change = kNew, .operation = kPublish},
    {.name = "CompatibleArchitectures", .on_change = kNew, .operation = kPublish},
    {.name = "LicenseInfo", .on_change = kNew, .operation = kPublish},
};
constexpr std::string_view kAttributes[] = {"LayerVersionArn"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::PublishLayerVersion>(step));
  input.layer_name = step.text("LayerName", step.generated_name(140));
  MR_ASSIGN(auto made, step.ctx.call<lambda::PublishLayerVersion>(input));
  ResourceState state{.physical_id = made.layer_version_arn.value_or("")};
  state.attributes.set("LayerVersionArn", state.physical_id);
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  size_t colon = before.physical_id.rfind(':');
  lambda::DeleteLayerVersionRequest input{.layer_name = before.physical_id.substr(0, colon)};
  input.version_number = std::atoll(before.physical_id.c_str() + colon + 1);
  return ignore_missing(step.ctx.call<lambda::DeleteLayerVersion>(input));
}

}  // namespace

const ResourceType kLambdaLayerVersion = {.name = "AWS::Lambda::LayerVersion",
                                          .properties = kProperties,
                                          .attributes = kAttributes,
                                          .create = create,
                                          .remove = remove};

}  // namespace millrace::cloudformation
