#include "svc/s3/errors.h"

#include "codec/json.h"

namespace millrace::s3 {
namespace {

std::string json(std::string_view text) {
  std::string quoted;
  codec::append_json_string(quoted, text);
  return quoted;
}

}  // namespace

Error no_such_bucket(std::string_view bucket) {
  return Error("NoSuchBucket", 404, "The specified bucket does not exist")
      .with_member("BucketName", json(bucket));
}

Error no_such_key(std::string_view key) {
  return Error("NoSuchKey", 404, "The specified key does not exist.").with_member("Key", json(key));
}

Error no_such_version(std::string_view key, std::string_view version_id) {
  return Error("NoSuchVersion", 404, "The specified version does not exist.")
      .with_member("Key", json(key))
      .with_member("VersionId", json(version_id));
}

Error no_such_upload(std::string_view upload_id) {
  return Error(
             "NoSuchUpload", 404,
             "The specified upload does not exist. The upload ID may be invalid, or the upload may "
             "have been aborted or completed.")
      .with_member("UploadId", json(upload_id));
}

Error invalid_bucket_name(std::string_view bucket) {
  return Error("InvalidBucketName", 400, "The specified bucket is not valid.")
      .with_member("BucketName", json(bucket));
}

Error key_too_long(size_t bytes) {
  return Error("KeyTooLongError", 400, "Your key is too long")
      .with_member("Size", json(std::to_string(bytes)))
      .with_member("MaxSizeAllowed", json("1024"));
}

Error invalid_argument(std::string_view name, std::string_view value, std::string message) {
  return Error("InvalidArgument", 400, std::move(message))
      .with_member("ArgumentName", json(name))
      .with_member("ArgumentValue", json(value));
}

Error invalid_request(std::string message) {
  return Error("InvalidRequest", 400, std::move(message));
}

Error malformed_xml() {
  return Error("MalformedXML", 400,
               "The XML you provided was not well-formed or did not validate against our published "
               "schema");
}

Error precondition_failed(std::string_view condition) {
  return Error("PreconditionFailed", 412,
               "At least one of the pre-conditions you specified did not hold")
      .with_member("Condition", json(condition));
}

Error not_modified(std::string_view quoted_etag, std::string_view http_date) {
  return Error("NotModified", 304, "Not Modified")
      .with_member("ETag", json(quoted_etag))
      .with_member("Last-Modified", json(http_date));
}

Error method_not_allowed(std::string message) {
  return Error("MethodNotAllowed", 405, std::move(message));
}

Error not_supported(std::string_view what) {
  return Error("NotImplemented", 400, std::string(what) + " is not supported by Millrace");
}

}  // namespace millrace::s3
