#include <fmt/format.h>

#include "aws/dynamodbstreams.h"
#include "expr/event_pattern.h"
#include "svc/document.h"
#include "svc/lambda/mappings.h"
#include "svc/lambda/policies.h"
#include "svc/lambda/settings.h"
#include "svc/scope_index.h"

namespace millrace::lambda {
namespace {

namespace streams = aws::dynamodbstreams;

Error invalid(std::string message) {
  return api::errors::invalid_parameter_value_exception(std::move(message));
}

template <class T>
Status in_range(const char* name, const std::optional<T>& value, T min, T max) {
  if (!value || (*value >= min && *value <= max)) return ok_status();
  return invalid(fmt::format("{} must be between {} and {}", name, min, max));
}

bool is_dynamodb_stream(const std::string& arn) {
  return arn.starts_with("arn:aws:dynamodb:") && arn.find("/stream/") != std::string::npos;
}

Status refuse_what_we_lack(const api::CreateEventSourceMapping::Input& in) {
  if (in.topics || in.self_managed_event_source || in.amazon_managed_kafka_event_source_config ||
      in.self_managed_kafka_event_source_config) {
    return unsupported("Kafka as an event source");
  }
  if (in.queues || in.source_access_configurations)
    return unsupported("Amazon MQ as an event source");
  if (in.document_db_event_source_config) return unsupported("DocumentDB as an event source");
  if (in.scaling_config) return unsupported("ScalingConfig");
  if (in.kms_key_arn) return unsupported("KMSKeyArn");
  if (in.metrics_config) return unsupported("MetricsConfig");
  if (in.logging_config) return unsupported("LoggingConfig");
  if (in.provisioned_poller_config) return unsupported("ProvisionedPollerConfig");
  if (in.tags && !in.tags->empty()) return unsupported("Tags of an event source mapping");
  if (!in.event_source_arn) return invalid("Required parameter EventSourceArn is missing");
  if (!is_dynamodb_stream(*in.event_source_arn)) {
    return unsupported("The event source " + *in.event_source_arn + " (only DynamoDB streams are)");
  }
  return ok_status();
}

// The stream as the function's role sees it.
Result<std::vector<streams::Shard>> read_shards(svc::Context& ctx, const svc::Caller& role,
                                                const std::string& arn) {
  auto described = ctx.call_as<streams::DescribeStream>(role, {.stream_arn = arn});
  if (!described.ok()) {
    if (described.error().code().find("AccessDenied") != std::string::npos) {
      return invalid(fmt::format(
          "Cannot access stream {}. Please ensure the role can perform the GetRecords, "
          "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.",
          arn));
    }
    return invalid(fmt::format("Stream not found: {}", arn));
  }
  return described->stream_description->shards.value_or(std::vector<streams::Shard>());
}

// LATEST is now, and stays so across a restart.
Status note_latest(svc::Context& ctx, const svc::Caller& role, const MappingRow& row,
                   const std::vector<streams::Shard>& shards) {
  for (const streams::Shard& shard : shards) {
    auto iterator =
        ctx.call_as<streams::GetShardIterator>(role, {.stream_arn = *row.config.event_source_arn,
                                                      .shard_id = *shard.shard_id,
                                                      .shard_iterator_type = "LATEST"});
    if (!iterator.ok()) return std::move(iterator).error();
    StreamPosition position{.iterator = iterator->shard_iterator.value_or("")};
    ctx.txn().put(position_key(ctx.scope(), *row.config.uuid, *shard.shard_id), position.to_text());
  }
  return ok_status();
}

Status refuse_twins(svc::Context& ctx, const api::EventSourceMappingConfiguration& config) {
  auto it = ctx.txn().scan(store::prefix_range(lambda_key(ctx.scope(), "mapping").key()));
  for (; it->valid(); it->next()) {
    MR_ASSIGN(MappingRow other, MappingRow::from_text(it->value()));
    if (other.config.event_source_arn == config.event_source_arn &&
        other.config.function_arn == config.function_arn) {
      return api::errors::resource_conflict_exception(
          fmt::format("The event source arn (\" {} \") and function (\" {} \") provided mapping "
                      "already exists. "
                      "Please update or delete the existing mapping with UUID {}",
                      *config.event_source_arn, *config.function_arn, *other.config.uuid));
    }
  }
  return it->status();
}

}  // namespace

Status check_mapping(const api::EventSourceMappingConfiguration& c) {
  MR_TRY(in_range<int64_t>("BatchSize", c.batch_size, 1, 10'000));
  MR_TRY(in_range<int64_t>("MaximumBatchingWindowInSeconds", c.maximum_batching_window_in_seconds,
                           0, 300));
  MR_TRY(in_range<int64_t>("MaximumRetryAttempts", c.maximum_retry_attempts, -1, 10'000));
  if (c.maximum_record_age_in_seconds && *c.maximum_record_age_in_seconds != -1) {
    MR_TRY(in_range<int64_t>("MaximumRecordAgeInSeconds", c.maximum_record_age_in_seconds, 60,
                             604'800));
  }
  if (c.parallelization_factor.value_or(1) != 1)
    return unsupported("ParallelizationFactor above 1");
  if (c.tumbling_window_in_seconds.value_or(0) != 0) return unsupported("TumblingWindowInSeconds");
  if (c.destination_config) {
    const auto& to = *c.destination_config;
    if ((to.on_failure && !to.on_failure->destination.value_or("").empty()) || to.on_success) {
      return unsupported("DestinationConfig of an event source mapping");
    }
  }
  if (c.function_response_types) {
    for (const std::string& type : *c.function_response_types) {
      if (type != "ReportBatchItemFailures") return unsupported("FunctionResponseTypes " + type);
    }
  }
  if (c.filter_criteria && c.filter_criteria->filters) {
    if (c.filter_criteria->filters->size() > 5) {
      return invalid("FilterCriteria must hold at most 5 filters");
    }
    for (const api::Filter& filter : *c.filter_criteria->filters) {
      auto pattern = expr::EventPattern::parse(filter.pattern.value_or("{}"));
      if (!pattern.ok()) {
        return invalid("Invalid filter pattern definition. " + pattern.error().message());
      }
    }
  }
  return ok_status();
}

// https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
Answer<api::CreateEventSourceMapping> create_event_source_mapping(
    svc::Context& ctx, const api::CreateEventSourceMapping::Input& in) {
  MR_TRY(refuse_what_we_lack(in));
  MR_ASSIGN(FunctionRef ref, parse_function_name(ctx.scope(), in.function_name));
  MR_TRY(check_exists(ctx, ref));
  MR_ASSIGN(FunctionRow function, load_qualified(ctx.txn(), ref));
  if (!in.starting_position) {
    return invalid(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
        "constraint: Member must not be null.");
  }
  if (*in.starting_position == "AT_TIMESTAMP" || in.starting_position_timestamp) {
    return invalid("Unsupported starting position for stream type: AT_TIMESTAMP");
  }
  MappingRow row{.created = ctx.now()};
  api::EventSourceMappingConfiguration& c = row.config;
  c.uuid = random_uuid(thread_rng());
  c.event_source_mapping_arn = ctx.arn("lambda", "event-source-mapping:" + *c.uuid);
  c.event_source_arn = in.event_source_arn;
  c.function_arn = function_arn(ref);
  c.starting_position = in.starting_position;
  c.batch_size = in.batch_size.value_or(100);
  c.maximum_batching_window_in_seconds = in.maximum_batching_window_in_seconds.value_or(0);
  c.parallelization_factor = in.parallelization_factor.value_or(1);
  c.destination_config = in.destination_config;
  if (!c.destination_config)
    c.destination_config = api::DestinationConfig{.on_failure = api::OnFailure{}};
  c.maximum_record_age_in_seconds = in.maximum_record_age_in_seconds.value_or(-1);
  c.bisect_batch_on_function_error = in.bisect_batch_on_function_error.value_or(false);
  c.maximum_retry_attempts = in.maximum_retry_attempts.value_or(-1);
  c.tumbling_window_in_seconds = in.tumbling_window_in_seconds.value_or(0);
  c.function_response_types = in.function_response_types.value_or(std::vector<std::string>());
  c.filter_criteria = in.filter_criteria;
  c.last_modified = ctx.now();
  c.last_processing_result = "No records processed";
  c.state_transition_reason = "User action";
  c.state = in.enabled.value_or(true) ? "Enabled" : "Disabled";
  MR_TRY(check_mapping(c));
  MR_TRY(refuse_twins(ctx, c));
  MR_ASSIGN(svc::Caller role,
            stream_reader(ctx.txn(), ctx.ports(), ctx.scope(), function.config.role.value_or("")));
  MR_ASSIGN(auto shards, read_shards(ctx, role, *c.event_source_arn));
  if (c.starting_position == "LATEST") MR_TRY(note_latest(ctx, role, row, shards));
  ctx.txn().put(mapping_key(ctx.scope(), *c.uuid), row.to_text());
  MR_TRY(svc::note_scope(ctx.txn(), store::Space::kLambda, ctx.scope()));
  api::EventSourceMappingConfiguration answer = c;
  answer.state = "Creating";
  return answer;
}

}  // namespace millrace::lambda
