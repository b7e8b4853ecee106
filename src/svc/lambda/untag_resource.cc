#include "svc/lambda/operations.h"
#include "svc/lambda/tags.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html
Answer<api::UntagResource> untag_resource(svc::Context& ctx, const api::UntagResource::Input& in) {
  MR_ASSIGN(FunctionRef ref, tagged_function(ctx, in.resource));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  for (const std::string& name : in.tag_keys)
    row.tags.erase(name);
  save_function(ctx.txn(), ref.scope, row);
  return api::UntagResource::Output{};
}

}  // namespace millrace::lambda
