#include "svc/cloudformation/resources/all.h"

#include "aws/ssm.h"

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
    {.name = "Policies", .operation = kPut},
    {.name = "Tags"},
};
constexpr std::string_view kAttributes[] = {"Type", "Value"};

Result<ResourceState> put(ResourceStep& step, const std::string& name, bool overwrite) {
  MR_ASSIGN(auto input, bind<ssm::PutParameter>(step));
  if (input.type == "SecureString") {
    return Error("ValidationError", 400,
                 "#/Type: SecureString is not supported by AWS::SSM::Parameter");
  }
  input.name = name;
  input.overwrite = overwrite;
  MR_TRY(step.ctx.call<ssm::PutParameter>(input));
  Tags tags = all_tags(step);
  if (!tags.empty()) {
    ssm::AddTagsToResourceRequest tag{.resource_type = "Parameter", .resource_id = name};
    for (auto& [key, value] : tags)
      tag.tags.push_back({key, value});
    MR_TRY(step.ctx.call<ssm::AddTagsToResource>(tag));
  }
  ResourceState state{.physical_id = name};
  state.attributes.set("Type", step.text("Type")).set("Value", step.text("Value"));
  return state;
}

Result<ResourceState> create(ResourceStep& step) {
  return put(step, step.text("Name", "CFN-" + step.logical_id + "-" + step.suffix), false);
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  return put(step, before.physical_id, true);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  return ignore_missing(step.ctx.call<ssm::DeleteParameter>({before.physical_id}));
}

}  // namespace

const ResourceType kSsmParameter = {.name = "AWS::SSM::Parameter",
                                    .properties = kProperties,
                                    .attributes = kAttributes,
                                    .create = create,
                                    .update = update,
                                    .remove = remove};

}  // namespace millrace::cloudformation
