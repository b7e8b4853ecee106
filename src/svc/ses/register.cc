#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {
namespace {

using svc::Access;
using AccessList = Result<std::vector<Access>>;

AccessList v2_send_access(svc::Context& ctx, const v2::SendEmailRequest& in) {
  std::string_view action = in.content.raw ? "SendRawEmail" : "SendEmail";
  return sender_access(ctx, action, in.from_email_address.value_or(""));
}

AccessList create_access(svc::Context& ctx, const v2::CreateEmailIdentityRequest& in) {
  return identity_access(ctx, "CreateEmailIdentity", in.email_identity);
}
AccessList delete_access(svc::Context& ctx, const v2::DeleteEmailIdentityRequest& in) {
  return identity_access(ctx, "DeleteEmailIdentity", in.email_identity);
}
AccessList get_access(svc::Context& ctx, const v2::GetEmailIdentityRequest& in) {
  return identity_access(ctx, "GetEmailIdentity", in.email_identity);
}
AccessList v1_send_access(svc::Context& ctx, const v1::SendEmailRequest& in) {
  return sender_access(ctx, "SendEmail", in.source);
}
AccessList v1_raw_access(svc::Context& ctx, const v1::SendRawEmailRequest& in) {
  return sender_access(ctx, "SendRawEmail", in.source.value_or("*"));
}

// Actions of v1's identity operations have no resource: service authorization reference, "Amazon
// SES".
template <class Op>
AccessList on_account(svc::Context&, const typename Op::Input&) {
  return std::vector<Access>{
      {.action = "ses:" + std::string(Op::kDescription.name), .resource = "*"}};
}

}  // namespace

void register_operations(svc::Registry& r) {
  r.add<v1::DeleteIdentity>({.run = delete_identity, .access = on_account<v1::DeleteIdentity>});
  r.add<v1::GetIdentityVerificationAttributes>(
      {.run = get_identity_verification_attributes,
       .access = on_account<v1::GetIdentityVerificationAttributes>});
  r.add<v1::GetSendQuota>({.run = get_send_quota, .access = on_account<v1::GetSendQuota>});
  r.add<v1::GetSendStatistics>(
      {.run = get_send_statistics, .access = on_account<v1::GetSendStatistics>});
  r.add<v1::ListIdentities>({.run = list_identities, .access = on_account<v1::ListIdentities>});
  r.add<v1::SendEmail>({.run = send_email, .access = v1_send_access});
  r.add<v1::SendRawEmail>({.run = send_raw_email, .access = v1_raw_access});
  r.add<v1::VerifyDomainIdentity>(
      {.run = verify_domain_identity, .access = on_account<v1::VerifyDomainIdentity>});
  r.add<v1::VerifyEmailIdentity>(
      {.run = verify_email_identity, .access = on_account<v1::VerifyEmailIdentity>});

  r.add<v2::CreateEmailIdentity>({.run = create_email_identity, .access = create_access});
  r.add<v2::DeleteEmailIdentity>({.run = delete_email_identity, .access = delete_access});
  r.add<v2::GetAccount>({.run = get_account, .access = on_account<v2::GetAccount>});
  r.add<v2::GetEmailIdentity>({.run = get_email_identity, .access = get_access});
  r.add<v2::ListEmailIdentities>(
      {.run = list_email_identities, .access = on_account<v2::ListEmailIdentities>});
  r.add<v2::SendEmail>({.run = v2_send_email, .access = v2_send_access});
}

}  // namespace millrace::ses
