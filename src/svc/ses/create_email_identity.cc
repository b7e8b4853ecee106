#include "svc/ses/address.h"
#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateEmailIdentity.html
Result<v2::CreateEmailIdentityResponse> create_email_identity(
    svc::Context& ctx, const v2::CreateEmailIdentityRequest& in) {
  if (in.dkim_signing_attributes) {
    return v2::errors::bad_request_exception("DkimSigningAttributes is not supported by Millrace.");
  }
  if (in.configuration_set_name) {
    return v2::errors::not_found_exception("Configuration set <" + *in.configuration_set_name +
                                           "> does not exist.");
  }
  bool is_domain = in.email_identity.find('@') == std::string::npos;
  if (in.email_identity.empty() || (!is_domain && !bare_address(in.email_identity).ok())) {
    return v2::errors::bad_request_exception("Invalid email identity: " + in.email_identity);
  }
  MR_ASSIGN(auto known, find_identity(ctx, in.email_identity));
  if (known) {
    return v2::errors::already_exists_exception("Email identity " + in.email_identity +
                                                " already exist.");
  }
  Identity identity{.name = in.email_identity, .is_domain = is_domain, .created = ctx.now()};
  for (const auto& tag : in.tags.value_or(std::vector<v2::Tag>()))
    identity.tags[tag.key] = tag.value;
  put_identity(ctx, identity);
  v2::CreateEmailIdentityResponse out{.identity_type = is_domain ? "DOMAIN" : "EMAIL_ADDRESS",
                                      .verified_for_sending_status = true};
  out.dkim_attributes = v2::DkimAttributes{
      .signing_enabled = false, .status = "NOT_STARTED", .signing_attributes_origin = "AWS_SES"};
  return out;
}

}  // namespace millrace::ses
