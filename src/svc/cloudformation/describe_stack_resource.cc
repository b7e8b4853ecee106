#include <fmt/format.h>

#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/template_text.h"

namespace millrace::cloudformation {

Result<wire::DescribeStackResourceOutput> describe_stack_resource(
    Context& ctx, const wire::DescribeStackResourceInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto stack, rows.find_stack_by(in.stack_name));
  if (!stack) {
    return validation_error(fmt::format("Stack '{}' does not exist", in.stack_name));
  }
  MR_ASSIGN(auto resource, rows.find_resource(stack->id, in.logical_resource_id));
  if (!resource) {
    return validation_error(fmt::format("Resource {} does not exist for stack {}",
                                        in.logical_resource_id, stack->name));
  }
  wire::StackResourceDetail detail{.logical_resource_id = resource->logical_id};
  detail.stack_name = stack->name;
  detail.stack_id = stack->id;
  detail.physical_resource_id = resource->physical_id;
  detail.resource_type = resource->type;
  detail.last_updated_timestamp = resource->changed;
  detail.resource_status = resource->status;
  if (!resource->status_reason.empty()) detail.resource_status_reason = resource->status_reason;
  detail.metadata = resource->metadata.is_null() ? "{}" : resource->metadata.dump();
  detail.drift_information =
      wire::StackResourceDriftInformation{.stack_resource_drift_status = "NOT_CHECKED"};
  return wire::DescribeStackResourceOutput{.stack_resource_detail = std::move(detail)};
}

}  // namespace millrace::cloudformation
