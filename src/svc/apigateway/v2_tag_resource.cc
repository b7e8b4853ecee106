#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/tags.h"

namespace millrace::apigateway {

Result<v2::TagResource::Output> tag_resource(svc::Context& ctx, const v2::TagResource::Input& in) {
  MR_ASSIGN(Tagged tagged, load_http_tagged(ctx, in.resource_arn));
  MR_TRY(add_tags(tagged.tags, in.tags.value_or(std::map<std::string, std::string>())));
  MR_TRY(tagged.save(ctx));
  return v2::TagResource::Output{};
}

}  // namespace millrace::apigateway
