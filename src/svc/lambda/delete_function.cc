#include "svc/lambda/operations.h"

namespace millrace::lambda {
namespace {

Status delete_below(store::Txn& txn, const std::string& prefix) {
  std::vector<std::string> keys;
  {
    auto it = txn.scan(store::prefix_range(prefix));
    for (; it->valid(); it->next())
      keys.emplace_back(it->key());
    MR_TRY(it->status());
  }
  for (const std::string& key : keys)
    txn.del(key);
  return ok_status();
}

Status delete_version(svc::Context& ctx, const FunctionRef& ref, uint64_t number) {
  std::string key = version_key(ref.scope, ref.name, number);
  MR_ASSIGN(auto text, ctx.txn().get(key));
  // AWS answers 204 for a version that is not there.
  if (!text) return ok_status();
  auto aliases =
      ctx.txn().scan(store::prefix_range(lambda_key(ref.scope, "alias").str(ref.name).key()));
  for (; aliases->valid(); aliases->next()) {
    MR_ASSIGN(codec::Json alias, codec::Json::parse(aliases->value()));
    if (alias.get_string("FunctionVersion") == ref.qualifier) {
      return api::errors::resource_conflict_exception("Version " + ref.qualifier +
                                                      " is used by alias " +
                                                      std::string(alias.get_string("Name")));
    }
  }
  MR_TRY(aliases->status());
  MR_ASSIGN(FunctionRow row, FunctionRow::from_text(*text));
  ctx.txn().del(key);
  retire_environments(ctx, row);
  return release_code(ctx.txn(), ref.scope, row.code_sha256, ref.name, ref.qualifier);
}

}  // namespace

// https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
Answer<api::DeleteFunction> delete_function(svc::Context& ctx,
                                            const api::DeleteFunction::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, in.qualifier));
  MR_ASSIGN(FunctionRow row, load_function(ctx.txn(), ref));
  api::DeleteFunction::Output out{.status_code = 204};
  if (!ref.qualifier.empty()) {
    auto number = version_number(ref.qualifier);
    if (!number) {
      return api::errors::invalid_parameter_value_exception(
          ref.qualifier == kLatest
              ? "$LATEST version cannot be deleted without deleting the function."
              : "Deletion of aliases is not currently supported.");
    }
    MR_TRY(delete_version(ctx, ref, *number));
    return out;
  }
  retire_environments(ctx, row);
  MR_TRY(release_code(ctx.txn(), ref.scope, row.code_sha256, ref.name, kLatest));
  std::vector<FunctionRow> versions;
  {
    auto it =
        ctx.txn().scan(store::prefix_range(lambda_key(ref.scope, "version").str(ref.name).key()));
    for (; it->valid(); it->next()) {
      MR_ASSIGN(FunctionRow version, FunctionRow::from_text(it->value()));
      versions.push_back(std::move(version));
    }
    MR_TRY(it->status());
  }
  for (const FunctionRow& version : versions) {
    retire_environments(ctx, version);
    MR_TRY(release_code(ctx.txn(), ref.scope, version.code_sha256, ref.name,
                        version.config.version.value_or("")));
  }
  for (const char* kind : {"version", "alias", "policy", "invoke-config"}) {
    MR_TRY(delete_below(ctx.txn(), lambda_key(ref.scope, kind).str(ref.name).key()));
  }
  ctx.txn().del(function_key(ref.scope, ref.name));
  return out;
}

}  // namespace millrace::lambda
