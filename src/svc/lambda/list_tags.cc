#include "svc/lambda/operations.h"
#include "svc/lambda/tags.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html
Answer<api::ListTags> list_tags(svc::Context& ctx, const api::ListTags::Input& in) {
  MR_ASSIGN(FunctionRef ref, tagged_function(ctx, in.resource));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  return api::ListTags::Output{.tags = row.tags};
}

}  // namespace millrace::lambda
