#include "svc/s3/access.h"

#include "svc/s3/public_access.h"

namespace millrace::s3 {

Result<svc::Access> access_to(Context& ctx, const Bucket& bucket, std::string action,
                              std::string_view key, AccessContext context) {
  std::string resource = bucket.arn();
  if (!key.empty()) resource.append("/").append(key);
  svc::Access access{.action = std::move(action),
                     .resource = std::move(resource),
                     .context = std::move(context),
                     .resource_account = bucket.account};
  MR_ASSIGN(std::optional<std::string> text, get_config_text(ctx.txn(), bucket, configs::kPolicy));
  if (!text) return access;
  MR_ASSIGN(codec::Json policy, codec::Json::parse(*text));
  const svc::Caller& caller = ctx.caller();
  bool is_outsider = caller.kind != svc::CallerKind::kService && caller.account != bucket.account;
  if (is_outsider && is_public_policy(policy)) {
    MR_ASSIGN(bool is_restricted, restricts_public_bucket(ctx.txn(), bucket));
    if (is_restricted) return access;
  }
  access.resource_policy = std::move(policy);
  return access;
}

AccessList bucket_access(Context& ctx, std::string_view bucket_name, std::string_view action,
                         AccessContext context) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, bucket_name, std::nullopt));
  MR_ASSIGN(svc::Access access,
            access_to(ctx, bucket, std::string(action), {}, std::move(context)));
  return std::vector{std::move(access)};
}

AccessList object_access(Context& ctx, std::string_view bucket_name, std::string_view key,
                         std::string_view action) {
  MR_ASSIGN(Bucket bucket, open_bucket(ctx, bucket_name, std::nullopt));
  MR_ASSIGN(svc::Access access, access_to(ctx, bucket, std::string(action), key));
  return std::vector{std::move(access)};
}

}  // namespace millrace::s3
