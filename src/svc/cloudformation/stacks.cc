#include <fmt/format.h>

#include <algorithm>

#include "aws/iam.h"
#include "base/random.h"
#include "svc/cloudformation/operations.h"
#include "svc/cloudformation/runner.h"
#include "svc/cloudformation/template_text.h"
#include "svc/credentials.h"
#include "svc/executor.h"
#include "svc/pass_role.h"
#include "svc/scope_index.h"

namespace millrace::cloudformation {
namespace {

using codec::Json;

// The deployer, or the stack's role when he gave one.
Result<svc::Caller> runner_of(Context& ctx, const std::string& role_arn) {
  if (role_arn.empty()) return ctx.caller();
  MR_TRY(ctx.ports().authorizer->check(
      ctx.txn(), ctx.caller(), svc::pass_role_access({role_arn, "cloudformation.amazonaws.com"})));
  if (ctx.ports().role_sessions != nullptr) {
    auto trusted =
        ctx.ports().role_sessions->check_trust(ctx.txn(), role_arn, "cloudformation.amazonaws.com");
    if (!trusted.ok()) {
      return validation_error(fmt::format("Role {} is invalid or cannot be assumed", role_arn));
    }
  }
  svc::Call root{.caller = svc::Caller::root(ctx.account()), .scope = ctx.scope()};
  svc::Context own(root, ctx.ports(), ctx.ports().executor->registry(), ctx.txn());
  MR_ASSIGN(auto got, own.call<aws::iam::GetRole>({role_arn.substr(role_arn.rfind('/') + 1)}));
  svc::Caller caller{.kind = svc::CallerKind::kAssumedRole, .account = ctx.account()};
  caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/AWSCloudFormation", ctx.account(),
                           got.role.role_name);
  caller.user_id = got.role.role_id + ":AWSCloudFormation";
  caller.role_name = got.role.role_name;
  return caller;
}

void stack_event(Context& ctx, Rows& rows, StackRecord& stack, const std::string& token) {
  rows.add_event(stack,
                 {.logical_id = stack.name,
                  .physical_id = stack.id,
                  .type = "AWS::CloudFormation::Stack",
                  .status = stack.status,
                  .reason = stack.status_reason},
                 token, ctx.now());
}

Error unsupported(const char* what) {
  return validation_error(fmt::format("{} is not supported by Millrace", what));
}

Result<wire::CreateStackOutput> create_stack(Context& ctx, const wire::CreateStackInput& in) {
  if (in.stack_policy_url) return unsupported("StackPolicyURL");
  if (in.rollback_configuration && in.rollback_configuration->rollback_triggers &&
      !in.rollback_configuration->rollback_triggers->empty()) {
    return unsupported("RollbackConfiguration");
  }
  if (in.disable_rollback && in.on_failure) {
    return validation_error("Either DisableRollback or OnFailure can be specified, not both.");
  }
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto existing, rows.find_stack_by(in.stack_name));
  if (existing) {
    return Error("AlreadyExistsException", 400,
                 fmt::format("Stack [{}] already exists", in.stack_name));
  }
  StackRecord stack = new_stack(ctx, in.stack_name);
  stack.disable_rollback = in.disable_rollback.value_or(false);
  stack.on_failure = in.on_failure.value_or("");
  stack.termination_protection = in.enable_termination_protection.value_or(false);
  stack.policy_body = in.stack_policy_body.value_or("");
  stack.timeout_minutes = in.timeout_in_minutes.value_or(0);
  PlanRequest request{.template_body = in.template_body, .template_url = in.template_url};
  request.parameters = in.parameters.value_or(std::vector<wire::Parameter>());
  request.capabilities = in.capabilities.value_or(std::vector<std::string>());
  request.notification_arns = in.notification_arns.value_or(std::vector<std::string>());
  request.tags = in.tags;
  request.role_arn = in.role_arn.value_or("");
  MR_ASSIGN(Goal goal, make_goal(ctx, rows, stack, false, request));
  wire::CreateStackOutput out;
  out.stack_id = stack.id;
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.client_token = in.client_request_token.value_or("")}));
  return out;
}

Result<wire::UpdateStackOutput> update_stack(Context& ctx, const wire::UpdateStackInput& in) {
  if (in.stack_policy_url || in.stack_policy_during_update_url ||
      in.stack_policy_during_update_body) {
    return unsupported("A stack policy of an update");
  }
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  MR_TRY(check_updatable(stack));
  PlanRequest request{.template_body = in.template_body, .template_url = in.template_url};
  request.use_previous_template = in.use_previous_template.value_or(false);
  request.parameters = in.parameters.value_or(std::vector<wire::Parameter>());
  request.capabilities = in.capabilities.value_or(std::vector<std::string>());
  request.notification_arns = in.notification_arns.value_or(std::vector<std::string>());
  request.tags = in.tags;
  request.role_arn = in.role_arn.value_or("");
  MR_ASSIGN(Goal goal, make_goal(ctx, rows, stack, true, request));
  MR_ASSIGN(Forecast changes, forecast(ctx, rows, stack, goal, true));
  if (!changes.any) return validation_error("No updates are to be performed.");
  if (in.stack_policy_body) stack.policy_body = *in.stack_policy_body;
  stack.disable_rollback = in.disable_rollback.value_or(false);
  wire::UpdateStackOutput out;
  out.stack_id = stack.id;
  MR_TRY(launch(ctx, rows, std::move(stack), std::move(goal),
                {.is_update = true, .client_token = in.client_request_token.value_or("")}));
  return out;
}

