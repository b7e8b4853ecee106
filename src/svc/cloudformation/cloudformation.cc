#include "svc/cloudformation/cloudformation.h"

#include "svc/cloudformation/operations.h"

namespace millrace::cloudformation {
namespace {

template <class Op>
Result<std::vector<svc::Access>> on_stack(Context& ctx, const typename Op::Input& in) {
  std::string name;
  if constexpr (requires { in.stack_name.value_or(""); }) {
    name = in.stack_name.value_or("*");
  } else {
    name = in.stack_name;
  }
  std::string resource = name;
  if (!name.starts_with("arn:") && name != "*") {
    resource = ctx.arn("cloudformation", "stack/" + name + "/*");
  }
  return std::vector<svc::Access>{
      {.action = "cloudformation:" + std::string(Op::kDescription.name), .resource = resource}};
}
template <class Op>
Result<std::vector<svc::Access>> on_all_stacks(Context&, const typename Op::Input&) {
  return std::vector<svc::Access>{
      {.action = "cloudformation:" + std::string(Op::kDescription.name), .resource = "*"}};
}

void register_stacks(svc::Registry& r) {
  r.add<wire::CreateStack>(
      {.run = create_stack, .access = on_stack<wire::CreateStack>, .blocking = true});
  r.add<wire::UpdateStack>(
      {.run = update_stack, .access = on_stack<wire::UpdateStack>, .blocking = true});
  r.add<wire::DeleteStack>({.run = delete_stack, .access = on_stack<wire::DeleteStack>});
  r.add<wire::RollbackStack>({.run = rollback_stack, .access = on_stack<wire::RollbackStack>});
  r.add<wire::ContinueUpdateRollback>(
      {.run = continue_update_rollback, .access = on_stack<wire::ContinueUpdateRollback>});
  r.add<wire::UpdateTerminationProtection>({.run = update_termination_protection,
                                            .access = on_stack<wire::UpdateTerminationProtection>});
}

void register_change_sets(svc::Registry& r) {
  r.add<wire::CreateChangeSet>(
      {.run = create_change_set, .access = on_stack<wire::CreateChangeSet>, .blocking = true});
  r.add<wire::DescribeChangeSet>(
      {.run = describe_change_set, .access = on_stack<wire::DescribeChangeSet>});
  r.add<wire::ExecuteChangeSet>(
      {.run = execute_change_set, .access = on_stack<wire::ExecuteChangeSet>});
  r.add<wire::DeleteChangeSet>(
      {.run = delete_change_set, .access = on_stack<wire::DeleteChangeSet>});
  r.add<wire::ListChangeSets>({.run = list_change_sets, .access = on_stack<wire::ListChangeSets>});
}

void register_queries(svc::Registry& r) {
  r.add<wire::DescribeStacks>({.run = describe_stacks, .access = on_stack<wire::DescribeStacks>});
  r.add<wire::DescribeStackEvents>(
      {.run = describe_stack_events, .access = on_stack<wire::DescribeStackEvents>});
  r.add<wire::DescribeStackResource>(
      {.run = describe_stack_resource, .access = on_stack<wire::DescribeStackResource>});
  r.add<wire::DescribeStackResources>(
      {.run = describe_stack_resources, .access = on_stack<wire::DescribeStackResources>});
  r.add<wire::ListStackResources>(
      {.run = list_stack_resources, .access = on_stack<wire::ListStackResources>});
  r.add<wire::ListStacks>({.run = list_stacks, .access = on_all_stacks<wire::ListStacks>});
  r.add<wire::ListExports>({.run = list_exports, .access = on_all_stacks<wire::ListExports>});
  r.add<wire::ListImports>({.run = list_imports, .access = on_all_stacks<wire::ListImports>});
  r.add<wire::GetStackPolicy>({.run = get_stack_policy, .access = on_stack<wire::GetStackPolicy>});
  r.add<wire::GetTemplate>({.run = get_template, .access = on_stack<wire::GetTemplate>});
  r.add<wire::GetTemplateSummary>({.run = get_template_summary,
                                   .access = on_all_stacks<wire::GetTemplateSummary>,
                                   .blocking = true});
  r.add<wire::ValidateTemplate>({.run = validate_template,
                                 .access = on_all_stacks<wire::ValidateTemplate>,
                                 .blocking = true});
}

}  // namespace

void register_operations(svc::Registry& registry) {
  register_stacks(registry);
  register_change_sets(registry);
  register_queries(registry);
}

}  // namespace millrace::cloudformation
