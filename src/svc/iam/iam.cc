#include "svc/iam/iam.h"

#include "svc/iam/operations.h"
#include "svc/iam/sts.h"
#include "svc/iam/support.h"

namespace millrace::iam {

void register_operations(svc::Registry& registry) {
  registry.add<wire::CreateRole>({.run = create_role, .access = on_role<wire::CreateRole>});
  registry.add<wire::CreateUser>({.run = create_user, .access = on_user<wire::CreateUser>});
  registry.add<wire::GetRole>({.run = get_role, .access = on_role<wire::GetRole>});
  registry.add<wire::GetUser>({.run = get_user, .access = on_user<wire::GetUser>});
  registry.add<wire::UpdateRole>({.run = update_role, .access = on_role<wire::UpdateRole>});
  registry.add<wire::UpdateAssumeRolePolicy>(
      {.run = update_assume_role_policy, .access = on_role<wire::UpdateAssumeRolePolicy>});
  registry.add<wire::DeleteRole>({.run = delete_role, .access = on_role<wire::DeleteRole>});
  registry.add<wire::DeleteUser>({.run = delete_user, .access = on_user<wire::DeleteUser>});
  registry.add<wire::ListRoles>({.run = list_roles, .access = on_all<wire::ListRoles>});
  registry.add<wire::ListUsers>({.run = list_users, .access = on_all<wire::ListUsers>});
  registry.add<wire::PutRolePolicy>(
      {.run = put_role_policy, .access = on_role<wire::PutRolePolicy>});
  registry.add<wire::PutUserPolicy>(
      {.run = put_user_policy, .access = on_user<wire::PutUserPolicy>});
  registry.add<wire::GetRolePolicy>(
      {.run = get_role_policy, .access = on_role<wire::GetRolePolicy>});
  registry.add<wire::GetUserPolicy>(
      {.run = get_user_policy, .access = on_user<wire::GetUserPolicy>});
  registry.add<wire::DeleteRolePolicy>(
      {.run = delete_role_policy, .access = on_role<wire::DeleteRolePolicy>});
  registry.add<wire::DeleteUserPolicy>(
      {.run = delete_user_policy, .access = on_user<wire::DeleteUserPolicy>});
  registry.add<wire::ListRolePolicies>(
      {.run = list_role_policies, .access = on_role<wire::ListRolePolicies>});
  registry.add<wire::ListUserPolicies>(
      {.run = list_user_policies, .access = on_user<wire::ListUserPolicies>});
  registry.add<wire::AttachRolePolicy>(
      {.run = attach_role_policy, .access = on_role<wire::AttachRolePolicy>});
  registry.add<wire::AttachUserPolicy>(
      {.run = attach_user_policy, .access = on_user<wire::AttachUserPolicy>});
  registry.add<wire::DetachRolePolicy>(
      {.run = detach_role_policy, .access = on_role<wire::DetachRolePolicy>});
  registry.add<wire::DetachUserPolicy>(
      {.run = detach_user_policy, .access = on_user<wire::DetachUserPolicy>});
  registry.add<wire::ListAttachedRolePolicies>(
      {.run = list_attached_role_policies, .access = on_role<wire::ListAttachedRolePolicies>});
  registry.add<wire::ListAttachedUserPolicies>(
      {.run = list_attached_user_policies, .access = on_user<wire::ListAttachedUserPolicies>});
  registry.add<wire::ListInstanceProfilesForRole>(
      {.run = list_instance_profiles_for_role,
       .access = on_role<wire::ListInstanceProfilesForRole>});
  registry.add<wire::ListRoleTags>({.run = list_role_tags, .access = on_role<wire::ListRoleTags>});
  registry.add<wire::TagRole>({.run = tag_role, .access = on_role<wire::TagRole>});
  registry.add<wire::UntagRole>({.run = untag_role, .access = on_role<wire::UntagRole>});
  registry.add<wire::CreatePolicy>({.run = create_policy, .access = on_all<wire::CreatePolicy>});
  registry.add<wire::GetPolicy>({.run = get_policy, .access = on_policy<wire::GetPolicy>});
  registry.add<wire::DeletePolicy>({.run = delete_policy, .access = on_policy<wire::DeletePolicy>});
  registry.add<wire::ListPolicies>({.run = list_policies, .access = on_all<wire::ListPolicies>});
  registry.add<wire::CreatePolicyVersion>(
      {.run = create_policy_version, .access = on_policy<wire::CreatePolicyVersion>});
  registry.add<wire::GetPolicyVersion>(
      {.run = get_policy_version, .access = on_policy<wire::GetPolicyVersion>});
  registry.add<wire::DeletePolicyVersion>(
      {.run = delete_policy_version, .access = on_policy<wire::DeletePolicyVersion>});
  registry.add<wire::ListPolicyVersions>(
      {.run = list_policy_versions, .access = on_policy<wire::ListPolicyVersions>});
  registry.add<wire::CreateAccessKey>(
      {.run = create_access_key, .access = on_user<wire::CreateAccessKey>});
  registry.add<wire::UpdateAccessKey>(
      {.run = update_access_key, .access = on_user<wire::UpdateAccessKey>});
  registry.add<wire::DeleteAccessKey>(
      {.run = delete_access_key, .access = on_user<wire::DeleteAccessKey>});
  registry.add<wire::ListAccessKeys>(
      {.run = list_access_keys, .access = on_user<wire::ListAccessKeys>});
  register_sts(registry);
}

}  // namespace millrace::iam
