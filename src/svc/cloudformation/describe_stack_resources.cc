#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/request.h"
#include "svc/cloudformation/stack.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::DescribeStackResourcesOutput> describe_stack_resources(
    Context& ctx, const wire::DescribeStackResourcesInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  if (in.physical_resource_id) return unsupported("PhysicalResourceId");
  if (!in.stack_name) return validation_error("StackName must be specified.");
  MR_ASSIGN(StackRecord stack, load_stack(rows, *in.stack_name));
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  wire::DescribeStackResourcesOutput out;
  out.stack_resources.emplace();
  for (const ResourceRecord& resource : resources) {
    if (in.logical_resource_id && *in.logical_resource_id != resource.logical_id) continue;
    wire::StackResource one{.logical_resource_id = resource.logical_id};
    one.stack_name = stack.name;
    one.stack_id = stack.id;
    one.physical_resource_id = resource.physical_id;
    one.resource_type = resource.type;
    one.timestamp = resource.changed;
    one.resource_status = resource.status;
    if (!resource.status_reason.empty()) one.resource_status_reason = resource.status_reason;
    out.stack_resources->push_back(std::move(one));
  }
  return out;
}

}  // namespace millrace::cloudformation
