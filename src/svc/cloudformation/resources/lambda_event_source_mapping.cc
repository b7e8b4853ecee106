#include "svc/cloudformation/resources/all.h"

#include "aws/lambda.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html
namespace {

namespace lambda = aws::lambda;

constexpr const aws::Operation* kCreate = &lambda::CreateEventSourceMapping::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "EventSourceArn", .on_change = OnChange::kReplace, .operation = kCreate},
    {.name = "FunctionName", .operation = kCreate, .need = Need::kRequired},
    {.name = "StartingPosition", .on_change = OnChange::kReplace, .operation = kCreate},
    {.name = "Enabled", .operation = kCreate, .unset = "true"},
    {.name = "BatchSize", .operation = kCreate, .unset = "100"},
    {.name = "FilterCriteria", .operation = kCreate, .unset = R"({"Filters":[]})"},
    {.name = "MaximumBatchingWindowInSeconds", .operation = kCreate, .unset = "0"},
    {.name = "ParallelizationFactor", .operation = kCreate, .unset = "1"},
    {.name = "DestinationConfig", .operation = kCreate},
    {.name = "MaximumRecordAgeInSeconds", .operation = kCreate, .unset = "-1"},
    {.name = "BisectBatchOnFunctionError", .operation = kCreate, .unset = "false"},
    {.name = "MaximumRetryAttempts", .operation = kCreate, .unset = "-1"},
    {.name = "TumblingWindowInSeconds", .operation = kCreate, .unset = "0"},
    {.name = "FunctionResponseTypes", .operation = kCreate, .unset = "[]"},
};
constexpr std::string_view kAttributes[] = {"Id", "EventSourceMappingArn"};

ResourceState state_of(ResourceStep& step, const std::string& uuid) {
  ResourceState state{.physical_id = uuid};
  state.attributes.set("Id", uuid);
  state.attributes.set("EventSourceMappingArn",
                       step.ctx.arn("lambda", "event-source-mapping:" + uuid));
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<lambda::CreateEventSourceMapping>(step));
  MR_ASSIGN(auto made, step.ctx.call<lambda::CreateEventSourceMapping>(input));
  return state_of(step, made.uuid.value_or(""));
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_ASSIGN(auto input, bind_update<lambda::UpdateEventSourceMapping>(step, before));
  input.uuid = before.physical_id;
  MR_TRY(step.ctx.call<lambda::UpdateEventSourceMapping>(input));
  return state_of(step, before.physical_id);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<lambda::DeleteEventSourceMapping>({before.physical_id}));
}

Result<bool> ready(svc::Context& ctx, const ResourceRecord& made) {
  MR_ASSIGN(auto mapping, ctx.call<lambda::GetEventSourceMapping>({made.physical_id}));
  return mapping.state == "Enabled" || mapping.state == "Disabled";
}

}  // namespace

const ResourceType kLambdaEventSourceMapping = {.name = "AWS::Lambda::EventSourceMapping",
                                                .properties = kProperties,
                                                .attributes = kAttributes,
                                                .create = create,
                                                .update = update,
                                                .remove = remove,
                                                .ready = ready};

}  // namespace millrace::cloudformation
