#include "svc/cloudformation/resources/all.h"

#include <algorithm>
#include <set>

#include "aws/iam.h"
#include "svc/cloudformation/resources/iam_support.h"

namespace millrace::cloudformation {

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-managedpolicy.html
namespace {

namespace iam = aws::iam;

constexpr size_t kVersionsMax = 5;

constexpr PropertyRule kProperties[] = {
    {.name = "ManagedPolicyName", .on_change = OnChange::kReplace},
    {.name = "PolicyDocument", .need = Need::kRequired},
    {.name = "Description",
     .on_change = OnChange::kReplace,
     .operation = &iam::CreatePolicy::kDescription},
    {.name = "Path",
     .on_change = OnChange::kReplace,
     .operation = &iam::CreatePolicy::kDescription},
    {.name = "Roles"},
    {.name = "Users"},
};
constexpr std::string_view kAttributes[] = {"PolicyArn", "PolicyId"};

Status attach(ResourceStep& step, const std::string& arn) {
  for (const std::string& role : texts_of(step.properties, "Roles")) {
    MR_TRY(step.ctx.call<iam::AttachRolePolicy>({role, arn}));
  }
  for (const std::string& user : texts_of(step.properties, "Users")) {
    MR_TRY(step.ctx.call<iam::AttachUserPolicy>({user, arn}));
  }
  return ok_status();
}

Status detach(ResourceStep& step, const ResourceRecord& before, const codec::Json& keep) {
  auto roles = texts_of(keep, "Roles");
  for (const std::string& role : texts_of(before.properties, "Roles")) {
    if (std::find(roles.begin(), roles.end(), role) != roles.end()) continue;
    MR_TRY(ignore_missing(step.ctx.call<iam::DetachRolePolicy>({role, before.physical_id})));
  }
  auto users = texts_of(keep, "Users");
  for (const std::string& user : texts_of(before.properties, "Users")) {
    if (std::find(users.begin(), users.end(), user) != users.end()) continue;
    MR_TRY(ignore_missing(step.ctx.call<iam::DetachUserPolicy>({user, before.physical_id})));
  }
  return ok_status();
}

Result<ResourceState> create(ResourceStep& step) {
  MR_ASSIGN(auto input, bind<iam::CreatePolicy>(step));
  input.policy_name = step.text("ManagedPolicyName", step.generated_name(128));
  input.policy_document = step.text("PolicyDocument");
  MR_ASSIGN(auto made, step.ctx.call<iam::CreatePolicy>(input));
  ResourceState state{.physical_id = *made.policy->arn};
  state.attributes.set("PolicyArn", *made.policy->arn).set("PolicyId", *made.policy->policy_id);
  MR_TRY(attach(step, state.physical_id));
  return state;
}

// Makes room by dropping versions that are not the default.
Status delete_old_versions(ResourceStep& step, const std::string& arn, size_t keep) {
  MR_ASSIGN(auto versions, step.ctx.call<iam::ListPolicyVersions>({.policy_arn = arn}));
  size_t count = versions.versions->size();
  for (auto it = versions.versions->rbegin(); it != versions.versions->rend(); ++it) {
    if (count <= keep) break;
    if (it->is_default_version.value_or(false)) continue;
    MR_TRY(step.ctx.call<iam::DeletePolicyVersion>({arn, *it->version_id}));
    --count;
  }
  return ok_status();
}

Result<ResourceState> update(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(delete_old_versions(step, before.physical_id, kVersionsMax - 1));
  MR_TRY(step.ctx.call<iam::CreatePolicyVersion>({.policy_arn = before.physical_id,
                                                  .policy_document = step.text("PolicyDocument"),
                                                  .set_as_default = true}));
  MR_TRY(detach(step, before, step.properties));
  MR_TRY(attach(step, before.physical_id));
  return ResourceState{before.physical_id, before.attributes};
}

Status remove(ResourceStep& step, const ResourceRecord& before) {
  MR_TRY(detach(step, before, codec::Json::object()));
  MR_TRY(ignore_missing(delete_old_versions(step, before.physical_id, 1)));
  return ignore_missing(step.ctx.call<iam::DeletePolicy>({before.physical_id}));
}

}  // namespace

const ResourceType kIamManagedPolicy = {.name = "AWS::IAM::ManagedPolicy",
                                        .properties = kProperties,
                                        .attributes = kAttributes,
                                        .name_property = "ManagedPolicyName",
                                        .create = create,
                                        .update = update,
                                        .remove = remove};

}  // namespace millrace::cloudformation
