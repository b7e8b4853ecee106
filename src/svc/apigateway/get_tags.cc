#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/tags.h"

namespace millrace::apigateway {

Result<v1::GetTags::Output> get_tags(svc::Context& ctx, const v1::GetTags::Input& in) {
  MR_ASSIGN(Tagged tagged, load_rest_tagged(ctx, in.resource_arn));
  return v1::Tags{.tags = std::move(tagged.tags)};
}

}  // namespace millrace::apigateway
