// S3's errors in its own words: code, status, message and extra members.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace millrace::s3 {

Error no_such_bucket(std::string_view bucket);
Error no_such_key(std::string_view key);
Error no_such_version(std::string_view key, std::string_view version_id);
Error no_such_upload(std::string_view upload_id);
Error invalid_bucket_name(std::string_view bucket);
Error key_too_long(size_t bytes);
Error invalid_argument(std::string_view name, std::string_view value, std::string message);
Error invalid_request(std::string message);
Error malformed_xml();
// `condition`: the header that did not hold, "If-Match".
Error precondition_failed(std::string_view condition);
// 304 with the validators that a cache keeps; `http_date` is Last-Modified.
Error not_modified(std::string_view quoted_etag, std::string_view http_date);
Error method_not_allowed(std::string message);
// What AWS has and we do not, by its name.
Error not_supported(std::string_view what);

}  // namespace millrace::s3
