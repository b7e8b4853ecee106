// Harness: a service as a function call. An in-memory store, a clock that stands still, tasks that
// run when the test says so, ports that record. Each test makes one and registers the services it
// needs.
//
//   Harness h([](svc::Registry& r) { dynamodb::register_operations(r); });
//   auto out = h.call<aws::dynamodb::PutItem>(input);
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/manual_runner.h"
#include "svc/executor.h"

namespace millrace::svc::testing {

// Lets everybody do everything; remembers what was asked.
class RecordingAuthorizer final : public Authorizer {
 public:
  Status check(store::Reader&, const Caller&, const Access& access) override {
    asked.push_back(access);
    return ok_status();
  }
  std::vector<Access> asked;
};

class RecordingMetrics final : public MetricSink {
 public:
  struct Sample {
    std::string metric_namespace, name, unit;
    Dimensions dimensions;
    double value;
  };
  void record(const Scope&, std::string_view metric_namespace, std::string_view name,
              const Dimensions& dimensions, std::string_view unit, double value) override {
    samples.push_back(
        {std::string(metric_namespace), std::string(name), std::string(unit), dimensions, value});
  }
  std::vector<Sample> samples;
};

class RecordingMeter final : public Meter {
 public:
  void count(const Scope&, std::string_view meter, double quantity) override {
    totals[std::string(meter)] += quantity;
  }
  std::map<std::string, double> totals;
};

class RecordingLogs final : public LogSink {
 public:
  void append(const Scope&, const std::string& group, const std::string& stream,
              std::vector<LogLine> appended) override {
    for (auto& line : appended)
      lines.push_back(group + "/" + stream + ": " + line.text);
  }
  std::vector<std::string> lines;
};

// A function is a lambda of the test; calls are recorded.
class FakeFunctions final : public FunctionInvoker {
 public:
  void invoke(FunctionCall call, std::function<void(Result<FunctionAnswer>)> done) override {
    calls.push_back(call);
    done(answer ? answer(call) : Result<FunctionAnswer>(FunctionAnswer{.payload = "null"}));
  }
  void check(FunctionCall, std::function<void(Status)> done) override { done(ok_status()); }
  void invoke_async(FunctionCall call, std::function<void(Status)> done) override {
    calls.push_back(std::move(call));
    done(accept_async);
  }
  void keep_warm(const Scope&, const std::string& function_arn, int environments,
                 std::function<void(Status)> done) override {
    warm[function_arn] = environments;
    done(ok_status());
  }
  std::function<Result<FunctionAnswer>(const FunctionCall&)> answer;
  Status accept_async;
  std::vector<FunctionCall> calls;
  std::map<std::string, int> warm;
};

class RecordingWebhooks final : public WebhookPort {
 public:
  void post(const std::string& url, const std::string& json,
            std::function<void(Status)> done) override {
    posts.emplace_back(url, json);
    done(ok_status());
  }
  std::vector<std::pair<std::string, std::string>> posts;
};

inline constexpr char kAccount[] = "123456789012";
inline constexpr char kRegion[] = "us-east-1";

class Harness {
 public:
  explicit Harness(const std::function<void(Registry&)>& register_services);

  // As root of kAccount in kRegion, unless `call` says otherwise. Runs tasks until it is answered.
  template <class Op>
  Result<typename Op::Output> call(typename Op::Input input) {
    return call_as<Op>(root_call(), std::move(input));
  }
  template <class Op>
  Result<typename Op::Output> call_as(Call call, typename Op::Input input) {
    auto output = run_erased(Op::kDescription, std::move(call),
                             std::make_shared<typename Op::Input>(std::move(input)));
    if (!output.ok()) return std::move(output).error();
    return std::move(*std::static_pointer_cast<typename Op::Output>(*output));
  }

  static Call root_call(std::string region = kRegion, std::string account = kAccount);

  ManualClock clock;
  ManualRunner runner{clock};
  std::unique_ptr<store::Store> store;
  RecordingAuthorizer authorizer;
  RecordingMetrics metrics;
  RecordingMeter meter;
  RecordingLogs logs;
  FakeFunctions functions;
  RecordingWebhooks webhooks;
  Registry registry;
  Ports ports;
  Executor executor{registry, ports};

 private:
  Result<std::shared_ptr<void>> run_erased(const aws::Operation& operation, Call call,
                                           std::shared_ptr<void> input);
};

}  // namespace millrace::svc::testing
