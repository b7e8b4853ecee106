#include "aws/ssm.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html
namespace {

namespace ssm = aws::ssm;

constexpr const aws::Operation* kPut = &ssm::PutParameter::kDescription;
constexpr PropertyRule kProperties[] = {
    {.name = "Name", .on_change = OnChange::kReplace},
    {.name = "Type", .operation = kPut, .need = Need::kRequired},
    {.name = "Value", .operation = kPut, .need = Need::kRequired},
    {.name = "Description", .operation = kPut},
    {.name = "AllowedPattern", .operation = kPut},
    {.name = "Tier", .operation = kPut},
    {.name = "DataType", .operation = kPut},
    {.name = "Tags"},
};
constexpr std::string_view kAttributes[] = {"Type", "Value"};

enum class Put { kNew, kOver };

Result<ResourceState> put(ResourceStep& step, const std::string& name, Put how) {
  MR_ASSIGN(auto input, bind<ssm::PutParameter>(step));
  if (input.type == "SecureString") {
    return Error("ValidationError", 400,
                 "#/Type: SecureString is not supported by AWS::SSM::Parameter");
  }
  input.name = name;
  input.overwrite = how == Put::kOver;
  if (how == Put::kNew) put_tags(step, input);
  if (how == Put::kOver && !input.description) input.description = "";
  MR_TRY(step.ctx.call<ssm::PutParameter>(input));
  ResourceState state{.physical_id = name};
  state.attributes.set("Type", step.text("Type")).set("Value", step.text("Value"));
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  return put(step, step.text("Name", "CFN-" + step.logical_id + "-" + step.suffix), Put::kNew);
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  const std::string& name = before.physical_id;
  MR_ASSIGN(ResourceState state, put(step, name, Put::kOver));
  MR_TRY((change_tags<ssm::AddTagsToResource, ssm::RemoveTagsFromResource>(
      step, before,
      {.tag = {.resource_type = "Parameter", .resource_id = name},
       .untag = {.resource_type = "Parameter", .resource_id = name}})));
  return state;
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<ssm::DeleteParameter>({before.physical_id}));
}

}  // namespace

const ResourceType kSsmParameter = {.name = "AWS::SSM::Parameter",
                                    .properties = kProperties,
                                    .attributes = kAttributes,
                                    .tagging = Tagging::kStackAndSystem,
                                    .name_property = "Name",
                                    .create = create,
                                    .update = update,
                                    .remove = remove};

}  // namespace millrace::cloudformation
