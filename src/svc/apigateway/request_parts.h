// The parts of a request as events carry them: query string, headers, body. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "svc/apigateway/exchange.h"

namespace millrace::apigateway {

// Names in the order of their first appearance, with all their values.
using MultiMap = std::vector<std::pair<std::string, std::vector<std::string>>>;

// "a=1&b=%20&a=2&c" with names and values decoded; a name without '=' has an empty value.
MultiMap parse_query(std::string_view raw);

// The client's headers by name in any case, spelled as they first came, without those that the
// gateway keeps for itself, and with what it adds: X-Amzn-Trace-Id, X-Forwarded-For, -Port, -Proto.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
MultiMap forwarded_headers(const Exchange& exchange);

// Whether a REST API passes a body of this type as bytes: "image/png", "image/*", "*/*" among its
// types.
bool is_binary_type(const std::vector<std::string>& binary_types, std::string_view content_type);
// HTTP APIs have a rule of their own: text/*, JSON, XML and JavaScript are text, all else is bytes.
bool is_text_for_http(std::string_view content_type);

}  // namespace millrace::apigateway
