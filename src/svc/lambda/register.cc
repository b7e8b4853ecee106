#include <type_traits>

#include "svc/lambda/operations.h"
#include "svc/pass_role.h"

namespace millrace::lambda {
namespace {

using Accesses = Result<std::vector<svc::Access>>;

template <class Op>
std::string action() {
  return "lambda:" + std::string(Op::kDescription.name);
}

// On the function that the request names, with its qualifier where it has one.
template <class Op>
Accesses on_function(svc::Context& ctx, const typename Op::Input& in) {
  std::optional<std::string> qualifier;
  if constexpr (requires { in.qualifier; }) qualifier = in.qualifier;
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name, qualifier));
  std::vector<svc::Access> needed = {{.action = action<Op>(), .resource = function_arn(ref)}};
  if constexpr (std::is_same_v<Op, api::CreateFunction>) {
    needed.push_back(svc::pass_role_access({in.role, "lambda.amazonaws.com"}));
  }
  if constexpr (std::is_same_v<Op, api::UpdateFunctionConfiguration>) {
    if (in.role) needed.push_back(svc::pass_role_access({*in.role, "lambda.amazonaws.com"}));
  }
  return needed;
}

template <class Op>
Accesses on_tagged(svc::Context&, const typename Op::Input& in) {
  return std::vector<svc::Access>{{.action = action<Op>(), .resource = in.resource}};
}

template <class Op>
Accesses on_account(svc::Context&, const typename Op::Input&) {
  return std::vector<svc::Access>{{.action = action<Op>(), .resource = "*"}};
}

template <class Op>
Accesses on_mapping(svc::Context& ctx, const typename Op::Input& in) {
  return std::vector<svc::Access>{
      {.action = action<Op>(), .resource = ctx.arn("lambda", "event-source-mapping:" + in.uuid)}};
}

template <class Op>
void add(svc::Registry& r, decltype(svc::Handler<Op>::run) run,
         decltype(svc::Handler<Op>::access) access = on_function<Op>) {
  r.add<Op>({.run = run, .access = access});
}

}  // namespace

void register_operations(svc::Registry& r) {
  add<api::AddPermission>(r, add_permission);
  add<api::CreateAlias>(r, create_alias);
  add<api::CreateEventSourceMapping>(r, create_event_source_mapping,
                                     on_account<api::CreateEventSourceMapping>);
  // They unpack the archive.
  r.add<api::CreateFunction>(
      {.run = create_function, .access = on_function<api::CreateFunction>, .blocking = true});
  r.add<api::UpdateFunctionCode>({.run = update_function_code,
                                  .access = on_function<api::UpdateFunctionCode>,
                                  .blocking = true});
  add<api::DeleteAlias>(r, delete_alias);
  add<api::DeleteEventSourceMapping>(r, delete_event_source_mapping,
                                     on_mapping<api::DeleteEventSourceMapping>);
  add<api::DeleteFunction>(r, delete_function);
  add<api::DeleteFunctionConcurrency>(r, delete_function_concurrency);
  add<api::DeleteFunctionEventInvokeConfig>(r, delete_function_event_invoke_config);
  add<api::GetAccountSettings>(r, get_account_settings, on_account<api::GetAccountSettings>);
  add<api::GetAlias>(r, get_alias);
  add<api::GetEventSourceMapping>(r, get_event_source_mapping,
                                  on_mapping<api::GetEventSourceMapping>);
  add<api::GetFunction>(r, get_function);
  add<api::GetFunctionCodeSigningConfig>(r, get_function_code_signing_config);
  add<api::GetFunctionConcurrency>(r, get_function_concurrency);
  add<api::GetFunctionConfiguration>(r, get_function_configuration);
  add<api::GetFunctionEventInvokeConfig>(r, get_function_event_invoke_config);
  add<api::GetPolicy>(r, get_policy);
  add<api::ListAliases>(r, list_aliases);
  add<api::ListEventSourceMappings>(r, list_event_source_mappings,
                                    on_account<api::ListEventSourceMappings>);
  add<api::ListFunctions>(r, list_functions, on_account<api::ListFunctions>);
  add<api::ListTags>(r, list_tags, on_tagged<api::ListTags>);
  add<api::ListVersionsByFunction>(r, list_versions_by_function);
  add<api::PublishVersion>(r, publish_version);
  add<api::PutFunctionConcurrency>(r, put_function_concurrency);
  add<api::PutFunctionEventInvokeConfig>(r, put_function_event_invoke_config);
  add<api::RemovePermission>(r, remove_permission);
  add<api::TagResource>(r, tag_resource, on_tagged<api::TagResource>);
  add<api::UntagResource>(r, untag_resource, on_tagged<api::UntagResource>);
  add<api::UpdateAlias>(r, update_alias);
  add<api::UpdateEventSourceMapping>(r, update_event_source_mapping,
                                     on_mapping<api::UpdateEventSourceMapping>);
  add<api::UpdateFunctionConfiguration>(r, update_function_configuration);
  // Without `access`: the invoker asks, for every caller alike, with the function's own policy.
  r.add<api::Invoke>({.start = invoke});
}

}  // namespace millrace::lambda
