#include "svc/cloudformation/stack.h"

#include <fmt/format.h>

#include "aws/iam.h"
#include "base/random.h"
#include "svc/cloudformation/runner.h"
#include "svc/cloudformation/template_text.h"
#include "svc/credentials.h"
#include "svc/executor.h"
#include "svc/pass_role.h"
#include "svc/scope_index.h"

namespace millrace::cloudformation {

using svc::Context;

// The deployer, or the stack's role when he gave one.
Result<svc::Caller> runner_of(Context& ctx, const std::string& role_arn) {
  if (role_arn.empty()) return ctx.caller();
  MR_TRY(svc::authorize(ctx, svc::pass_role_access({role_arn, "cloudformation.amazonaws.com"})));
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

std::vector<wire::Parameter> shown_parameters(const Goal& goal) {
  auto tmpl = Template::parse(goal.template_text);
  std::vector<wire::Parameter> shown;
  for (const auto& [name, value] : goal.parameters) {
    const ParameterDeclaration* declaration = tmpl.ok() ? tmpl->find_parameter(name) : nullptr;
    bool hidden = declaration != nullptr && declaration->no_echo;
    wire::Parameter parameter{.parameter_key = name,
                              .parameter_value = hidden ? "****" : value.given};
    if (!hidden && value.resolved != value.given) parameter.resolved_value = value.resolved;
    shown.push_back(std::move(parameter));
  }
  return shown;
}

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

namespace {

// Where an update begins and what its rollback goes back to: a stack that was left half-way goes
// back to where it was whole.
Status begin_update(Context& ctx, Rows& rows, StackRecord& stack, Job& job) {
  job.previous = stack.goal;
  job.previous_outputs = stack.outputs;
  stack.updated = ctx.now();
  MR_ASSIGN(auto stored, rows.find_suspended(stack.id));
  if (!stored) return ok_status();
  Job suspended = job_from_json(*stored);
  if (suspended.kind != JobKind::kUpdate) {
    JobLists(rows, stack.id, suspended).erase();
    return ok_status();
  }
  job.journal = suspended.journal;
  job.to_remove = suspended.to_remove;
  job.previous = std::move(suspended.previous);
  job.previous_outputs = std::move(suspended.previous_outputs);
  return ok_status();
}

}  // namespace

Status launch(Context& ctx, Rows& rows, StackRecord stack, Goal goal, const Launch& how) {
  Job job{.kind = how.is_update ? JobKind::kUpdate : JobKind::kCreate};
  job.client_token = how.client_token;
  job.started_ms = ctx.now().ms();
  job.retain_except_on_create = how.retain_except_on_create;
  MR_ASSIGN(job.caller, runner_of(ctx, goal.role_arn));
  if (how.is_update) MR_TRY(begin_update(ctx, rows, stack, job));
  stack.goal = std::move(goal);
  stack.status = how.is_update ? "UPDATE_IN_PROGRESS" : "CREATE_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  stack_event(ctx, rows, stack, job.client_token);
  MR_TRY(svc::note_scope(ctx.txn(), store::Space::kCloudFormation, ctx.scope()));
  rows.save(stack);
  start_job(ctx, rows, stack.id, std::move(job));
  return ok_status();
}

Status roll_back_suspended(Context& ctx, Rows& rows, StackRecord stack, const RollBack& how) {
  MR_ASSIGN(auto stored, rows.find_suspended(stack.id));
  if (!stored) {
    return validation_error(fmt::format("Stack:{} is in {} state and has nothing to roll back",
                                        stack.id, stack.status));
  }
  Job job = job_from_json(*stored);
  job.phase = Phase::kRollback;
  job.turn.reset();
  job.client_token = how.client_token;
  if (how.retain_except_on_create) job.retain_except_on_create = true;
  MR_ASSIGN(job.caller, runner_of(ctx, how.role_arn.empty() ? stack.goal.role_arn : how.role_arn));
  for (const std::string& skipped : how.skip) {
    MR_ASSIGN(bool found, JobLists(rows, stack.id, job).skip_revert(skipped));
    if (!found) {
      return validation_error(fmt::format(
          "ResourcesToSkip: {} is not among the resources that wait to be rolled back", skipped));
    }
  }
  stack.status =
      job.kind == JobKind::kCreate ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS";
  stack.status_reason = "User Initiated";
  stack_event(ctx, rows, stack, job.client_token);
  rows.save_state(stack);
  rows.erase_suspended(stack.id);
  start_job(ctx, rows, stack.id, std::move(job));
  return ok_status();
}

}  // namespace millrace::cloudformation
