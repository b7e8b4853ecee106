#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/page.h"
#include "svc/cloudformation/stack.h"

namespace millrace::cloudformation {

Result<wire::ListStackResourcesOutput> list_stack_resources(
    Context& ctx, const wire::ListStackResourcesInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  wire::ListStackResourcesOutput out;
  MR_TRY(cut_page(resources, in.next_token, out.next_token,
                  [](const ResourceRecord& one) { return one.logical_id; }));
  out.stack_resource_summaries.emplace();
  for (const ResourceRecord& resource : resources) {
    wire::StackResourceSummary one{.logical_resource_id = resource.logical_id};
    one.physical_resource_id = resource.physical_id;
    one.resource_type = resource.type;
    one.last_updated_timestamp = resource.changed;
    one.resource_status = resource.status;
    if (!resource.status_reason.empty()) one.resource_status_reason = resource.status_reason;
    out.stack_resource_summaries->push_back(std::move(one));
  }
  return out;
}

}  // namespace millrace::cloudformation
