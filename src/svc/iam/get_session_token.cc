#include "svc/iam/key_ring.h"
#include "svc/iam/sts.h"

namespace millrace::iam {
namespace {

constexpr int64_t kDurationDefault = 43'200;
constexpr int64_t kRootDurationMax = 3'600;

}  // namespace

// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
Result<aws::sts::GetSessionTokenResponse> get_session_token(
    svc::Context& ctx, const aws::sts::GetSessionTokenRequest& in) {
  const svc::Caller& caller = ctx.caller();
  bool root = caller.kind == svc::CallerKind::kRoot;
  if (!root && caller.kind != svc::CallerKind::kUser) {
    return Error("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
  }
  if (in.serial_number || in.token_code) {
    return Error("AccessDenied", 403,
                 "MultiFactorAuthentication failed with invalid MFA one time pass code. MFA is not "
                 "supported by Millrace");
  }
  int64_t duration = in.duration_seconds.value_or(kDurationDefault);
  if (root && duration > kRootDurationMax) duration = kRootDurationMax;
  svc::Caller session = caller;
  session.access_key_id.clear();
  Instant expiration = ctx.now().plus_ms(duration * 1000);
  auto credentials = issue_session(ctx.ports().installation_key, session, expiration);
  aws::sts::GetSessionTokenResponse out;
  out.credentials = aws::sts::Credentials{credentials.access_key_id, credentials.secret_access_key,
                                          credentials.session_token, expiration};
  return out;
}

}  // namespace millrace::iam
