// FunctionHost: where functions run. The Lambda service hands it a FunctionSpec and an
// InvokeRequest and gets an InvokeResult back; it never sees a process. `ProcessHost`
// (process_host.h) implements it with sandboxed processes; tests use a fake.
//
// This header is the one thing of src/sandbox that the services above it may include, which is why
// it needs base alone. Threads: every method may be called from any thread; callbacks come from any
// thread, never inside the call that registered them, and must not block. No thread is held while
// an invoke runs.
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
#include "base/result.h"

namespace millrace::sandbox {

// What a function's process finds in AWS_ACCESS_KEY_ID and so on.
struct FunctionCredentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;
  // An environment is not reused past this instant.
  Instant expires_at;
};

// Where a function's log lines go.
struct LogTarget {
  std::string account;
  std::string region;
  std::string group;
  std::string stream;
};

// One line (or one multi-line console message) as CloudWatch would store it, without the newline.
struct LogEvent {
  Instant timestamp;
  std::string message;
};

// Takes a function's log events, in order for one stream. Called from any thread; must not block
// long.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void append(const LogTarget& target, std::vector<LogEvent> events) = 0;
};

// Everything needed to start an environment of one revision of a function. Shared and immutable:
// make one per revision and pass the same pointer with each invoke.
struct FunctionSpec {
  std::string arn;  // as the context object shows it: qualified when invoked with a qualifier
  std::string account;
  std::string region;
  std::string name;
  std::string version = "$LATEST";
  // Already unpacked, see archive.h; shown read-only as /var/task.
  std::string code_directory;
  // Unpacked layers in order; merged, later ones win, and shown read-only as /opt.
  std::vector<std::string> layer_directories;
  std::string handler;
  std::string runtime;  // "nodejs20.x", "python3.12", "provided.al2023"
  int64_t memory_mb = 128;
  int64_t timeout_ms = 3000;
  int64_t ephemeral_storage_mb = 512;
  std::string architecture = "x86_64";
  std::string tracing_mode = "PassThrough";  // or "Active"
  std::map<std::string, std::string> environment;
  std::string log_group;
  // Names the environments that may serve this spec: an environment started for one key never
  // serves another. Change it with code, configuration, role or layers. Must be unique over
  // functions.
  std::string revision_key;
  // Asked at each start of an environment.
  std::function<Result<FunctionCredentials>()> credentials;
};
using FunctionSpecPtr = std::shared_ptr<const FunctionSpec>;

struct InvokeRequest {
  std::string request_id;
  std::string payload;  // passed on byte for byte
  // The ARN as invoked (with the alias or version that was named); empty: the spec's.
  std::string invoked_function_arn;
  std::string client_context;    // JSON, already decoded; empty: none
  std::string trace_id;          // X-Amzn-Trace-Id; empty: the host makes one
  std::string cognito_identity;  // JSON; empty: none
};

enum class InvokeStatus {
  kOk,       // the handler answered
  kError,    // the handler reported an error
  kTimeout,  // killed after the function's time-out
  kOutOfMemory,
  kCrashed,    // the process ended without answering
  kInitError,  // it never became ready
};

struct InvokeResult {
  std::string payload;
  // X-Amz-Function-Error: "Unhandled" (or "Handled"); empty: none.
  std::string function_error;
  // The errorType that goes with it ("Runtime.ExitError", "TypeError"); empty: none.
  std::string error_type;
  InvokeStatus status = InvokeStatus::kOk;
  // The last 4 KB of this invoke's log, START to REPORT; raw, not base64.
  std::string log_tail;
  std::string log_stream;
  // Measured, and only when this request had to wait for an environment to start.
  std::optional<int64_t> init_us;
  int64_t duration_us = 0;
  int64_t billed_ms = 0;
  int64_t max_memory_mb = 0;
};

using InvokeCallback = std::function<void(Result<InvokeResult>)>;

struct HostStats {
  int64_t environments = 0;
  int64_t busy = 0;
  int64_t idle = 0;
  int64_t starting = 0;
  int64_t queued = 0;
  int64_t cold_starts_total = 0;
  int64_t invokes_total = 0;
};

// Unpacked archives by content. The archive itself lives in the store; what is here can be made
// again.
class CodeCache {
 public:
  virtual ~CodeCache() = default;
  struct Unpacked {
    std::string directory;
    int64_t size_bytes = 0;
  };
  // Unpacks `zip` unless that was done before; `sha256_hex` is its digest. An archive that is not
  // one, escapes or is too large (archive.h) is AWS's InvalidParameterValueException. May block on
  // disk.
  virtual Result<Unpacked> unpack(std::string_view sha256_hex, std::string_view zip) = 0;
  // The directory of an archive unpacked before, if it is there.
  virtual std::optional<Unpacked> find(std::string_view sha256_hex) const = 0;
};

class FunctionHost {
 public:
  virtual ~FunctionHost() = default;

  // Runs one invoke. A function that fails in any way is a success here (see InvokeResult); an
  // Error means that it was not run: TooManyRequestsException (429) when the host is full,
  // InvalidParameterValueException or InvalidRuntimeException (400/502) when the spec cannot be run
  // on this machine, ServiceException (500) when no process could be started.
  virtual void invoke(FunctionSpecPtr spec, InvokeRequest request, InvokeCallback done) = 0;

  // Keeps `count` initialised environments of this revision ready until told otherwise (0) or the
  // key is discarded; they are not reclaimed when idle.
  virtual void keep_warm(FunctionSpecPtr spec, int count) = 0;

  // Ends the environments of a revision that is no longer served; busy ones after their invoke.
  virtual void discard(std::string_view revision_key) = 0;

  // Whether this machine can run the runtime id, e.g. an Error naming "java21" when it cannot.
  virtual Status check_runtime(std::string_view runtime) const = 0;

  virtual HostStats stats() const = 0;
};

}  // namespace millrace::sandbox
