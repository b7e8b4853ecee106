#include "svc/apigateway/access.h"

#include <fmt/format.h>

namespace millrace::apigateway {
namespace {

std::string uri_member(const aws::Operation& operation, const void* input, std::string_view label) {
  if (label.ends_with('+')) label.remove_suffix(1);
  for (const aws::Member& member : operation.input->members) {
    if (member.location != aws::Location::kUri || member.wire_name != label) continue;
    const void* value = member.get(input);
    if (value != nullptr) return *static_cast<const std::string*>(value);
  }
  return "*";
}

}  // namespace

svc::Access path_access(const svc::Context& ctx, const aws::Operation& operation,
                        const void* input) {
  std::string_view uri = operation.http_uri.substr(0, operation.http_uri.find('?'));
  if (uri.starts_with("/v2/")) uri.remove_prefix(3);
  std::string path;
  while (!uri.empty()) {
    size_t open = uri.find('{');
    path += uri.substr(0, open);
    if (open == std::string_view::npos) break;
    size_t close = uri.find('}', open);
    path += uri_member(operation, input, uri.substr(open + 1, close - open - 1));
    uri.remove_prefix(close + 1);
  }
  return {.action = fmt::format("apigateway:{}", operation.http_method),
          .resource = fmt::format("arn:aws:apigateway:{}::{}", ctx.region(), path)};
}

}  // namespace millrace::apigateway
