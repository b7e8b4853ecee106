#include "svc/events/rule_operations.h"

#include <fmt/format.h>
#include <set>

#include "svc/events/input_transformer.h"

namespace millrace::events {
namespace {

// Functions only, and what Millrace carries out for them.
Status check(const ev::Target& target) {
  auto refuse = [&](std::string_view what) {
    return validation_error(
        fmt::format("{} of target {} is not supported by Millrace", what, target.id));
  };
  if (!target.arn.starts_with("arn:")) {
    return validation_error(fmt::format(
        "Parameter {} is not valid. Reason: Provided Arn is not in correct format.", target.arn));
  }
  if (!target.arn.starts_with("arn:aws:lambda:") ||
      target.arn.find(":function:") == std::string::npos) {
    return refuse("Arn " + target.arn);
  }
  if (target.role_arn) return refuse("RoleArn");
  if (target.kinesis_parameters) return refuse("KinesisParameters");
  if (target.run_command_parameters) return refuse("RunCommandParameters");
  if (target.ecs_parameters) return refuse("EcsParameters");
  if (target.batch_parameters) return refuse("BatchParameters");
  if (target.sqs_parameters) return refuse("SqsParameters");
  if (target.http_parameters) return refuse("HttpParameters");
  if (target.redshift_data_parameters) return refuse("RedshiftDataParameters");
  if (target.sage_maker_pipeline_parameters) return refuse("SageMakerPipelineParameters");
  if (target.app_sync_parameters) return refuse("AppSyncParameters");
  if (target.dead_letter_config) return refuse("DeadLetterConfig");
  if (target.retry_policy) return refuse("RetryPolicy");
  return ok_status();
}

}  // namespace

Result<ev::PutTargets::Output> put_targets(svc::Context& ctx, const ev::PutTargets::Input& in) {
  MR_TRY(check_bus(ctx, in.event_bus_name));
  MR_ASSIGN(Rule rule, load_rule(ctx, in.rule));
  MR_ASSIGN(auto existing, load_targets(ctx.txn(), ctx.scope(), in.rule));
  std::set<std::string> ids;
  for (const ev::Target& target : existing)
    ids.insert(target.id);
  for (const ev::Target& target : in.targets) {
    MR_TRY(check(target));
    MR_TRY(check_input(target));
    ids.insert(target.id);
  }
  if (ids.size() > kTargetsMax) {
    return ev::errors::limit_exceeded_exception(
        "The requested resource exceeds the maximum number allowed.");
  }
  for (const ev::Target& target : in.targets)
    write_target(ctx.txn(), ctx.scope(), in.rule, target);
  return ev::PutTargetsResponse{.failed_entry_count = 0,
                                .failed_entries = std::vector<ev::PutTargetsResultEntry>()};
}

}  // namespace millrace::events
