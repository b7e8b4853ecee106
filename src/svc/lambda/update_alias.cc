#include "svc/lambda/aliases.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html
Answer<api::UpdateAlias> update_alias(svc::Context& ctx, const api::UpdateAlias::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  ref.qualifier = in.name;
  MR_ASSIGN(auto alias, find_alias(ctx.txn(), ref));
  if (!alias) return alias_not_found(ref);
  MR_TRY(check_revision(in.revision_id, alias->revision_id.value_or("")));
  if (in.function_version) alias->function_version = in.function_version;
  if (in.description) alias->description = in.description;
  if (in.routing_config) {
    alias->routing_config = in.routing_config;
    // An empty map takes the weights away.
    const auto& weights = in.routing_config->additional_version_weights;
    if (!weights || weights->empty()) alias->routing_config.reset();
  }
  alias->revision_id = new_revision_id();
  MR_TRY(check_alias(ctx, ref, *alias));
  save_alias(ctx, ref, *alias);
  return *std::move(alias);
}

}  // namespace millrace::lambda
