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

// The deployer, or the stack's role when he gave one.
Result<svc::Caller> runner_of(svc::Context& ctx, const std::string& role_arn) {
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

void stack_event(svc::Context& ctx, Rows& rows, StackRecord& stack, const std::string& token) {
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

Result<StackRecord> load_stack(Rows& rows, const std::string& name_or_id) {
  MR_ASSIGN(auto stack, rows.find_stack_by(name_or_id));
  if (!stack) {
    return validation_error(fmt::format("Stack with id {} does not exist", name_or_id));
  }
  return std::move(*stack);
}

StackRecord new_stack(svc::Context& ctx, const std::string& name) {
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

Status launch(svc::Context& ctx, Rows& rows, StackRecord stack, Goal goal, const Launch& how) {
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

}  // namespace millrace::cloudformation
