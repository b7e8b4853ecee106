#include "svc/cloudformation/template_source.h"

#include <fmt/format.h>
#include "aws/s3.h"
#include "base/encoding.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {
namespace {

struct S3Address {
  std::string bucket, key, version;
};

// Every form of an object's URL: virtual host or path, AWS's own names or ours.
std::optional<S3Address> parse_s3_url(const std::string& url) {
  size_t scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  std::string rest = url.substr(scheme + 3);
  S3Address address;
  if (size_t query = rest.find('?'); query != std::string::npos) {
    size_t at = rest.find("versionId=", query);
    if (at != std::string::npos)
      address.version = rest.substr(at + 10, rest.find('&', at) - at - 10);
    rest.resize(query);
  }
  size_t slash = rest.find('/');
  if (slash == std::string::npos) return std::nullopt;
  std::string host = rest.substr(0, slash);
  host = host.substr(0, host.rfind(':'));
  std::string path = rest.substr(slash + 1);
  size_t s3 = host.find(".s3.");
  if (s3 == std::string::npos) s3 = host.find(".s3-");
  if (s3 != std::string::npos) {
    address.bucket = host.substr(0, s3);
  } else if (host.ends_with(".localhost") && !host.starts_with("s3.")) {
    address.bucket = host.substr(0, host.size() - 10);
  } else {
    size_t next = path.find('/');
    if (next == std::string::npos) return std::nullopt;
    address.bucket = path.substr(0, next);
    path = path.substr(next + 1);
  }
  address.key = percent_decode(path);
  if (address.bucket.empty() || address.key.empty()) return std::nullopt;
  return address;
}

Result<std::string> read_body(const aws::Body& body) {
  if (body.size() > kTemplateUrlBytesMax) {
    return validation_error(
        fmt::format("Template may not exceed {} bytes in size.", kTemplateUrlBytesMax));
  }
  return aws::read_whole(body);
}

}  // namespace

Result<std::string> read_template(svc::Context& ctx, const std::optional<std::string>& body,
                                  const std::optional<std::string>& url) {
  if (body.has_value() == url.has_value()) {
    return validation_error("Either Template URL or Template Body must be specified.");
  }
  if (body) {
    if (body->size() > kTemplateBodyBytesMax) {
      return validation_error(fmt::format(
          "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
          "Member must have length less than or equal to {}",
          kTemplateBodyBytesMax));
    }
    return *body;
  }
  auto address = parse_s3_url(*url);
  if (!address) return validation_error("TemplateURL must be a supported URL.");
  aws::s3::GetObjectRequest request;
  request.bucket = address->bucket;
  request.key = address->key;
  if (!address->version.empty()) request.version_id = address->version;
  auto object = ctx.call<aws::s3::GetObject>(request);
  if (!object.ok()) {
    return validation_error(
        fmt::format("S3 error: {} For more information check "
                    "http://docs.aws.amazon.com/AmazonS3/latest/API/"
                    "ErrorResponses.html",
                    object.error().message()));
  }
  if (!object->body) return std::string();
  return read_body(*object->body);
}

}  // namespace millrace::cloudformation
