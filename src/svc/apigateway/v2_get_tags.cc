#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/tags.h"

namespace millrace::apigateway {

Result<v2::GetTags::Output> get_tags(svc::Context& ctx, const v2::GetTags::Input& in) {
  MR_ASSIGN(Tagged tagged, load_http_tagged(ctx, in.resource_arn));
  v2::GetTags::Output out;
  out.tags = std::move(tagged.tags);
  return out;
}

}  // namespace millrace::apigateway
