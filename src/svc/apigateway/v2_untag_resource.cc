#include "svc/apigateway/http_operations.h"

#include "svc/apigateway/tags.h"

namespace millrace::apigateway {

Result<v2::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                 const v2::UntagResource::Input& in) {
  MR_ASSIGN(Tagged tagged, load_http_tagged(ctx, in.resource_arn));
  for (const std::string& key : in.tag_keys)
    tagged.tags.erase(key);
  MR_TRY(tagged.save(ctx));
  return v2::UntagResource::Output{};
}

}  // namespace millrace::apigateway
