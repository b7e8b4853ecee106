// Deleting one object: what DeleteObject and DeleteObjects share.
#pragma once

#include "svc/s3/object_io.h"

namespace millrace::s3 {

struct DeleteTarget {
  std::string key;
  std::optional<std::string> version_id;
  std::optional<std::string> if_match;
};
Status delete_one(Context& ctx, const Bucket& bucket, const DeleteTarget& target);

}  // namespace millrace::s3
