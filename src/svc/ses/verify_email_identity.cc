#include "svc/ses/address.h"
#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

Result<v1::VerifyEmailIdentityResponse> verify_email_identity(
    svc::Context& ctx, const v1::VerifyEmailIdentityRequest& in) {
  if (!bare_address(in.email_address).ok()) {
    return Error("InvalidParameterValue", 400, "Invalid email address<" + in.email_address + ">.");
  }
  MR_ASSIGN(auto known, find_identity(ctx, in.email_address));
  if (!known) put_identity(ctx, {.name = in.email_address, .created = ctx.now()});
  return v1::VerifyEmailIdentityResponse{};
}

}  // namespace millrace::ses
