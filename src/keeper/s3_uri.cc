#include "keeper/s3_uri.h"

#include <fmt/format.h>

namespace millrace::keeper {

std::string S3Uri::key(std::string_view relative) const {
  return prefix.empty() ? std::string(relative) : fmt::format("{}/{}", prefix, relative);
}

Result<S3Uri> parse_s3_uri(std::string_view text) {
  constexpr std::string_view kScheme = "s3://";
  if (!text.starts_with(kScheme)) {
    return Error("InvalidUri", 400, fmt::format("'{}' is no S3 address: s3://bucket/prefix", text));
  }
  text.remove_prefix(kScheme.size());
  size_t slash = text.find('/');
  S3Uri uri{.bucket = std::string(text.substr(0, slash))};
  if (uri.bucket.empty()) {
    return Error("InvalidUri", 400, "the bucket is missing: s3://bucket/prefix");
  }
  if (slash != std::string_view::npos) {
    std::string_view prefix = text.substr(slash + 1);
    while (prefix.ends_with('/'))
      prefix.remove_suffix(1);
    while (prefix.starts_with('/'))
      prefix.remove_prefix(1);
    uri.prefix = prefix;
  }
  return uri;
}

}  // namespace millrace::keeper
