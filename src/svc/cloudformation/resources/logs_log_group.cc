#include "aws/logs.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-loggroup.html
namespace {

namespace logs = aws::logs;

constexpr PropertyRule kProperties[] = {
    {.name = "LogGroupName", .on_change = OnChange::kReplace},
    {.name = "RetentionInDays"},
    {.name = "LogGroupClass", .operation = &logs::CreateLogGroup::kDescription},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"Arn"};

Status set_retention(ResourceStep& step, const std::string& name) {
  const codec::Json* days = step.properties.find("RetentionInDays");
  if (days == nullptr) return ignore_missing(step.ctx.call<logs::DeleteRetentionPolicy>({name}));
  MR_ASSIGN(auto input, bind<logs::PutRetentionPolicy>(step));
  input.log_group_name = name;
  MR_ASSIGN(
      codec::Json number,
      to_model(*logs::PutRetentionPolicy::kDescription.input->find_member("retentionInDays")->shape,
               *days, "#/RetentionInDays"));
  input.retention_in_days = *number.as_int();
  MR_TRY(step.ctx.call<logs::PutRetentionPolicy>(input));
  return ok_status();
}

ResourceState state_of(ResourceStep& step, const std::string& name) {
  ResourceState state{.physical_id = name};
  state.attributes.set("Arn", step.ctx.arn("logs", "log-group:" + name + ":*"));
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<logs::CreateLogGroup>(step));
  input.log_group_name = step.text("LogGroupName", step.generated_name(512));
  put_tags(step, input);
  MR_TRY(step.ctx.call<logs::CreateLogGroup>(input));
  if (step.properties.find("RetentionInDays") != nullptr) {
    MR_TRY(set_retention(step, input.log_group_name));
  }
  return state_of(step, input.log_group_name);
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(set_retention(step, before.physical_id));
  std::string arn = step.ctx.arn("logs", "log-group:" + before.physical_id);
  MR_TRY((change_tags<logs::TagResource, logs::UntagResource>(
      step, before, {.tag = {.resource_arn = arn}, .untag = {.resource_arn = arn}})));
  return state_of(step, before.physical_id);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<logs::DeleteLogGroup>({before.physical_id}));
}

}  // namespace

const ResourceType kLogsLogGroup = {.name = "AWS::Logs::LogGroup",
                                    .properties = kProperties,
                                    .attributes = kAttributes,
                                    .tagging = Tagging::kStackAndSystem,
                                    .name_property = "LogGroupName",
                                    .create = create,
                                    .update = update,
                                    .remove = remove};

}  // namespace millrace::cloudformation
