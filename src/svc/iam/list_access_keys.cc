#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::ListAccessKeysResponse> list_access_keys(Context& ctx,
                                                      const wire::ListAccessKeysRequest& in) {
  MR_ASSIGN(IdentityKey key, user_key(ctx, in.user_name));
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_ASSIGN(auto keys, access_keys_of(ctx.txn(), key));
  wire::ListAccessKeysResponse out;
  for (const AccessKeyRecord& record : keys) {  // at most kAccessKeysPerUser: always one page
    out.access_key_metadata.push_back({.user_name = user.name,
                                       .access_key_id = record.access_key_id,
                                       .status = record.active ? "Active" : "Inactive",
                                       .create_date = record.created});
  }
  out.is_truncated = false;
  return out;
}

}  // namespace millrace::iam
