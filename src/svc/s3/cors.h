// CORS: what a bucket's rules say to a browser. The server asks for preflights and for every answer
// to a request with an Origin. https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"
#include "svc/s3/bucket.h"

namespace millrace::s3 {

struct CorsRequest {
  std::string_view origin;
  std::string_view method;   // of the request, or the one that a preflight asks for
  std::string_view headers;  // Access-Control-Request-Headers, comma-separated; empty outside of it
};

struct CorsAnswer {
  std::string allow_origin;
  std::string allow_methods;
  std::string allow_headers;   // empty: none asked for
  std::string expose_headers;  // empty: none
  std::optional<int64_t> max_age_s;
  bool allow_credentials = false;  // unless the rule allows every origin
};

// By the first rule that matches; nothing when none does, or there are no rules, or no bucket.
Result<std::optional<CorsAnswer>> evaluate_cors(store::Reader& reader, std::string_view bucket,
                                                const CorsRequest& request);

}  // namespace millrace::s3
