#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

Result<v2::GetEmailIdentityResponse> get_email_identity(svc::Context& ctx,
                                                        const v2::GetEmailIdentityRequest& in) {
  MR_ASSIGN(auto identity, find_identity(ctx, in.email_identity));
  if (!identity) {
    return v2::errors::not_found_exception("Email identity " + in.email_identity +
                                           " does not exist.");
  }
  v2::GetEmailIdentityResponse out{
      .identity_type = identity->is_domain ? "DOMAIN" : "EMAIL_ADDRESS",
      .feedback_forwarding_status = true,
      .verified_for_sending_status = true,
      .verification_status = "SUCCESS"};
  out.dkim_attributes = v2::DkimAttributes{
      .signing_enabled = false, .status = "NOT_STARTED", .signing_attributes_origin = "AWS_SES"};
  auto& tags = out.tags.emplace();
  for (const auto& [key, value] : identity->tags)
    tags.push_back({key, value});
  out.policies.emplace();
  return out;
}

}  // namespace millrace::ses
