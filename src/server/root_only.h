// RootOnly: credentials and permissions of an installation that has nobody but root.
// Thread safety: constant.
#pragma once

#include <string>

#include "svc/credentials.h"
#include "svc/ports.h"

namespace millrace::server {

class RootOnly final : public svc::CredentialDirectory, public svc::Authorizer {
 public:
  RootOnly(std::string access_key_id, std::string secret, std::string account)
      : access_key_id_(std::move(access_key_id)),
        secret_(std::move(secret)),
        account_(std::move(account)) {}

  Result<std::optional<svc::ResolvedKey>> resolve(store::Reader&, std::string_view access_key_id,
                                                  std::string_view) override {
    if (access_key_id != access_key_id_) return std::optional<svc::ResolvedKey>();
    return std::optional(svc::ResolvedKey{secret_, svc::Caller::root(account_)});
  }
  Status check(store::Reader&, const svc::Caller& caller, const svc::Access& access) override {
    if (caller.kind == svc::CallerKind::kRoot) return ok_status();
    return Error("AccessDenied", 403, "Not authorized to perform " + access.action);
  }

 private:
  const std::string access_key_id_;
  const std::string secret_;
  const std::string account_;
};

}  // namespace millrace::server
