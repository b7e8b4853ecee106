#include "svc/cloudformation/change_set.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"
#include "svc/cloudformation/stack.h"
#include "svc/document.h"

namespace millrace::cloudformation {
namespace {

// Before and after are told on demand.
void hide_values(codec::Json& changes) {
  for (codec::Json& change : *changes.as_array()) {
    codec::Json& resource = *change.find("ResourceChange");
    resource.erase("BeforeContext");
    resource.erase("AfterContext");
    for (codec::Json& detail : *resource.find("Details")->as_array()) {
      detail.find("Target")->erase("BeforeValue");
      detail.find("Target")->erase("AfterValue");
    }
  }
}

}  // namespace

Result<wire::DescribeChangeSetOutput> describe_change_set(Context& ctx,
                                                          const wire::DescribeChangeSetInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(ChangeSetRecord record, load_change_set(rows, {in.change_set_name, in.stack_name}));
  codec::Json document = codec::Json::object();
  MR_TRY(refuse_token(in.next_token));
  if (!in.include_property_values.value_or(false)) hide_values(record.changes);
  document.set("Changes", std::move(record.changes));
  MR_ASSIGN(auto out, svc::from_document<wire::DescribeChangeSet>(document));
  out.change_set_name = record.name;
  out.change_set_id = record.id;
  out.stack_id = record.stack_id;
  out.stack_name = record.stack_name;
  if (!record.description.empty()) out.description = record.description;
  out.parameters = shown_parameters(record.goal);
  out.creation_time = record.created;
  out.execution_status = record.execution_status;
  out.status = record.status;
  if (!record.status_reason.empty()) out.status_reason = record.status_reason;
  out.notification_arns.emplace();
  out.capabilities = record.goal.capabilities;
  out.tags.emplace();
  for (const auto& [key, value] : record.goal.tags)
    out.tags->push_back({key, value});
  out.include_nested_stacks = record.include_nested_stacks;
  if (!record.on_stack_failure.empty()) out.on_stack_failure = record.on_stack_failure;
  return out;
}

}  // namespace millrace::cloudformation
