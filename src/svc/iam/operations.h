// The handlers of IAM's operations, one file each, and what several of them do alike
// (identity_policies.cc).
#pragma once

#include "aws/iam.h"
#include "svc/iam/records.h"
#include "svc/iam/support.h"
#include "svc/operation.h"

namespace millrace::iam {

Result<wire::CreateRoleResponse> create_role(Context& ctx, const wire::CreateRoleRequest& in);
Result<wire::CreateUserResponse> create_user(Context& ctx, const wire::CreateUserRequest& in);
Result<wire::GetRoleResponse> get_role(Context& ctx, const wire::GetRoleRequest& in);
Result<wire::GetUserResponse> get_user(Context& ctx, const wire::GetUserRequest& in);
Result<wire::UpdateRoleResponse> update_role(Context& ctx, const wire::UpdateRoleRequest& in);
Result<wire::UpdateAssumeRolePolicy::Output> update_assume_role_policy(
    Context& ctx, const wire::UpdateAssumeRolePolicyRequest& in);
Result<wire::DeleteRole::Output> delete_role(Context& ctx, const wire::DeleteRoleRequest& in);
Result<wire::DeleteUser::Output> delete_user(Context& ctx, const wire::DeleteUserRequest& in);
Result<wire::ListRolesResponse> list_roles(Context& ctx, const wire::ListRolesRequest& in);
Result<wire::ListUsersResponse> list_users(Context& ctx, const wire::ListUsersRequest& in);
Result<wire::PutRolePolicy::Output> put_role_policy(Context& ctx,
                                                    const wire::PutRolePolicyRequest& in);
Result<wire::PutUserPolicy::Output> put_user_policy(Context& ctx,
                                                    const wire::PutUserPolicyRequest& in);
Result<wire::GetRolePolicyResponse> get_role_policy(Context& ctx,
                                                    const wire::GetRolePolicyRequest& in);
Result<wire::GetUserPolicyResponse> get_user_policy(Context& ctx,
                                                    const wire::GetUserPolicyRequest& in);
Result<wire::DeleteRolePolicy::Output> delete_role_policy(Context& ctx,
                                                          const wire::DeleteRolePolicyRequest& in);
Result<wire::DeleteUserPolicy::Output> delete_user_policy(Context& ctx,
                                                          const wire::DeleteUserPolicyRequest& in);
Result<wire::ListRolePoliciesResponse> list_role_policies(Context& ctx,
                                                          const wire::ListRolePoliciesRequest& in);
Result<wire::ListUserPoliciesResponse> list_user_policies(Context& ctx,
                                                          const wire::ListUserPoliciesRequest& in);
Result<wire::AttachRolePolicy::Output> attach_role_policy(Context& ctx,
                                                          const wire::AttachRolePolicyRequest& in);
Result<wire::AttachUserPolicy::Output> attach_user_policy(Context& ctx,
                                                          const wire::AttachUserPolicyRequest& in);
Result<wire::DetachRolePolicy::Output> detach_role_policy(Context& ctx,
                                                          const wire::DetachRolePolicyRequest& in);
Result<wire::DetachUserPolicy::Output> detach_user_policy(Context& ctx,
                                                          const wire::DetachUserPolicyRequest& in);
Result<wire::ListAttachedRolePoliciesResponse> list_attached_role_policies(
    Context& ctx, const wire::ListAttachedRolePoliciesRequest& in);
Result<wire::ListAttachedUserPoliciesResponse> list_attached_user_policies(
    Context& ctx, const wire::ListAttachedUserPoliciesRequest& in);
Result<wire::ListInstanceProfilesForRoleResponse> list_instance_profiles_for_role(
    Context& ctx, const wire::ListInstanceProfilesForRoleRequest& in);
Result<wire::ListRoleTagsResponse> list_role_tags(Context& ctx,
                                                  const wire::ListRoleTagsRequest& in);
Result<wire::TagRole::Output> tag_role(Context& ctx, const wire::TagRoleRequest& in);
Result<wire::UntagRole::Output> untag_role(Context& ctx, const wire::UntagRoleRequest& in);
Result<wire::CreatePolicyResponse> create_policy(Context& ctx, const wire::CreatePolicyRequest& in);
Result<wire::GetPolicyResponse> get_policy(Context& ctx, const wire::GetPolicyRequest& in);
Result<wire::DeletePolicy::Output> delete_policy(Context& ctx, const wire::DeletePolicyRequest& in);
Result<wire::ListPoliciesResponse> list_policies(Context& ctx, const wire::ListPoliciesRequest& in);
Result<wire::CreatePolicyVersionResponse> create_policy_version(
    Context& ctx, const wire::CreatePolicyVersionRequest& in);
Result<wire::GetPolicyVersionResponse> get_policy_version(Context& ctx,
                                                          const wire::GetPolicyVersionRequest& in);
Result<wire::DeletePolicyVersion::Output> delete_policy_version(
    Context& ctx, const wire::DeletePolicyVersionRequest& in);
Result<wire::ListPolicyVersionsResponse> list_policy_versions(
    Context& ctx, const wire::ListPolicyVersionsRequest& in);
Result<wire::CreateAccessKeyResponse> create_access_key(Context& ctx,
                                                        const wire::CreateAccessKeyRequest& in);
Result<wire::UpdateAccessKey::Output> update_access_key(Context& ctx,
                                                        const wire::UpdateAccessKeyRequest& in);
Result<wire::DeleteAccessKey::Output> delete_access_key(Context& ctx,
                                                        const wire::DeleteAccessKeyRequest& in);
Result<wire::ListAccessKeysResponse> list_access_keys(Context& ctx,
                                                      const wire::ListAccessKeysRequest& in);

// Inline and attached policies of a user or role.
struct NamedDocument {
  const std::string& name;
  const std::string& document;
};
Status put_inline(Identity& identity, const NamedDocument& policy);
Result<std::string> inline_document(const Identity& identity, const std::string& name);
Result<Page<std::string>> inline_page(const Identity& identity, const PageRequest& request);
Status attach(Context& ctx, Identity& identity, const std::string& policy_arn);
Status detach(Context& ctx, Identity& identity, const std::string& policy_arn);
Result<Page<wire::AttachedPolicy>> attached_page(const Identity& identity,
                                                 const std::optional<std::string>& path_prefix,
                                                 const PageRequest& request);
Status check_deletable(const Identity& identity);
// AWS's own policies cannot be changed.
Status check_own_policy(const std::string& arn);
Error no_such_version(const std::string& arn, const std::string& version_id);
Result<AccessKeyRecord> load_access_key(Context& ctx, const IdentityKey& user,
                                        const std::string& access_key_id);

}  // namespace millrace::iam
