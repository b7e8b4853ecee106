// The operations of CloudFormation: one function each, in the file of its name.
#pragma once

#include "aws/cloudformation.h"
#include "svc/cloudformation/records.h"
#include "svc/operation.h"

namespace millrace::cloudformation {

namespace wire = aws::cloudformation;
using svc::Context;

// Stacks.
Result<wire::CreateStackOutput> create_stack(Context& ctx, const wire::CreateStackInput& in);
Result<wire::UpdateStackOutput> update_stack(Context& ctx, const wire::UpdateStackInput& in);
Result<wire::DeleteStack::Output> delete_stack(Context& ctx, const wire::DeleteStackInput& in);
Result<wire::RollbackStackOutput> rollback_stack(Context& ctx, const wire::RollbackStackInput& in);
Result<wire::ContinueUpdateRollbackOutput> continue_update_rollback(
    Context& ctx, const wire::ContinueUpdateRollbackInput& in);
Result<wire::UpdateTerminationProtectionOutput> update_termination_protection(
    Context& ctx, const wire::UpdateTerminationProtectionInput& in);

// Change sets.
Result<wire::CreateChangeSetOutput> create_change_set(Context& ctx,
                                                      const wire::CreateChangeSetInput& in);
Result<wire::DescribeChangeSetOutput> describe_change_set(Context& ctx,
                                                          const wire::DescribeChangeSetInput& in);
Result<wire::ExecuteChangeSetOutput> execute_change_set(Context& ctx,
                                                        const wire::ExecuteChangeSetInput& in);
Result<wire::DeleteChangeSetOutput> delete_change_set(Context& ctx,
                                                      const wire::DeleteChangeSetInput& in);
Result<wire::ListChangeSetsOutput> list_change_sets(Context& ctx,
                                                    const wire::ListChangeSetsInput& in);

// Questions.
Result<wire::DescribeStacksOutput> describe_stacks(Context& ctx,
                                                   const wire::DescribeStacksInput& in);
Result<wire::DescribeStackEventsOutput> describe_stack_events(
    Context& ctx, const wire::DescribeStackEventsInput& in);
Result<wire::DescribeStackResourceOutput> describe_stack_resource(
    Context& ctx, const wire::DescribeStackResourceInput& in);
Result<wire::DescribeStackResourcesOutput> describe_stack_resources(
    Context& ctx, const wire::DescribeStackResourcesInput& in);
Result<wire::ListStackResourcesOutput> list_stack_resources(
    Context& ctx, const wire::ListStackResourcesInput& in);
Result<wire::ListStacksOutput> list_stacks(Context& ctx, const wire::ListStacksInput& in);
Result<wire::ListExportsOutput> list_exports(Context& ctx, const wire::ListExportsInput& in);
Result<wire::ListImportsOutput> list_imports(Context& ctx, const wire::ListImportsInput& in);
Result<wire::GetStackPolicyOutput> get_stack_policy(Context& ctx,
                                                    const wire::GetStackPolicyInput& in);
Result<wire::GetTemplateOutput> get_template(Context& ctx, const wire::GetTemplateInput& in);
Result<wire::GetTemplateSummaryOutput> get_template_summary(
    Context& ctx, const wire::GetTemplateSummaryInput& in);
Result<wire::ValidateTemplateOutput> validate_template(Context& ctx,
                                                       const wire::ValidateTemplateInput& in);

}  // namespace millrace::cloudformation
