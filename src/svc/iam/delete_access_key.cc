#include "svc/iam/operations.h"

namespace millrace::iam {

Result<wire::DeleteAccessKey::Output> delete_access_key(Context& ctx,
                                                        const wire::DeleteAccessKeyRequest& in) {
  MR_ASSIGN(IdentityKey key, user_key(ctx, in.user_name));
  MR_ASSIGN(AccessKeyRecord record, load_access_key(ctx, key, in.access_key_id));
  erase_access_key(ctx.txn(), record);
  return wire::DeleteAccessKey::Output{};
}

}  // namespace millrace::iam
