#include "svc/s3/access.h"

namespace millrace::s3 {

Result<svc::Access> access_to(store::Reader& reader, const Bucket& bucket, std::string action,
                              std::string_view key, AccessContext context) {
  std::string resource = bucket.arn();
  if (!key.empty()) resource.append("/").append(key);
  svc::Access access{.action = std::move(action),
                     .resource = std::move(resource),
                     .context = std::move(context),
                     .resource_account = bucket.account};
  MR_ASSIGN(std::optional<std::string> policy, get_config_text(reader, bucket, configs::kPolicy));
  if (policy) {
    MR_ASSIGN(access.resource_policy, codec::Json::parse(*policy));
  }
  return access;
}

AccessList bucket_access(Context& ctx, std::string_view bucket_name, std::string_view action,
                         AccessContext context) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, bucket_name, std::nullopt));
  MR_ASSIGN(svc::Access access,
            access_to(ctx.txn(), bucket, std::string(action), {}, std::move(context)));
  return std::vector{std::move(access)};
}

AccessList object_access(Context& ctx, std::string_view bucket_name, std::string_view key,
                         std::string_view action) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, bucket_name, std::nullopt));
  MR_ASSIGN(svc::Access access, access_to(ctx.txn(), bucket, std::string(action), key));
  return std::vector{std::move(access)};
}

}  // namespace millrace::s3