Result<wire::DeleteStack::Output> delete_stack(Context& ctx, const wire::DeleteStackInput& in) {
  wire::DeleteStack::Output nothing;
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(auto found, rows.find_stack_by(in.stack_name));
  if (!found || found->is_deleted()) return nothing;  // as AWS has it
  StackRecord stack = std::move(*found);
  if (stack.termination_protection) {
    return validation_error(fmt::format(
        "Stack [{}] cannot be deleted while TerminationProtection is enabled", stack.name));
  }
  if (stack.status == "DELETE_IN_PROGRESS") return nothing;
  if (in.retain_resources && !in.retain_resources->empty() && stack.status != "DELETE_FAILED") {
    return validation_error(
        "Invalid operation on stack. The stack status must be DELETE_FAILED to specify which "
        "resources to retain");
  }
  Job job{.kind = JobKind::kDelete, .phase = Phase::kDelete};
  job.client_token = in.client_request_token.value_or("");
  MR_ASSIGN(job.caller, runner_of(ctx, in.role_arn.value_or(stack.goal.role_arn)));
  if (in.retain_resources)
    job.retain.insert(in.retain_resources->begin(), in.retain_resources->end());
  stack.status = "DELETE_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  for (const OutputRecord& output : stack.outputs) {
    if (output.export_name.empty()) continue;
    MR_ASSIGN(auto importers, rows.importers_of(output.export_name));
    if (importers.empty()) continue;
    stack.status = "DELETE_FAILED";
    stack.status_reason = fmt::format("Export {} cannot be deleted as it is in use by {}",
                                      output.export_name, importers.front());
    stack_event(ctx, rows, stack, job.client_token);
    rows.save_state(stack);
    return nothing;
  }
  stack_event(ctx, rows, stack, job.client_token);
  rows.save_state(stack);
  // What is removed first depends on what is removed later.
  MR_ASSIGN(auto resources, rows.resources_of(stack.id));
  MR_ASSIGN(job.to_remove, in_removal_order(std::move(resources)));
  start_job(ctx, rows, stack.id, std::move(job));
  return nothing;
}

Result<wire::SetStackPolicy::Output> set_stack_policy(Context& ctx,
                                                      const wire::SetStackPolicyInput& in) {
  if (in.stack_policy_url) return unsupported("StackPolicyURL");
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  std::string body = in.stack_policy_body.value_or("");
  if (!Json::parse(body).ok())
    return validation_error("Error validating stack policy: Invalid JSON");
  stack.policy_body = std::move(body);
  rows.save_state(stack);
  return wire::SetStackPolicy::Output{};
}

Result<wire::UpdateTerminationProtectionOutput> update_termination_protection(
    Context& ctx, const wire::UpdateTerminationProtectionInput& in) {
  Rows rows(ctx.txn(), ctx.scope());
  MR_ASSIGN(StackRecord stack, load_stack(rows, in.stack_name));
  stack.termination_protection = in.enable_termination_protection;
  rows.save_state(stack);
  return wire::UpdateTerminationProtectionOutput{.stack_id = stack.id};
}

}  // namespace

Result<StackRecord> load_stack(Rows& rows, const std::string& name_or_id) {
  MR_ASSIGN(auto stack, rows.find_stack_by(name_or_id));
  if (!stack) {
    return validation_error(fmt::format("Stack with id {} does not exist", name_or_id));
  }
  return std::move(*stack);
}

StackRecord new_stack(Context& ctx, const std::string& name) {
  StackRecord stack{.name = name, .created = ctx.now()};
  stack.id = ctx.arn("cloudformation", fmt::format("stack/{}/{}", name, random_uuid(thread_rng())));
  return stack;
}

Status check_updatable(const StackRecord& stack) {
  bool updatable = stack.status == "CREATE_COMPLETE" || stack.status == "UPDATE_COMPLETE" ||
                   stack.status == "UPDATE_ROLLBACK_COMPLETE" || stack.status == "UPDATE_FAILED" ||
                   stack.status == "CREATE_FAILED";
  if (updatable) return ok_status();
  return validation_error(
      fmt::format("Stack:{} is in {} state and can not be updated.", stack.id, stack.status));
}

Status launch(Context& ctx, Rows& rows, StackRecord stack, Goal goal, const Launch& how) {
  Job job{.kind = how.is_update ? JobKind::kUpdate : JobKind::kCreate};
  job.client_token = how.client_token;
  MR_ASSIGN(job.caller, runner_of(ctx, goal.role_arn));
  if (how.is_update) {
    job.previous = stack.goal;
    job.previous_outputs = stack.outputs;
    stack.updated = ctx.now();
  }
  stack.goal = std::move(goal);
  stack.status = how.is_update ? "UPDATE_IN_PROGRESS" : "CREATE_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  stack_event(ctx, rows, stack, job.client_token);
  MR_TRY(svc::note_scope(ctx.txn(), store::Space::kCloudFormation, ctx.scope()));
  rows.save(stack);
  start_job(ctx, rows, stack.id, std::move(job));
  return ok_status();
}

void register_stacks(svc::Registry& r) {
  r.add<wire::CreateStack>(
      {.run = create_stack, .access = on_stack<wire::CreateStack>, .blocking = true});
  r.add<wire::UpdateStack>(
      {.run = update_stack, .access = on_stack<wire::UpdateStack>, .blocking = true});
  r.add<wire::DeleteStack>({.run = delete_stack, .access = on_stack<wire::DeleteStack>});
  r.add<wire::SetStackPolicy>({.run = set_stack_policy, .access = on_stack<wire::SetStackPolicy>});
  r.add<wire::UpdateTerminationProtection>({.run = update_termination_protection,
                                            .access = on_stack<wire::UpdateTerminationProtection>});
}

}  // namespace millrace::cloudformation
