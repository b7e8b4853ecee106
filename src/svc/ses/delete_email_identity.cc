#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

Result<v2::DeleteEmailIdentityResponse> delete_email_identity(
    svc::Context& ctx, const v2::DeleteEmailIdentityRequest& in) {
  MR_ASSIGN(auto known, find_identity(ctx, in.email_identity));
  if (!known) {
    return v2::errors::not_found_exception("Email identity " + in.email_identity +
                                           " does not exist.");
  }
  delete_identity_row(ctx, in.email_identity);
  return v2::DeleteEmailIdentityResponse{};
}

}  // namespace millrace::ses
