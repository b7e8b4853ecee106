// Errors on the wire, in each protocol's form. The server renders an Error, the client parses one;
// the code stays AWS's on both sides. DynamoDB's prefixes, Lambda's Type, S3's resource and the
// query code beside the JSON one (x-amzn-query-error) are put on here and nowhere else.
#pragma once

#include <string_view>

#include "aws/http_message.h"
#include "aws/shape.h"
#include "base/error.h"

namespace millrace::aws {

struct ErrorContext {
  std::string_view request_id;
  std::string_view resource;  // S3: the raw path
  bool is_head = false;       // the answer has no body
};

HttpResponse render_error(const Service& service, Protocol protocol, const Error& error,
                          const ErrorContext& context);
// For requests that could not be given to any service: the shape of the JSON protocols.
HttpResponse render_unrouted_error(const Error& error, std::string_view request_id);

// REQUIRES: an answer that is no success. A body that cannot be read gives a code made from the
// status
// ("503" -> ServiceUnavailable), which is what answers to HEAD have.
Error parse_error(const Service& service, Protocol protocol, const HttpResponse& response);

}  // namespace millrace::aws
