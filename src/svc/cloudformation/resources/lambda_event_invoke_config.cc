#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventinvokeconfig.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kPut = &lambda::PutFunctionEventInvokeConfig::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "FunctionName",
     .on_change = OnChange::kReplace,
     .operation = kPut,
     .need = Need::kRequired},
    {.name = "Qualifier",
     .on_change = OnChange::kReplace,
     .operation = kPut,
     .need = Need::kRequired},
    {.name = "MaximumRetryAttempts", .operation = kPut},
    {.name = "MaximumEventAgeInSeconds", .operation = kPut},
    {.name = "DestinationConfig", .operation = kPut},
};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::PutFunctionEventInvokeConfig>(step));
  MR_TRY(step.ctx.call<lambda::PutFunctionEventInvokeConfig>(input));
  return ResourceState{.physical_id = step.generated_name(128)};
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(create(step));
  return ResourceState{.physical_id = before.physical_id};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<lambda::DeleteFunctionEventInvokeConfig>(
      {.function_name = std::string(before.properties.get_string("FunctionName")),
       .qualifier = std::string(before.properties.get_string("Qualifier"))}));
}

}  // namespace

const ResourceType kLambdaEventInvokeConfig = {.name = "AWS::Lambda::EventInvokeConfig",
                                               .properties = kProperties,
                                               .create = create,
                                               .update = update,
                                               .remove = remove};

}  // namespace millrace::cloudformation
