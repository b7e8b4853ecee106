#include <algorithm>

#include "svc/ses/identities.h"
#include "svc/ses/operations.h"

namespace millrace::ses {

Result<v1::ListIdentitiesResponse> list_identities(svc::Context& ctx,
                                                   const v1::ListIdentitiesRequest& in) {
  constexpr size_t kPageMax = 1'000;
  size_t page = std::min<size_t>(
      static_cast<size_t>(std::max<int64_t>(in.max_items.value_or(100), 1)), kPageMax);
  v1::ListIdentitiesResponse out;
  std::string after = in.next_token.value_or("");
  for (;;) {
    MR_ASSIGN(auto rows, list_identity_rows(ctx, after, page));
    for (const Identity& row : rows) {
      after = row.name;
      bool wanted = !in.identity_type || (*in.identity_type == "Domain") == row.is_domain;
      if (wanted) out.identities.push_back(row.name);
      if (out.identities.size() == page) {
        out.next_token = after;
        return out;
      }
    }
    if (rows.size() < page) return out;
  }
}

}  // namespace millrace::ses
