#include "svc/iam/operations.h"

#include "base/encoding.h"

namespace millrace::iam {

Result<wire::ListUsersResponse> list_users(Context& ctx, const wire::ListUsersRequest& in) {
  MR_ASSIGN(auto all, all_identities(ctx.txn(), IdentityKind::kUser, ctx.account()));
  std::erase_if(all, [&](const Identity& user) {
    return !user.path.starts_with(in.path_prefix.value_or("/"));
  });
  MR_ASSIGN(auto page, page_of(std::move(all), {in.marker, in.max_items},
                               [](const Identity& user) { return ascii_lower(user.name); }));
  wire::ListUsersResponse out;
  for (const Identity& user : page.items) {
    out.users.push_back(to_wire_user(user));
    out.users.back().tags.reset();
  }
  out.is_truncated = page.truncated;
  out.marker = page.marker;
  return out;
}

}  // namespace millrace::iam
