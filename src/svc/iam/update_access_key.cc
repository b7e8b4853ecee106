#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::UpdateAccessKey::Output> update_access_key(Context& ctx,
                                                        const wire::UpdateAccessKeyRequest& in) {
  MR_ASSIGN(IdentityKey key, user_key(ctx, in.user_name));
  MR_ASSIGN(AccessKeyRecord record, load_access_key(ctx, key, in.access_key_id));
  record.active = in.status == "Active";
  save_access_key(ctx.txn(), record);
  return wire::UpdateAccessKey::Output{};
}

}  // namespace millrace::iam
