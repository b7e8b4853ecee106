// HTTP messages as the protocol codecs and SigV4 see them, on both sides of the wire; free of any
// networking. Requests that came in are seen through RequestView, whose views point into bytes that
// the caller owns; messages that we make own their text.
//
// Header names keep their case and order. Thread safety: values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/body.h"

namespace millrace::aws {

struct HeaderView {
  std::string_view name;
  std::string_view value;
};

using Headers = std::vector<std::pair<std::string, std::string>>;
// First value of `name`, in any case; empty when absent.
std::string_view find_header(const Headers& headers, std::string_view name);
// Replaces the value of `name` or adds it.
void set_header(Headers& headers, std::string_view name, std::string value);

struct RequestView {
  std::string_view method;
  std::string_view path;   // raw, percent-encoded: "/bucket/a%20b"
  std::string_view query;  // raw, without '?'
  std::span<const HeaderView> headers;

  // First value of `name`, in any case; empty when absent.
  std::string_view header(std::string_view name) const;
  bool has_header(std::string_view name) const;
};

struct HttpRequest {
  std::string method = "POST";
  std::string path = "/";
  std::string query;
  Headers headers;
  Body body;

  // A view of this request. `storage` holds the header views and must outlive the result.
  RequestView view(std::vector<HeaderView>& storage) const;
};

struct HttpResponse {
  int status = 200;
  Headers headers;
  Body body;
};

using QueryParameters = std::vector<std::pair<std::string, std::string>>;
// "a=b%20c&d" as decoded pairs, in order; '+' is a space. A name without '=' has an empty value.
QueryParameters parse_query_string(std::string_view query);
// First value of a parameter, or null.
const std::string* find_parameter(const QueryParameters& parameters, std::string_view name);

}  // namespace millrace::aws
