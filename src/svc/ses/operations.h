// The operations of SES v1 and v2, each in the file of its name. register_operations() in
// register.cc puts them all into the registry.
#pragma once

#include "aws/ses.h"
#include "aws/sesv2.h"
#include "svc/operation.h"

namespace millrace::ses {

namespace v1 = aws::ses;
namespace v2 = aws::sesv2;

Result<v1::DeleteIdentityResponse> delete_identity(svc::Context& ctx,
                                                   const v1::DeleteIdentityRequest& in);
Result<v1::GetIdentityVerificationAttributesResponse> get_identity_verification_attributes(
    svc::Context& ctx, const v1::GetIdentityVerificationAttributesRequest& in);
Result<v1::GetSendQuotaResponse> get_send_quota(svc::Context& ctx,
                                                const v1::GetSendQuota::Input& in);
Result<v1::GetSendStatisticsResponse> get_send_statistics(svc::Context& ctx,
                                                          const v1::GetSendStatistics::Input& in);
Result<v1::ListIdentitiesResponse> list_identities(svc::Context& ctx,
                                                   const v1::ListIdentitiesRequest& in);
Result<v1::SendEmailResponse> send_email(svc::Context& ctx, const v1::SendEmailRequest& in);
Result<v1::SendRawEmailResponse> send_raw_email(svc::Context& ctx,
                                                const v1::SendRawEmailRequest& in);
Result<v1::VerifyDomainIdentityResponse> verify_domain_identity(
    svc::Context& ctx, const v1::VerifyDomainIdentityRequest& in);
Result<v1::VerifyEmailIdentityResponse> verify_email_identity(
    svc::Context& ctx, const v1::VerifyEmailIdentityRequest& in);

Result<v2::CreateEmailIdentityResponse> create_email_identity(
    svc::Context& ctx, const v2::CreateEmailIdentityRequest& in);
Result<v2::DeleteEmailIdentityResponse> delete_email_identity(
    svc::Context& ctx, const v2::DeleteEmailIdentityRequest& in);
Result<v2::GetAccountResponse> get_account(svc::Context& ctx, const v2::GetAccountRequest& in);
Result<v2::GetEmailIdentityResponse> get_email_identity(svc::Context& ctx,
                                                        const v2::GetEmailIdentityRequest& in);
Result<v2::ListEmailIdentitiesResponse> list_email_identities(
    svc::Context& ctx, const v2::ListEmailIdentitiesRequest& in);
Result<v2::SendEmailResponse> v2_send_email(svc::Context& ctx, const v2::SendEmailRequest& in);

// SES's limits for an account out of the sandbox; nothing here enforces more than the outbox's
// size.
inline constexpr double kMax24HourSend = 50'000;
inline constexpr double kMaxSendRate = 14;

void register_operations(svc::Registry& registry);

}  // namespace millrace::ses
