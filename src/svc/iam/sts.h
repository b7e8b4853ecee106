// STS: sessions. Its operations, each in its own file.
#pragma once

#include "aws/sts.h"
#include "svc/operation.h"

namespace millrace::iam {

Result<aws::sts::AssumeRoleResponse> assume_role(svc::Context& ctx,
                                                 const aws::sts::AssumeRoleRequest& in);
Result<std::vector<svc::Access>> assume_role_access(svc::Context& ctx,
                                                    const aws::sts::AssumeRoleRequest& in);
Result<aws::sts::GetCallerIdentityResponse> get_caller_identity(
    svc::Context& ctx, const aws::sts::GetCallerIdentityRequest& in);
Result<aws::sts::GetSessionTokenResponse> get_session_token(
    svc::Context& ctx, const aws::sts::GetSessionTokenRequest& in);
Result<aws::sts::GetAccessKeyInfoResponse> get_access_key_info(
    svc::Context& ctx, const aws::sts::GetAccessKeyInfoRequest& in);

void register_sts(svc::Registry& registry);

}  // namespace millrace::iam
