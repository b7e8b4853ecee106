#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

Result<v1::VerifyDomainIdentityResponse> verify_domain_identity(
    svc::Context& ctx, const v1::VerifyDomainIdentityRequest& in) {
  if (in.domain.empty() || in.domain.find('@') != std::string::npos) {
    return Error("InvalidParameterValue", 400, "Invalid domain name " + in.domain + ".");
  }
  MR_ASSIGN(auto known, find_identity(ctx, in.domain));
  if (!known) put_identity(ctx, {.name = in.domain, .is_domain = true, .created = ctx.now()});
  return v1::VerifyDomainIdentityResponse{.verification_token =
                                              verification_token(normalize_identity(in.domain))};
}

}  // namespace millrace::ses
