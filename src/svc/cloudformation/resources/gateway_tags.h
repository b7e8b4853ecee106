// Tags of API Gateway's resources, which have ARNs without an account. Free-threaded.
#pragma once

#include <string>

#include "svc/cloudformation/resources/crud.h"

namespace millrace::cloudformation {

// `path`: "/restapis/ID", "/apis/ID/stages/NAME".
template <class Tag, class Untag>
Status change_gateway_tags(const ResourceStep& step, const ResourceRecord& before,
                           const std::string& path) {
  std::string arn = "arn:aws:apigateway:" + step.ctx.region() + "::" + path;
  return change_tags<Tag, Untag>(step, before,
                                 {.tag = {.resource_arn = arn}, .untag = {.resource_arn = arn}});
}

}  // namespace millrace::cloudformation
