#include "keeper/object_io.h"

#include "aws/s3.h"
#include "base/encoding.h"
#include "base/hash.h"

namespace millrace::keeper {
namespace {
namespace api = aws::s3;
}  // namespace

Result<std::string> put_object(client::Client& s3, PutObject object) {
  api::PutObjectRequest request{.bucket = std::move(object.bucket), .key = std::move(object.key)};
  request.content_md5 = base64_encode(md5(object.bytes));
  request.content_type = std::move(object.content_type);
  request.body = aws::Body{.bytes = std::move(object.bytes)};
  MR_ASSIGN(auto output, s3.call<api::PutObject>(
                             request, {.deadline_ms = 600'000, .attempt_timeout_ms = 120'000}));
  return output.etag.value_or("");
}

Result<std::optional<std::string>> get_object(client::Client& s3, const std::string& bucket,
                                              const std::string& key) {
  auto output = s3.call<api::GetObject>({.bucket = bucket, .key = key},
                                        {.deadline_ms = 600'000, .attempt_timeout_ms = 120'000});
  if (!output.ok()) {
    if (output.error().code() == "NoSuchKey") return std::optional<std::string>();
    return std::move(output).error();
  }
  return std::optional<std::string>(output->body ? std::move(output->body->bytes) : std::string());
}

Status delete_object(client::Client& s3, const std::string& bucket, const std::string& key) {
  auto output = s3.call<api::DeleteObject>({.bucket = bucket, .key = key});
  if (!output.ok()) return std::move(output).error();
  return ok_status();
}

Result<std::vector<std::string>> list_folders(client::Client& s3, const std::string& bucket,
                                              const std::string& prefix) {
  std::vector<std::string> names;
  api::ListObjectsV2Request request{.bucket = bucket, .delimiter = "/", .prefix = prefix};
  MR_TRY((client::for_each_page<api::ListObjectsV2>(
      s3, request, [&](const api::ListObjectsV2Output& page, api::ListObjectsV2Request& next) {
        for (const auto& folder : page.common_prefixes.value_or(std::vector<api::CommonPrefix>())) {
          std::string name = folder.prefix.value_or("").substr(prefix.size());
          if (name.ends_with('/')) name.pop_back();
          names.push_back(std::move(name));
        }
        next.continuation_token = page.next_continuation_token;
        return page.is_truncated.value_or(false);
      })));
  return names;
}

}  // namespace millrace::keeper
