#include "svc/lambda/policies.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_RemovePermission.html
Answer<api::RemovePermission> remove_permission(svc::Context& ctx,
                                                const api::RemovePermission::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_TRY(check_exists(ctx, ref));
  MR_ASSIGN(auto row, find_policy(ctx.txn(), ref));
  if (!row) {
    return api::errors::resource_not_found_exception(
        "No policy is associated with the given resource.");
  }
  MR_TRY(check_revision(in.revision_id, row->revision_id));
  codec::Json::Array& statements = *row->policy.find("Statement")->as_array();
  size_t removed = std::erase_if(statements, [&](const codec::Json& statement) {
    return statement.get_string("Sid") == in.statement_id;
  });
  if (removed == 0) {
    return api::errors::resource_not_found_exception("Statement " + in.statement_id +
                                                     " is not found in resource policy.");
  }
  if (statements.empty())
    ctx.txn().del(policy_key(ref));
  else
    save_policy(ctx, ref, std::move(*row));
  return api::RemovePermission::Output{};
}

}  // namespace millrace::lambda
