// Tags of APIs and stages, by ARN: "arn:aws:apigateway:REGION::/restapis/ID[/stages/NAME]" for REST
// APIs,
// "/apis/..." for HTTP APIs.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "svc/apigateway/rows.h"

namespace millrace::apigateway {

// The tags of something, and how to put them back.
struct Tagged {
  std::map<std::string, std::string> tags;
  std::function<Status(svc::Context&, std::map<std::string, std::string>)> put;

  Status save(svc::Context& ctx) { return put(ctx, tags); }
};

Result<Tagged> load_rest_tagged(svc::Context& ctx, std::string_view arn);
Result<Tagged> load_http_tagged(svc::Context& ctx, std::string_view arn);

// Adds `added`; at most 50 tags.
Status add_tags(std::map<std::string, std::string>& tags,
                const std::map<std::string, std::string>& added);

}  // namespace millrace::apigateway
