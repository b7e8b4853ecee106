// Small objects of S3, whole in memory, for manifests and data files. Blocking.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/client.h"

namespace millrace::keeper {

inline constexpr size_t kObjectBytesMax = 1ull << 30;

struct PutObject {
  std::string bucket, key;
  std::string bytes;
  std::string content_type = "application/octet-stream";
};
// The object's ETag. Content-MD5 is sent, so that what arrived is what was meant.
Result<std::string> put_object(client::Client& s3, PutObject object);

// nullopt when there is no such object.
Result<std::optional<std::string>> get_object(client::Client& s3, const std::string& bucket,
                                              const std::string& key);
Status delete_object(client::Client& s3, const std::string& bucket, const std::string& key);

// Names of the "folders" directly below a prefix that ends with '/'.
Result<std::vector<std::string>> list_folders(client::Client& s3, const std::string& bucket,
                                              const std::string& prefix);

}  // namespace millrace::keeper
