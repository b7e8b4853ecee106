#include "svc/apigateway/rest_operations.h"

#include "svc/apigateway/tags.h"

namespace millrace::apigateway {

Result<v1::UntagResource::Output> untag_resource(svc::Context& ctx,
                                                 const v1::UntagResource::Input& in) {
  MR_ASSIGN(Tagged tagged, load_rest_tagged(ctx, in.resource_arn));
  for (const std::string& key : in.tag_keys)
    tagged.tags.erase(key);
  MR_TRY(tagged.save(ctx));
  return v1::UntagResource::Output{};
}

}  // namespace millrace::apigateway
