// "s3://bucket/prefix" as people write it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace::keeper {

struct S3Uri {
  std::string bucket;
  std::string prefix;  // without slashes at its ends; may be empty

  // The key of something below the prefix.
  std::string key(std::string_view relative) const;
};

// Errors: InvalidUri (400), saying what it should look like.
Result<S3Uri> parse_s3_uri(std::string_view text);

}  // namespace millrace::keeper
