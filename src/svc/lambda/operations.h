// The operations of Lambda, each in the file of its name.
#pragma once

#include "svc/lambda/records.h"
#include "svc/operation.h"

namespace millrace::lambda {

template <class Op>
using Answer = Result<typename Op::Output>;

Answer<api::AddPermission> add_permission(svc::Context&, const api::AddPermission::Input&);
Answer<api::CreateAlias> create_alias(svc::Context&, const api::CreateAlias::Input&);
Answer<api::CreateEventSourceMapping> create_event_source_mapping(
    svc::Context&, const api::CreateEventSourceMapping::Input&);
Answer<api::CreateFunction> create_function(svc::Context&, const api::CreateFunction::Input&);
Answer<api::DeleteAlias> delete_alias(svc::Context&, const api::DeleteAlias::Input&);
Answer<api::DeleteEventSourceMapping> delete_event_source_mapping(
    svc::Context&, const api::DeleteEventSourceMapping::Input&);
Answer<api::DeleteFunction> delete_function(svc::Context&, const api::DeleteFunction::Input&);
Answer<api::DeleteFunctionConcurrency> delete_function_concurrency(
    svc::Context&, const api::DeleteFunctionConcurrency::Input&);
Answer<api::DeleteFunctionEventInvokeConfig> delete_function_event_invoke_config(
    svc::Context&, const api::DeleteFunctionEventInvokeConfig::Input&);
Answer<api::GetAccountSettings> get_account_settings(svc::Context&,
                                                     const api::GetAccountSettings::Input&);
Answer<api::GetAlias> get_alias(svc::Context&, const api::GetAlias::Input&);
Answer<api::GetEventSourceMapping> get_event_source_mapping(
    svc::Context&, const api::GetEventSourceMapping::Input&);
Answer<api::GetFunction> get_function(svc::Context&, const api::GetFunction::Input&);
Answer<api::GetFunctionCodeSigningConfig> get_function_code_signing_config(
    svc::Context&, const api::GetFunctionCodeSigningConfig::Input&);
Answer<api::GetFunctionConcurrency> get_function_concurrency(
    svc::Context&, const api::GetFunctionConcurrency::Input&);
Answer<api::GetFunctionConfiguration> get_function_configuration(
    svc::Context&, const api::GetFunctionConfiguration::Input&);
Answer<api::GetFunctionEventInvokeConfig> get_function_event_invoke_config(
    svc::Context&, const api::GetFunctionEventInvokeConfig::Input&);
Answer<api::GetPolicy> get_policy(svc::Context&, const api::GetPolicy::Input&);
Answer<api::ListAliases> list_aliases(svc::Context&, const api::ListAliases::Input&);
Answer<api::ListEventSourceMappings> list_event_source_mappings(
    svc::Context&, const api::ListEventSourceMappings::Input&);
Answer<api::ListFunctions> list_functions(svc::Context&, const api::ListFunctions::Input&);
Answer<api::ListTags> list_tags(svc::Context&, const api::ListTags::Input&);
Answer<api::ListVersionsByFunction> list_versions_by_function(
    svc::Context&, const api::ListVersionsByFunction::Input&);
Answer<api::PublishVersion> publish_version(svc::Context&, const api::PublishVersion::Input&);
Answer<api::PutFunctionConcurrency> put_function_concurrency(
    svc::Context&, const api::PutFunctionConcurrency::Input&);
Answer<api::PutFunctionEventInvokeConfig> put_function_event_invoke_config(
    svc::Context&, const api::PutFunctionEventInvokeConfig::Input&);
Answer<api::RemovePermission> remove_permission(svc::Context&, const api::RemovePermission::Input&);
Answer<api::TagResource> tag_resource(svc::Context&, const api::TagResource::Input&);
Answer<api::UntagResource> untag_resource(svc::Context&, const api::UntagResource::Input&);
Answer<api::UpdateAlias> update_alias(svc::Context&, const api::UpdateAlias::Input&);
Answer<api::UpdateEventSourceMapping> update_event_source_mapping(
    svc::Context&, const api::UpdateEventSourceMapping::Input&);
Answer<api::UpdateFunctionCode> update_function_code(svc::Context&,
                                                     const api::UpdateFunctionCode::Input&);
Answer<api::UpdateFunctionConfiguration> update_function_configuration(
    svc::Context&, const api::UpdateFunctionConfiguration::Input&);
void invoke(const svc::Call&, const svc::Ports&, std::shared_ptr<const api::Invoke::Input>,
            std::function<void(Answer<api::Invoke>)>);

void register_operations(svc::Registry& registry);

// Shared by the operations.

// Makes the next version of what $LATEST is now, unless nothing changed since the last one.
Result<FunctionRow> publish(svc::Context& ctx, FunctionRow& latest,
                            const std::optional<std::string>& description);
// PreconditionFailedException (412) when the caller saw another revision.
Status check_revision(const std::optional<std::string>& wanted, const std::string& present);
// The host's environments of a configuration that is replaced or gone end once this is on disk.
void retire_environments(svc::Context& ctx, const FunctionRow& old);
std::string revision_key(const api::FunctionConfiguration& config);

// Pages of a listing by key: `marker` is where to go on.
struct Page {
  std::string prefix;
  std::optional<std::string> marker;
  std::optional<int64_t> max_items;
};
Status walk_page(store::Reader& reader, const Page& page, std::optional<std::string>& next_marker,
                 const std::function<Status(std::string_view key, std::string_view value)>& take);

}  // namespace millrace::lambda
