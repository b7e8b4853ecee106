#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-url.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kCreate = &lambda::CreateFunctionUrlConfig::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "TargetFunctionArn",
     .on_change = OnChange::kReplace,
     .operation = kCreate,
     .member = "FunctionName",
     .need = Need::kRequired},
    {.name = "Qualifier", .on_change = OnChange::kReplace, .operation = kCreate},
    {.name = "AuthType", .operation = kCreate, .need = Need::kRequired},
    {.name = "Cors", .operation = kCreate},
    {.name = "InvokeMode", .operation = kCreate},
};
constexpr std::string_view kAttributes[] = {"FunctionUrl", "FunctionArn"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::CreateFunctionUrlConfig>(step));
  MR_ASSIGN(auto made, step.ctx.call<lambda::CreateFunctionUrlConfig>(input));
  ResourceState state{.physical_id = made.function_arn};
  state.attributes.set("FunctionUrl", made.function_url).set("FunctionArn", made.function_arn);
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind<lambda::UpdateFunctionUrlConfig>(step));
  MR_TRY(step.ctx.call<lambda::UpdateFunctionUrlConfig>(input));
  return ResourceState{before.physical_id, before.attributes};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  lambda::DeleteFunctionUrlConfigRequest input{
      .function_name = std::string(before.properties.get_string("TargetFunctionArn"))};
  std::string_view qualifier = before.properties.get_string("Qualifier");
  if (!qualifier.empty()) input.qualifier = qualifier;
  return ignore_missing(step.ctx.call<lambda::DeleteFunctionUrlConfig>(input));
}

}  // namespace

const ResourceType kLambdaUrl = {.name = "AWS::Lambda::Url",
                                 .properties = kProperties,
                                 .attributes = kAttributes,
                                 .create = create,
                                 .update = update,
                                 .remove = remove};

}  // namespace millrace::cloudformation
