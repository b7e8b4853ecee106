#include "svc/lambda/operations.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html: also well when there is none.
Answer<api::DeleteAlias> delete_alias(svc::Context& ctx, const api::DeleteAlias::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_TRY([&]() -> Status {
    auto row = load_function(ctx.txn(), ref);
    return row.ok() ? ok_status() : Status(std::move(row).error());
  }());
  ref.qualifier = in.name;
  ctx.txn().del(alias_key(ref.scope, ref.name, in.name));
  ctx.txn().del(policy_key(ref));
  ctx.txn().del(invoke_config_key(ref));
  return api::DeleteAlias::Output{};
}

}  // namespace millrace::lambda
