#include "svc/lambda/mappings.h"
#include "svc/lambda/policies.h"
#include "svc/lambda/settings.h"

namespace millrace::lambda {

// https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html
Answer<api::UpdateEventSourceMapping> update_event_source_mapping(
    svc::Context& ctx, const api::UpdateEventSourceMapping::Input& in) {
  if (in.source_access_configurations || in.amazon_managed_kafka_event_source_config ||
      in.self_managed_kafka_event_source_config || in.document_db_event_source_config ||
      in.scaling_config || in.kms_key_arn || in.metrics_config || in.logging_config ||
      in.provisioned_poller_config) {
    return unsupported("A member of the request that is not for DynamoDB streams");
  }
  MR_ASSIGN(MappingRow row, load_mapping(ctx.txn(), ctx.scope(), in.uuid));
  api::EventSourceMappingConfiguration& c = row.config;
  if (in.function_name) {
    MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), *in.function_name));
    MR_TRY(check_exists(ctx, ref));
    c.function_arn = function_arn(ref);
  }
  auto take = [](auto& to, const auto& from) {
    if (from) to = from;
  };
  take(c.batch_size, in.batch_size);
  take(c.filter_criteria, in.filter_criteria);
  take(c.maximum_batching_window_in_seconds, in.maximum_batching_window_in_seconds);
  take(c.destination_config, in.destination_config);
  take(c.maximum_record_age_in_seconds, in.maximum_record_age_in_seconds);
  take(c.bisect_batch_on_function_error, in.bisect_batch_on_function_error);
  take(c.maximum_retry_attempts, in.maximum_retry_attempts);
  take(c.parallelization_factor, in.parallelization_factor);
  take(c.tumbling_window_in_seconds, in.tumbling_window_in_seconds);
  take(c.function_response_types, in.function_response_types);
  MR_TRY(check_mapping(c));
  if (c.filter_criteria && (!c.filter_criteria->filters || c.filter_criteria->filters->empty())) {
    c.filter_criteria.reset();
  }
  std::string answered = "Updating";
  if (in.enabled) {
    if (*in.enabled != row.is_enabled()) answered = *in.enabled ? "Enabling" : "Disabling";
    c.state = *in.enabled ? "Enabled" : "Disabled";
  }
  c.last_modified = ctx.now();
  ctx.txn().put(mapping_key(ctx.scope(), in.uuid), row.to_text());
  api::EventSourceMappingConfiguration answer = c;
  answer.state = answered;
  return answer;
}

}  // namespace millrace::lambda
