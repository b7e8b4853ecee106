#include "svc/document.h"
#include "svc/lambda/aliases.h"

namespace millrace::lambda {

Status check_alias(svc::Context& ctx, const FunctionRef& ref,
                   const api::AliasConfiguration& alias) {
  FunctionRef version{ref.scope, ref.name, alias.function_version.value_or("")};
  if (version.qualifier != kLatest && !version_number(version.qualifier)) {
    return api::errors::invalid_parameter_value_exception(
        "FunctionVersion must be a version number or $LATEST");
  }
  auto found = resolve(ctx.txn(), version);
  if (!found.ok()) return std::move(found).error();
  if (!alias.routing_config || !alias.routing_config->additional_version_weights)
    return ok_status();
  double sum = 0;
  for (const auto& [number, weight] : *alias.routing_config->additional_version_weights) {
    if (version.qualifier == kLatest || !version_number(number) || number == version.qualifier) {
      return api::errors::invalid_parameter_value_exception(
          "Alias with weights can not be used with $LATEST, and its versions must differ");
    }
    auto other = resolve(ctx.txn(), {ref.scope, ref.name, number});
    if (!other.ok()) return std::move(other).error();
    sum += weight;
  }
  if (sum > 1) {
    return api::errors::invalid_parameter_value_exception(
        "Alias weights must add up to at most 1.0");
  }
  return ok_status();
}

void save_alias(svc::Context& ctx, const FunctionRef& ref, const api::AliasConfiguration& alias) {
  ctx.txn().put(alias_key(ref.scope, ref.name, *alias.name),
                svc::write_document<api::GetAlias>(alias));
}

// https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
Answer<api::CreateAlias> create_alias(svc::Context& ctx, const api::CreateAlias::Input& in) {
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_TRY([&]() -> Status {
    auto row = load_function(ctx.txn(), ref);
    return row.ok() ? ok_status() : Status(std::move(row).error());
  }());
  ref.qualifier = in.name;
  MR_ASSIGN(auto present, find_alias(ctx.txn(), ref));
  if (present) {
    return api::errors::resource_conflict_exception("Alias already exists: " + function_arn(ref));
  }
  api::AliasConfiguration alias;
  alias.alias_arn = function_arn(ref);
  alias.name = in.name;
  alias.function_version = in.function_version;
  alias.description = in.description.value_or("");
  alias.routing_config = in.routing_config;
  alias.revision_id = new_revision_id();
  MR_TRY(check_alias(ctx, ref, alias));
  save_alias(ctx, ref, alias);
  return alias;
}

}  // namespace millrace::lambda
