#include "svc/iam/sts.h"

namespace millrace::iam {

void register_sts(svc::Registry& registry) {
  namespace sts = aws::sts;
  registry.add<sts::AssumeRole>({.run = assume_role, .access = assume_role_access});
  registry.add<sts::GetCallerIdentity>({.run = get_caller_identity});
  registry.add<sts::GetSessionToken>({.run = get_session_token});
  registry.add<sts::GetAccessKeyInfo>({.run = get_access_key_info});
}

}  // namespace millrace::iam
