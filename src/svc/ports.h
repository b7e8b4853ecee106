// Ports: what services need beside the store, as narrow interfaces. The server wires real ones,
// tests wire fakes (svc/testing). A service reaches another service by calling one of its AWS
// operations (Context::call), not through a port; ports are for what is no AWS operation.
//
// Thread safety: every port may be used from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "codec/json.h"
#include "store/store.h"
#include "svc/caller.h"

namespace millrace::sandbox {
class FunctionHost;  // sandbox/function_host.h
class CodeCache;
}  // namespace millrace::sandbox

namespace millrace::svc {

// Where something lives. Global services use region "aws-global" in keys.
struct Scope {
  std::string account;
  std::string region;
  auto operator<=>(const Scope&) const = default;
};
inline constexpr char kGlobalRegion[] = "aws-global";

// One permission that a request needs: an IAM action on a resource, with what conditions may ask
// for.
struct Access {
  std::string action;                                       // "dynamodb:PutItem"
  std::string resource;                                     // ARN, or "*"
  std::map<std::string, std::vector<std::string>> context;  // "dynamodb:LeadingKeys" -> values
  // The policy attached to the resource, where there is one (bucket policy, function policy).
  std::optional<codec::Json> resource_policy;
  // Whose the resource is; empty means the account of the request's scope.
  std::string resource_account;
};

// Decides whether a caller may do something. The default answer is no.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // OK, or AccessDenied (403) in AWS's wording: "User: ARN is not authorized to perform: ACTION on
  // resource: ARN because no identity-based policy allows the ACTION action".
  virtual Status check(store::Reader& reader, const Caller& caller, const Access& access) = 0;
};

// A function call, from whoever causes it (API Gateway, a rule, a stream, the Invoke operation).
struct FunctionCall {
  Scope scope;
  std::string function_arn;  // with or without qualifier
  std::string payload;
  Caller caller;               // checked against identity or resource policy
  std::string request_id;      // empty: a new one is made
  std::string client_context;  // JSON, not encoded; empty when there is none
  std::string trace_header;
  std::map<std::string, std::vector<std::string>>
      context;  // condition keys of the request behind it
};
struct FunctionAnswer {
  std::string payload;
  std::string function_error;    // "Unhandled", "Handled" or empty
  std::string executed_version;  // "$LATEST", "3"
  std::string log_tail;          // last 4 KB of the log, not encoded
  std::string request_id;
  int64_t duration_us = 0;
  bool timed_out = false;
};
class FunctionInvoker {
 public:
  virtual ~FunctionInvoker() = default;
  // Runs the function and answers once, on any thread; an Error means that the function did not run
  // (not found, not allowed, throttled).
  virtual void invoke(FunctionCall call, std::function<void(Result<FunctionAnswer>)> done) = 0;
  // Accepts the event into the durable asynchronous queue; `done` when it is on disk.
  virtual void invoke_async(FunctionCall call, std::function<void(Status)> done) = 0;
  // Whether the function exists and the caller may run it; `done` on any thread.
  virtual void check(FunctionCall call, std::function<void(Status)> done) = 0;
  // Keeps at least `environments` started and idle for a function (0 ends it); holds until it is
  // changed or the server stops. `done` when they have been asked for, or with the function's
  // error.
  virtual void keep_warm(const Scope& scope, const std::string& function_arn, int environments,
                         std::function<void(Status)> done) = 0;
};

// CloudWatch metrics from services. Cheap enough for every request: aggregated, then stored.
class MetricSink {
 public:
  virtual ~MetricSink() = default;
  using Dimensions = std::vector<std::pair<std::string, std::string>>;
  virtual void record(const Scope& scope, std::string_view metric_namespace, std::string_view name,
                      const Dimensions& dimensions, std::string_view unit, double value) = 0;
};

// What would be billed, for `millrace cost`. `quantity` is in the meter's own unit (svc/meter.h).
class Meter {
 public:
  virtual ~Meter() = default;
  virtual void count(const Scope& scope, std::string_view meter, double quantity) = 0;
};

// Log lines of functions, into CloudWatch Logs. Makes group and stream when they are missing.
struct LogLine {
  Instant time;
  std::string text;
};
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void append(const Scope& scope, const std::string& group, const std::string& stream,
                      std::vector<LogLine> lines) = 0;
};

// Tells people: an HTTP POST of a JSON document to a URL that the operator configured.
class WebhookPort {
 public:
  virtual ~WebhookPort() = default;
  virtual void post(const std::string& url, const std::string& json,
                    std::function<void(Status)> done) = 0;
};

class Executor;      // svc/executor.h
class RoleSessions;  // svc/credentials.h

// Everything, wired once by main (or by a test) before the first request and constant after.
struct Ports {
  store::Store* store = nullptr;
  const Clock* clock = nullptr;
  TaskRunner* runner = nullptr;
  Executor* executor = nullptr;
  Authorizer* authorizer = nullptr;
  FunctionInvoker* functions = nullptr;
  MetricSink* metrics = nullptr;
  Meter* meter = nullptr;
  LogSink* logs = nullptr;
  RoleSessions* role_sessions = nullptr;
  WebhookPort* webhooks = nullptr;
  sandbox::FunctionHost* function_host = nullptr;  // for svc/lambda alone
  sandbox::CodeCache* code_cache = nullptr;        // for svc/lambda alone
  std::string installation_key;  // kSealKeyBytes (base/seal.h); never in the store, never logged
  std::string data_dir;          // for files beside the store: objects, function code
  bool relay_mail = false;       // sent mail is also queued for ses::MailRelay
  std::string endpoint_url;      // how a client on this machine reaches us: "http://127.0.0.1:4566"
};

}  // namespace millrace::svc
