// Client: signed calls of AWS's APIs, ours or AWS's or any compatible server's, with retries.
//
//   client::Client client(http, runtime, clock, settings);
//   Result<aws::dynamodb::GetItemOutput> item = client.call<aws::dynamodb::GetItem>(input);
//
// A call is repeated after throttling, 5xx and broken connections until its attempts, its deadline
// or the client's budget are used up. A failed call says whether it may have taken effect: callers
// that cannot bear a repetition look at Certainty. A server whose clock differs is followed by its
// Date header. Knows nothing of our server.
//
// Threads: any. Blocking calls not from io threads. The client, the HttpClient and the runner
// outlive the calls.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "aws/protocol.h"
#include "aws/shape.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "client/retry.h"
#include "client/settings.h"
#include "net/http_client.h"

namespace millrace::client {

// What a failure says about the effect of a call.
enum class Certainty : uint8_t {
  kRefused,  // the server said no, or no attempt was ever sent
  kUnknown,  // some attempt may have taken effect
};

struct CallOptions {
  int64_t deadline_ms = 60'000;  // for all attempts together
  int64_t attempt_timeout_ms = 30'000;
  RetryPolicy retry;
};

// The untyped outcome of a call.
struct CallOutcome {
  Result<std::shared_ptr<void>> output;
  Certainty certainty = Certainty::kRefused;  // of interest when `output` is an error
};

class Client {
 public:
  using Done = std::function<void(CallOutcome)>;

  // How a request gets to its server; calls back once, never inside the call.
  using Transport = std::function<void(net::ClientRequest, net::HttpClient::Callback)>;

  Client(net::HttpClient& http, TaskRunner& runner, const Clock& clock, Settings settings);
  Client(Transport transport, TaskRunner& runner, const Clock& clock, Settings settings);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const Settings& settings() const { return settings_; }

  template <class Op>
  Result<typename Op::Output> call(const typename Op::Input& input, CallOptions options = {}) {
    CallOutcome outcome = call_erased(Op::kDescription, &input, options);
    if (!outcome.output.ok()) return std::move(outcome.output).error();
    return std::move(*static_cast<typename Op::Output*>(outcome.output->get()));
  }

  // Waits. `input` is the operation's input struct.
  CallOutcome call_erased(const aws::Operation& operation, const void* input,
                          CallOptions options = {});
  // `done` is called once, from any thread, and must not block.
  void start(const aws::Operation& operation, const void* input, CallOptions options, Done done);

 private:
  struct Attempts;

  void send(const std::shared_ptr<Attempts>& attempts);
  void on_outcome(const std::shared_ptr<Attempts>& attempts, net::ClientOutcome outcome);
  void fail(const std::shared_ptr<Attempts>& attempts, Error error, Failure failure);
  void learn_clock(const net::ClientResponse& response);

  const Transport transport_;
  TaskRunner& runner_;
  const Clock& clock_;
  const Settings settings_;
  RetryBudget budget_;
  std::atomic<int64_t> clock_offset_ms_{0};
};

// Calls an operation page by page. `next(output, input)` takes what it wants, writes the token into
// `input` and says whether there is another page.
template <class Op, class Next>
Status for_each_page(Client& client, typename Op::Input input, Next next) {
  while (true) {
    MR_ASSIGN(auto output, client.call<Op>(input));
    if (!next(output, input)) return ok_status();
  }
}

}  // namespace millrace::client
