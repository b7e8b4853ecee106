#include "svc/iam/operations.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/random.h"
#include "base/seal.h"
#include "svc/iam/key_ring.h"

namespace millrace::iam {

Result<wire::CreateAccessKeyResponse> create_access_key(Context& ctx,
                                                        const wire::CreateAccessKeyRequest& in) {
  MR_ASSIGN(IdentityKey key, user_key(ctx, in.user_name));
  MR_ASSIGN(Identity user, load_identity(ctx.txn(), key));
  MR_ASSIGN(auto existing, access_keys_of(ctx.txn(), key));
  if (existing.size() >= kAccessKeysPerUser) {
    return Error("LimitExceeded", 409,
                 fmt::format("Cannot exceed quota for AccessKeysPerUser: {}", kAccessKeysPerUser));
  }
  std::string secret = base64_encode(secure_random_bytes(30));  // 40 characters, as AWS's
  AccessKeyRecord record{.access_key_id = new_access_key_id(ctx.ports().installation_key),
                         .account = ctx.account(),
                         .user_name = user.name,
                         .created = ctx.now()};
  record.sealed_secret = seal({ctx.ports().installation_key, kSealAccessKey}, secret);
  save_access_key(ctx.txn(), record);
  wire::CreateAccessKeyResponse out;
  out.access_key = {.user_name = user.name,
                    .access_key_id = record.access_key_id,
                    .status = "Active",
                    .secret_access_key = std::move(secret),
                    .create_date = ctx.now()};
  return out;
}

}  // namespace millrace::iam
