#include "svc/cloudformation/resources/all.h"

#include "aws/apigateway.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-apigateway-account.html
namespace {

namespace api = aws::apigateway;

constexpr PropertyRule kProperties[] = {{.name = "CloudWatchRoleArn"}};
constexpr std::string_view kAttributes[] = {"Id"};

Status put(ResourceStep& step) {
  api::UpdateAccountRequest input;
  api::PatchOperation operation;
  operation.op = "replace";
  operation.path = "/cloudwatchRoleArn";
  operation.value = step.text("CloudWatchRoleArn");
  input.patch_operations.emplace().push_back(std::move(operation));
  MR_TRY(step.ctx.call<api::UpdateAccount>(input));
  return ok_status();
}

Result<ResourceState> create(ResourceStep& step) {
  MR_TRY(put(step));
  ResourceState state{.physical_id = step.generated_name(128)};
  state.attributes.set("Id", state.physical_id);
  return state;
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(put(step));
  return ResourceState{before.physical_id, before.attributes};
}

// The account stays; so does its role, as AWS has it.
Status remove(ResourceStep&, const ResourceRecord&) { return ok_status(); }

}  // namespace

const ResourceType kApiGatewayAccount = {.name = "AWS::ApiGateway::Account",
                                         .properties = kProperties,
                                         .attributes = kAttributes,
                                         .create = create,
                                         .update = update,
                                         .remove = remove};

}  // namespace millrace::cloudformation
