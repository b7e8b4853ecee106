#include "svc/iam/operations.h"

#include "base/encoding.h"

namespace millrace::iam {

Result<wire::ListRolesResponse> list_roles(Context& ctx, const wire::ListRolesRequest& in) {
  MR_ASSIGN(auto all, all_identities(ctx.txn(), IdentityKind::kRole, ctx.account()));
  std::erase_if(all, [&](const Identity& role) {
    return !role.path.starts_with(in.path_prefix.value_or("/"));
  });
  MR_ASSIGN(auto page, page_of(std::move(all), {in.marker, in.max_items},
                               [](const Identity& role) { return ascii_lower(role.name); }));
  wire::ListRolesResponse out;
  for (const Identity& role : page.items) {
    out.roles.push_back(to_wire(role));
    out.roles.back().tags.reset();
  }
  out.is_truncated = page.truncated;
  out.marker = page.marker;
  return out;
}

}  // namespace millrace::iam
