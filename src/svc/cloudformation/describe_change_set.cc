#include "svc/cloudformation/change_set.h"
#include "svc/cloudformation/operations.h"
#include "svc/document.h"

namespace millrace::cloudformation {

Result<wire::DescribeChangeSetOutput> describe_change_set(Context& ctx,
                                                          const wire::DescribeChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(ChangeSetRecord record, load_change_set(rows, {in.change_set_name, in.stack_name}));
  codec::Json document = codec::Json::object();
  document.set("Changes", record.changes);
  MR_ASSIGN(auto out, svc::from_document<wire::DescribeChangeSet>(document));
  out.change_set_name = record.name;
  out.change_set_id = record.id;
  out.stack_id = record.stack_id;
  out.stack_name = record.stack_name;
  if (!record.description.empty()) out.description = record.description;
  out.parameters.emplace();
  for (const auto& [name, value] : record.goal.parameters) {
    wire::Parameter parameter{.parameter_key = name, .parameter_value = value.given};
    if (value.resolved != value.given) parameter.resolved_value = value.resolved;
    out.parameters->push_back(std::move(parameter));
  }
  out.creation_time = record.created;
  out.execution_status = record.execution_status;
  out.status = record.status;
  if (!record.status_reason.empty()) out.status_reason = record.status_reason;
  out.notification_arns = record.goal.notification_arns;
  out.capabilities = record.goal.capabilities;
  out.tags.emplace();
  for (const auto& [key, value] : record.goal.tags)
    out.tags->push_back({key, value});
  out.include_nested_stacks = false;
  return out;
}

}  // namespace millrace::cloudformation
