#include "client/client.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "aws/sigv4.h"
#include "aws/wire_error.h"
#include "base/hash.h"

namespace millrace::client {
namespace {

// The protocol we speak: the first that the service lists, but JSON before CBOR.
aws::Protocol protocol_of(const aws::Service& service) {
  for (const aws::Protocol protocol : service.protocols) {
    if (protocol == aws::Protocol::kJson) return protocol;
  }
  return service.protocols.front();
}

bool is_clock_problem(const Error& error) {
  if (error.code() == "RequestTimeTooSkewed") return true;
  const bool signature =
      error.code() == "InvalidSignatureException" || error.code() == "SignatureDoesNotMatch";
  return signature && (error.message().starts_with("Signature expired") ||
                       error.message().starts_with("Signature not yet current"));
}

aws::HttpResponse to_aws(net::ClientResponse response) {
  aws::HttpResponse out;
  out.status = response.status;
  out.headers = std::move(response.headers);
  out.body.bytes = std::move(response.body);
  return out;
}

}  // namespace

struct Client::Attempts {
  const aws::Operation* operation;
  aws::Protocol protocol;
  aws::HttpRequest request;  // unsigned
  Endpoint endpoint;
  CallOptions options;
  Done done;
  int64_t deadline_us = 0;
  int count = 0;
  bool clock_corrected = false;
  Certainty certainty = Certainty::kRefused;
};

Client::Client(net::HttpClient& http, TaskRunner& runner, const Clock& clock, Settings settings)
    : Client(
          [&http](net::ClientRequest request, net::HttpClient::Callback done) {
            http.send(std::move(request), std::move(done));
          },
          runner, clock, std::move(settings)) {}

Client::Client(Transport transport, TaskRunner& runner, const Clock& clock, Settings settings)
    : transport_(std::move(transport)),
      runner_(runner),
      clock_(clock),
      settings_(std::move(settings)) {}

void Client::start(const aws::Operation& operation, const void* input, CallOptions options,
                   Done done) {
  const aws::Protocol protocol = protocol_of(*operation.service);
  auto request = aws::render_input(operation, protocol, input);
  if (!request.ok()) {
    done({.output = std::move(request).error()});
    return;
  }
  auto attempts = std::make_shared<Attempts>();
  attempts->operation = &operation;
  attempts->protocol = protocol;
  attempts->request = std::move(*request);
  attempts->endpoint = endpoint_for(settings_, *operation.service);
  attempts->options = options;
  attempts->done = std::move(done);
  attempts->deadline_us = clock_.monotonic_us() + options.deadline_ms * 1000;
  attempts->request.headers.emplace_back("Host", attempts->endpoint.authority);
  attempts->request.headers.emplace_back("User-Agent", "millrace/" MILLRACE_VERSION);
  send(attempts);
}

void Client::send(const std::shared_ptr<Attempts>& attempts) {
  ++attempts->count;
  aws::HttpRequest signed_request = attempts->request;
  const Instant now = clock_.now().plus_ms(clock_offset_ms_.load());
  aws::sign_request(
      signed_request, settings_.credentials,
      {attempts->endpoint.signing_region, std::string(attempts->operation->service->signing_name)},
      now);
  net::ClientRequest request;
  request.method = signed_request.method;
  request.url = attempts->endpoint.base_url + signed_request.path;
  if (!signed_request.query.empty()) request.url += "?" + signed_request.query;
  request.headers = std::move(signed_request.headers);
  request.body = std::move(signed_request.body.bytes);
  request.response_timeout_ms = attempts->options.attempt_timeout_ms;
  transport_(std::move(request), [this, attempts](net::ClientOutcome outcome) {
    on_outcome(attempts, std::move(outcome));
  });
}

void Client::learn_clock(const net::ClientResponse& response) {
  if (auto date = parse_http_date(response.header("date")); date.ok()) {
    clock_offset_ms_.store(date->ms() - clock_.now().ms());
  }
}

void Client::on_outcome(const std::shared_ptr<Attempts>& attempts, net::ClientOutcome outcome) {
  if (!outcome.response.ok()) {
    if (outcome.sent != net::Sent::kNever) attempts->certainty = Certainty::kUnknown;
    fail(attempts, std::move(outcome.response).error(), Failure::kTransient);
    return;
  }
  net::ClientResponse& response = *outcome.response;
  const aws::Operation& operation = *attempts->operation;
  const std::string crc(response.header("x-amz-crc32"));
  if (!crc.empty() && crc != fmt::to_string(crc32(response.body))) {
    attempts->certainty = Certainty::kUnknown;
    fail(attempts, Error("ChecksumMismatch", 500, "the answer's x-amz-crc32 is not its body's"),
         Failure::kTransient);
    return;
  }
  if (response.status / 100 == 2) {
    auto output = operation.make_output();
    const Status parsed =
        aws::parse_output(operation, attempts->protocol, to_aws(std::move(response)), output.get());
    if (parsed.ok()) {
      budget_.on_success();
      attempts->done({.output = std::move(output)});
      return;
    }
    attempts->certainty = Certainty::kUnknown;
    Error error = parsed.error();
    const Failure failure = classify(error);
    fail(attempts, std::move(error), failure);
    return;
  }
  Error error = aws::parse_error(*operation.service, attempts->protocol, to_aws(response));
  if (error.is_server_fault()) attempts->certainty = Certainty::kUnknown;
  if (is_clock_problem(error) && !attempts->clock_corrected) {
    attempts->clock_corrected = true;
    learn_clock(response);
    send(attempts);
    return;
  }
  const Failure failure = classify(error);
  fail(attempts, std::move(error), failure);
}

void Client::fail(const std::shared_ptr<Attempts>& attempts, Error error, Failure failure) {
  const RetryPolicy& policy = attempts->options.retry;
  const int64_t delay = backoff_ms(policy, failure, attempts->count, thread_rng());
  const bool in_time = clock_.monotonic_us() + delay * 1000 < attempts->deadline_us;
  if (failure == Failure::kPermanent || attempts->count >= policy.attempts_max || !in_time ||
      !budget_.take(failure)) {
    attempts->done({.output = std::move(error), .certainty = attempts->certainty});
    return;
  }
  runner_.after(delay, [this, attempts] { send(attempts); });
}

CallOutcome Client::call_erased(const aws::Operation& operation, const void* input,
                                CallOptions options) {
  struct Wait {
    std::mutex mutex;
    std::condition_variable ready;
    std::optional<CallOutcome> outcome;
  };
  auto wait = std::make_shared<Wait>();
  start(operation, input, options, [wait](CallOutcome outcome) {
    std::lock_guard lock(wait->mutex);
    wait->outcome.emplace(std::move(outcome));
    wait->ready.notify_one();
  });
  std::unique_lock lock(wait->mutex);
  wait->ready.wait(lock, [&] { return wait->outcome.has_value(); });
  return std::move(*wait->outcome);
}

}  // namespace millrace::client
