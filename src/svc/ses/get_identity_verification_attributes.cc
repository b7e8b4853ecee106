#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

// Identities that do not exist are left out of the answer.
Result<v1::GetIdentityVerificationAttributesResponse> get_identity_verification_attributes(
    svc::Context& ctx, const v1::GetIdentityVerificationAttributesRequest& in) {
  v1::GetIdentityVerificationAttributesResponse out;
  for (const std::string& name : in.identities) {
    MR_ASSIGN(auto identity, find_identity(ctx, name));
    if (!identity) continue;
    auto& attributes = out.verification_attributes[name];
    attributes.verification_status = "Success";
    if (identity->is_domain) attributes.verification_token = verification_token(identity->name);
  }
  return out;
}

}  // namespace millrace::ses
