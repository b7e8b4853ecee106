#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-permission.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kAdd = &lambda::AddPermission::kDescription;
constexpr OnChange kNew = OnChange::kReplace;
constexpr PropertyRule kProperties[] = {
    {.name = "FunctionName", .on_change = kNew, .operation = kAdd, .need = Need::kRequired},
    {.name = "Action", .on_change = kNew, .operation = kAdd, .need = Need::kRequired},
    {.name = "Principal", .on_change = kNew, .operation = kAdd, .need = Need::kRequired},
    {.name = "SourceArn", .on_change = kNew, .operation = kAdd},
    {.name = "SourceAccount", .on_change = kNew, .operation = kAdd},
    {.name = "EventSourceToken", .on_change = kNew, .operation = kAdd},
    {.name = "PrincipalOrgID", .on_change = kNew, .operation = kAdd},
    {.name = "FunctionUrlAuthType", .on_change = kNew, .operation = kAdd},
    {.name = "InvokedViaFunctionUrl", .on_change = kNew, .operation = kAdd},
};
constexpr std::string_view kAttributes[] = {"Id"};

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::AddPermission>(step));
  input.statement_id = step.generated_name(100);
  MR_TRY(step.ctx.call<lambda::AddPermission>(input));
  ResourceState state{.physical_id = input.statement_id};
  state.attributes.set("Id", input.statement_id);
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<lambda::RemovePermission>(
      {std::string(before.properties.get_string("FunctionName")), before.physical_id}));
}

}  // namespace

const ResourceType kLambdaPermission = {.name = "AWS::Lambda::Permission",
                                        .properties = kProperties,
                                        .attributes = kAttributes,
                                        .create = create,
                                        .remove = remove};

}  // namespace millrace::cloudformation
