// IamAuthorizer: decides with the policies of IAM: those of the caller's user or role, of his
// session, and the one on the resource. It remembers parsed policies, and never longer than they
// are true: every check reads the account's version row in the reader's own view, so a decision
// within a transaction is part of that transaction.
//
// In a policy, aws:SecureTransport is "true" unless the access says otherwise: what one of our
// services asks for by itself leaves no machine.
//
// Thread safety: free-threaded.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "policy/document.h"
#include "policy/evaluate.h"
#include "svc/iam/records.h"
#include "svc/ports.h"

namespace millrace::iam {

class IamAuthorizer final : public svc::Authorizer {
 public:
  // REQUIRES: the clock outlives this.
  explicit IamAuthorizer(const Clock& clock) : clock_(clock) {}

  Status check(store::Reader& reader, const svc::Caller& caller,
               const svc::Access& access) override;

 private:
  struct Compiled {
    std::string version;  // of the account, when this was read
    std::string id;       // of the user or role
    std::string arn;
    Tags tags;
    std::vector<policy::Document> documents;
  };
  Result<std::shared_ptr<const Compiled>> compiled(store::Reader& reader, const IdentityKey& key);
  Result<std::shared_ptr<const Compiled>> compile(store::Reader& reader, const IdentityKey& key,
                                                  std::string version);
  Status check_root(const svc::Caller& caller, const svc::Access& access,
                    const policy::Request& request, const policy::Policies& policies);

  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Compiled>> cache_;
};

}  // namespace millrace::iam
