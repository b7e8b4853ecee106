#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/tags.h"

namespace millrace::apigateway {

Result<v1::TagResource::Output> tag_resource(svc::Context& ctx, const v1::TagResource::Input& in) {
  MR_ASSIGN(Tagged tagged, load_rest_tagged(ctx, in.resource_arn));
  MR_TRY(add_tags(tagged.tags, in.tags));
  MR_TRY(tagged.save(ctx));
  return v1::TagResource::Output{};
}

}  // namespace millrace::apigateway
