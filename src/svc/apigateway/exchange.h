// Exchange: one request on its way through the data plane, with what the stages have found out.
// Made by ExecuteApi, shared with whatever is pending for it (a function, a deadline), answered
// once.
//
// Belongs to one stage at a time; only `answered` is touched by two (the answer and the deadline).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "svc/apigateway/compiled_api.h"
#include "svc/apigateway/execute.h"

namespace millrace::apigateway {

struct Exchange {
  ApiRequest request;
  std::function<void(ApiResponse)> done;
  std::atomic<bool> answered = false;

  // Who we are in answers, events and logs.
  std::string request_id;
  std::string extended_request_id;  // "KtF82HGdliAFjxw="
  std::string trace_id;             // "Root=1-5fff599f-6fca6ee66e37fe5e518eb45b"
  int64_t started_us = 0;           // monotonic

  // Stage and route.
  std::shared_ptr<const CompiledApi> api;
  const CompiledStage* stage = nullptr;
  std::string path;                        // below the stage, raw, begins with '/'
  const CompiledMethod* method = nullptr;  // REST
  const CompiledRoute* route = nullptr;    // HTTP
  Parameters path_parameters;              // raw
  bool iam_authorized = false;             // identity members of events are filled

  // For the access log and the metrics.
  int64_t integration_started_us = 0;
  std::optional<int64_t> integration_latency_ms;
  std::optional<int> integration_status;
  std::string integration_error;
  std::string error_message;
  std::string error_type;

  bool is_http() const { return api != nullptr && api->is_http; }
  // The value of the first header of that name, in any case; nullptr when there is none.
  const std::string* header(std::string_view name) const;
  // "ID.execute-api.REGION.amazonaws.com", or the host that the client used when it names the API.
  std::string domain_name() const;
  // The path with the stage before it, as events show it.
  std::string path_with_stage() const;
  std::string user_agent() const;
  // "arn:aws:execute-api:REGION:ACCOUNT:ID/STAGE/METHOD/path": what IAM and resource policies are
  // about.
  std::string invoke_arn() const;
  // The same with '*' for what is variable in the route: the source for a function's policy.
  std::string source_arn() const;
};

// "09/Apr/2015:12:34:56 +0000".
std::string format_clf(Instant t);

}  // namespace millrace::apigateway
