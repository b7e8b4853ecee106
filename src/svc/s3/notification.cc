#include "svc/s3/notification.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "svc/s3/errors.h"
#include "svc/s3/keys.h"

namespace millrace::s3 {
namespace {

using aws::s3::LambdaFunctionConfiguration;
using aws::s3::NotificationConfiguration;
using codec::Json;

// How long a function that takes no events is given before the rest waits for the next start.
// An event that is not accepted is offered again after this long, then twice as long, and so on.
constexpr int64_t kRedeliveryDelayMs = 1'000;
constexpr int64_t kRedeliveryDelayMaxMs = 300'000;

// "s3:ObjectCreated:*" covers "ObjectCreated:Put".
bool covers(std::string_view configured, std::string_view event) {
  if (!configured.starts_with("s3:")) return false;
  configured.remove_prefix(3);
  if (configured.ends_with('*')) {
    configured.remove_suffix(1);
    return event.starts_with(configured);
  }
  return configured == event;
}

bool passes_filter(const LambdaFunctionConfiguration& config, std::string_view key) {
  if (!config.filter || !config.filter->key || !config.filter->key->filter_rules) return true;
  for (const aws::s3::FilterRule& rule : *config.filter->key->filter_rules) {
    std::string_view value = rule.value ? std::string_view(*rule.value) : "";
    bool is_prefix = rule.name && ascii_iequals(*rule.name, "prefix");
    if (is_prefix ? !key.starts_with(value) : !key.ends_with(value)) return false;
  }
  return true;
}

// As HTML forms do it: a space is '+'.
std::string event_key(std::string_view key) {
  std::string encoded = percent_encode(key, Slash::kKeep);
  for (size_t at = encoded.find("%20"); at != std::string::npos; at = encoded.find("%20", at)) {
    encoded.replace(at, 3, "+");
  }
  return encoded;
}

// Later events of a key have greater sequencers.
std::string sequencer(Instant now) {
  std::string text(16, '0');
  auto value = static_cast<uint64_t>(now.us);
  for (size_t i = 16; i-- > 0; value >>= 4)
    text[i] = "0123456789ABCDEF"[value & 15];
  return text;
}

Json event_record(const Context& ctx, const Bucket& bucket,
                  const LambdaFunctionConfiguration& config, std::string_view event,
                  const ObjectEvent& about) {
  Json object = Json().set("key", event_key(about.key));
  if (about.record != nullptr) {
    object.set("size", about.record->size).set("eTag", about.record->etag);
  }
  object.set("sequencer", sequencer(ctx.now()));
  Json owner = Json().set("principalId", owner_of(bucket.account).id.value_or(""));
  Json s3 = Json()
                .set("s3SchemaVersion", "1.0")
                .set("configurationId", config.id.value_or(""))
                .set("bucket", Json()
                                   .set("name", bucket.name)
                                   .set("ownerIdentity", std::move(owner))
                                   .set("arn", bucket.arn()))
                .set("object", std::move(object));
  return Json()
      .set("eventVersion", "2.1")
      .set("eventSource", "aws:s3")
      .set("awsRegion", bucket.region)
      .set("eventTime", format_iso8601_ms(ctx.now()))
      .set("eventName", event)
      .set("userIdentity", Json().set("principalId", "AWS:" + ctx.caller().user_id))
      .set("requestParameters", Json().set("sourceIPAddress", ctx.request().source_ip))
      .set("responseElements", Json()
                                   .set("x-amz-request-id", ctx.request().request_id)
                                   .set("x-amz-id-2", ctx.request().request_id))
      .set("s3", std::move(s3));
}

void forget(store::Store& store, const std::string& key) {
  auto txn = store.begin();
  txn->del(key);
  // Lost only with the disk; then the event is told once more, which S3 allows itself too.
  store.commit_async(std::move(txn), [](const Result<store::CommitVersion>&) {});
}

void deliver(const svc::Ports& ports, const std::string& key, int attempt);

void deliver_later(const svc::Ports& ports, const std::string& key, int attempt) {
  int64_t delay_ms =
      std::min(kRedeliveryDelayMs << std::min(attempt - 1, 16), kRedeliveryDelayMaxMs);
  ports.runner->after(delay_ms, [&ports, key, attempt] {
    ports.runner->post([&ports, key, attempt] { deliver(ports, key, attempt); });
  });
}

void deliver(const svc::Ports& ports, const std::string& key, int attempt) {
  auto value = ports.store->snapshot()->get(key);
  if (!value.ok() || !*value) return;
  auto stored = Json::parse(**value);
  if (!stored.ok() || ports.functions == nullptr) return;
  svc::FunctionCall call{.scope = {std::string(stored->get_string("account")),
                                   std::string(stored->get_string("region"))},
                         .function_arn = std::string(stored->get_string("function")),
                         .payload = std::string(stored->get_string("payload")),
                         .caller = svc::Caller::service(
                             "s3.amazonaws.com", std::string(stored->get_string("bucketArn")),
                             std::string(stored->get_string("account")))};
  ports.functions->invoke_async(std::move(call), [&ports, key, attempt](const Status& status) {
    if (status.ok()) return forget(*ports.store, key);
    if (status.error().is_server_fault() || status.error().http_status() == 429) {
      return deliver_later(ports, key, attempt + 1);
    }
    // The function is gone or does not let S3 call it: AWS drops the event as well.
    spdlog::warn("S3: an event notification was refused: {}", status.error().to_string());
    forget(*ports.store, key);
  });
}

Status check_lambda_config(const LambdaFunctionConfiguration& config) {
  if (!config.lambda_function_arn.starts_with("arn:aws:lambda:")) {
    return invalid_argument("CloudFunction", config.lambda_function_arn,
                            "The ARN could not be parsed");
  }
  for (const std::string& event : config.events) {
    constexpr std::array kToldOf = {"s3:ObjectCreated:", "s3:ObjectRemoved:"};
    if (std::ranges::none_of(kToldOf, [&](const char* p) { return event.starts_with(p); })) {
      return not_supported("The notification event " + event);
    }
  }
  if (!config.filter || !config.filter->key || !config.filter->key->filter_rules) {
    return ok_status();
  }
  for (const aws::s3::FilterRule& rule : *config.filter->key->filter_rules) {
    std::string name = ascii_lower(rule.name.value_or(""));
    if (name == "prefix" || name == "suffix") continue;
    return invalid_argument("FilterRule.Name", name,
                            "filter rule name must be either prefix or suffix");
  }
  return ok_status();
}

}  // namespace

Status notify(Context& ctx, const Bucket& bucket, std::string_view event,
              const ObjectEvent& about) {
  MR_ASSIGN(auto config, get_config<NotificationConfiguration>(
                             ctx.txn(), bucket, configs::kNotification,
                             *aws::s3::GetBucketNotificationConfiguration::kDescription.output));
  if (!config || !config->lambda_function_configurations) return ok_status();
  for (const LambdaFunctionConfiguration& target : *config->lambda_function_configurations) {
    bool is_told = std::ranges::any_of(
        target.events, [&](const std::string& configured) { return covers(configured, event); });
    if (!is_told || !passes_filter(target, about.key)) continue;
    Json records = Json().push(event_record(ctx, bucket, target, event, about));
    std::string payload = Json().set("Records", std::move(records)).dump();
    std::string key = events_prefix() + random_uuid(thread_rng());
    ctx.txn().put(key, Json()
                           .set("account", bucket.account)
                           .set("region", bucket.region)
                           .set("bucketArn", bucket.arn())
                           .set("function", target.lambda_function_arn)
                           .set("payload", std::move(payload))
                           .dump());
    ctx.after_commit([&ports = ctx.ports(), key] {
      ports.runner->post([&ports, key] { deliver(ports, key, 0); });
    });
  }
  return ok_status();
}

Status check_notification_config(const NotificationConfiguration& config) {
  if (config.queue_configurations && !config.queue_configurations->empty()) {
    return not_supported("A notification to SQS (QueueConfiguration)");
  }
  if (config.topic_configurations && !config.topic_configurations->empty()) {
    return not_supported("A notification to SNS (TopicConfiguration)");
  }
  if (config.event_bridge_configuration) {
    return not_supported("A notification to EventBridge (EventBridgeConfiguration)");
  }
  if (!config.lambda_function_configurations) return ok_status();
  for (const LambdaFunctionConfiguration& target : *config.lambda_function_configurations) {
    MR_TRY(check_lambda_config(target));
  }
  return ok_status();
}

Status deliver_pending_events(const svc::Ports& ports) {
  std::vector<std::string> keys;
  {
    auto snapshot = ports.store->snapshot();
    auto cursor = snapshot->scan(store::prefix_range(events_prefix()));
    for (; cursor->valid(); cursor->next())
      keys.emplace_back(cursor->key());
    MR_TRY(cursor->status());
  }
  for (const std::string& key : keys)
    deliver(ports, key, 0);
  return ok_status();
}

}  // namespace millrace::s3
