#include <algorithm>

#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

Result<v2::ListEmailIdentitiesResponse> list_email_identities(
    svc::Context& ctx, const v2::ListEmailIdentitiesRequest& in) {
  int64_t page = in.page_size.value_or(100);
  if (page < 1 || page > 1'000) {
    return v2::errors::bad_request_exception("PageSize must be between 1 and 1000.");
  }
  MR_ASSIGN(auto rows,
            list_identity_rows(ctx, in.next_token.value_or(""), static_cast<size_t>(page)));
  v2::ListEmailIdentitiesResponse out;
  auto& identities = out.email_identities.emplace();
  for (const Identity& row : rows) {
    identities.push_back({.identity_type = row.is_domain ? "DOMAIN" : "EMAIL_ADDRESS",
                          .identity_name = row.name,
                          .sending_enabled = true,
                          .verification_status = "SUCCESS"});
  }
  if (rows.size() == static_cast<size_t>(page)) out.next_token = rows.back().name;
  return out;
}

}  // namespace millrace::ses
