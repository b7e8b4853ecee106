#include <algorithm>
#include <set>

#include "aws/iam.h"
#include "svc/cloudformation/resources/all.h"
#include "svc/cloudformation/resources/crud.h"
#include "svc/cloudformation/resources/iam_support.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-role.html
namespace {

namespace iam = aws::iam;

constexpr PropertyRule kProperties[] = {
    {.name = "RoleName", .on_change = OnChange::kReplace},
    {.name = "Path", .on_change = OnChange::kReplace, .operation = &iam::CreateRole::kDescription},
    {.name = "AssumeRolePolicyDocument", .need = Need::kRequired},
    {.name = "Policies", .nested = "PolicyName,PolicyDocument"},
    {.name = "ManagedPolicyArns"},
    {.name = "Description", .operation = &iam::CreateRole::kDescription},
    {.name = "MaxSessionDuration", .operation = &iam::CreateRole::kDescription},
    {.name = "Tags", .nested = "Key,Value"},
};
constexpr std::string_view kAttributes[] = {"Arn", "RoleId"};

ResourceState state_of(const iam::Role& role) {
  ResourceState state{.physical_id = role.role_name};
  state.attributes.set("Arn", role.arn).set("RoleId", role.role_id);
  return state;
}

Status put_policies(ResourceStep& step, const std::string& role) {
  for (const auto& [name, document] : inline_policies(step.properties)) {
    MR_TRY(step.ctx.call<iam::PutRolePolicy>({role, name, document}));
  }
  for (const std::string& arn : texts_of(step.properties, "ManagedPolicyArns")) {
    MR_TRY(step.ctx.call<iam::AttachRolePolicy>({role, arn}));
  }
  return ok_status();
}

// Takes away what the role had by its template before and has no longer.
Status drop_policies(ResourceStep& step, const ResourceRecord& before, const codec::Json& keep) {
  auto kept = inline_policies(keep);
  for (const auto& [name, document] : inline_policies(before.properties)) {
    if (kept.contains(name)) continue;
    MR_TRY(ignore_missing(step.ctx.call<iam::DeleteRolePolicy>({before.physical_id, name})));
  }
  auto attached = texts_of(keep, "ManagedPolicyArns");
  for (const std::string& arn : texts_of(before.properties, "ManagedPolicyArns")) {
    if (std::find(attached.begin(), attached.end(), arn) != attached.end()) continue;
    MR_TRY(ignore_missing(step.ctx.call<iam::DetachRolePolicy>({before.physical_id, arn})));
  }
  return ok_status();
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<iam::CreateRole>(step));
  input.role_name = step.text("RoleName", step.generated_name(64));
  input.assume_role_policy_document = step.text("AssumeRolePolicyDocument");
  put_tags(step, input);
  MR_ASSIGN(auto made, step.ctx.call<iam::CreateRole>(input));
  MR_TRY(put_policies(step, input.role_name));
  return state_of(made.role);
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  const std::string& role = before.physical_id;
  MR_TRY(step.ctx.call<iam::UpdateAssumeRolePolicy>({role, step.text("AssumeRolePolicyDocument")}));
  MR_ASSIGN(auto input, bind<iam::UpdateRole>(step));
  input.role_name = role;
  if (!input.description) input.description = "";
  if (!input.max_session_duration) input.max_session_duration = 3600;
  MR_TRY(step.ctx.call<iam::UpdateRole>(input));
  MR_TRY(drop_policies(step, before, step.properties));
  MR_TRY(put_policies(step, role));
  MR_TRY((change_tags<iam::TagRole, iam::UntagRole>(
      step, before, {.tag = {.role_name = role}, .untag = {.role_name = role}})));
  MR_ASSIGN(auto got, step.ctx.call<iam::GetRole>({role}));
  return state_of(got.role);
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  Status dropped = drop_policies(step, before, codec::Json::object());
  MR_TRY(ignore_missing(std::move(dropped)));
  return ignore_missing(step.ctx.call<iam::DeleteRole>({before.physical_id}));
}

}  // namespace

const ResourceType kIamRole = {.name = "AWS::IAM::Role",
                               .properties = kProperties,
                               .attributes = kAttributes,
                               .tagging = Tagging::kStack,
                               .name_property = "RoleName",
                               .create = create,
                               .update = update,
                               .remove = remove};

}  // namespace millrace::cloudformation
