// What the Host of a request says: which bucket, API, function URL or service it names. Understands
// AWS's own names and those that existing projects use with local servers.
#pragma once

#include <string>
#include <string_view>

namespace millrace::server {

struct HostName {
  enum class Kind {
    kPlain,        // an address, localhost, our own name: says nothing
    kService,      // dynamodb.eu-west-1.amazonaws.com, s3.amazonaws.com
    kBucket,       // b.s3.eu-west-1.amazonaws.com
    kMaybeBucket,  // b.localhost, b.127.0.0.1: a bucket if the request is S3's
    kApi,          // ID.execute-api.REGION.amazonaws.com
    kFunctionUrl,  // ID.lambda-url.REGION.on.aws
  };
  Kind kind = Kind::kPlain;
  std::string name;    // the service's prefix, bucket, API id or URL id
  std::string region;  // empty when the name has none
};

// `host` without port, in any case.
HostName parse_host_name(std::string_view host);

}  // namespace millrace::server
