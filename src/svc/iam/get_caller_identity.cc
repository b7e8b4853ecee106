#include "svc/iam/sts.h"

namespace millrace::iam {

Result<aws::sts::GetCallerIdentityResponse> get_caller_identity(
    svc::Context& ctx, const aws::sts::GetCallerIdentityRequest&) {
  const svc::Caller& caller = ctx.caller();
  if (caller.kind == svc::CallerKind::kAnonymous) {
    return Error("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
  }
  return aws::sts::GetCallerIdentityResponse{
      .user_id = caller.user_id, .account = caller.account, .arn = caller.arn};
}

}  // namespace millrace::iam
