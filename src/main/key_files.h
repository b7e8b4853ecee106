// The secrets of an installation, in files of the data folder that only their owner may read: the
// root key and the key that seals secrets in the store. Made at first start.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace {

struct RootKey {
  std::string access_key_id;
  std::string secret_access_key;
};

// DIR/root-credentials, in the format of ~/.aws/credentials so that tools can be pointed at it
// (AWS_SHARED_CREDENTIALS_FILE). Makes it when it is missing.
Result<RootKey> load_or_make_root_key(const std::string& dir);
inline constexpr char kRootKeyFile[] = "root-credentials";

// DIR/installation-key: 32 random bytes in hex.
Result<std::string> load_or_make_installation_key(const std::string& dir);

}  // namespace millrace
