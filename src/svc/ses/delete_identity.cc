#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

// Deleting an identity that does not exist succeeds, as on AWS.
Result<v1::DeleteIdentityResponse> delete_identity(svc::Context& ctx,
                                                   const v1::DeleteIdentityRequest& in) {
  delete_identity_row(ctx, in.identity);
  return v1::DeleteIdentityResponse{};
}

}  // namespace millrace::ses
