#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html
Answer<api::GetAlias> get_alias(svc::Context& ctx, const api::GetAlias::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  ref.qualifier = in.name;
  MR_ASSIGN(auto alias, find_alias(ctx.txn(), ref));
  if (!alias) return alias_not_found(ref);
  return *std::move(alias);
}

}  // namespace millrace::lambda
