#include "server/api_handler.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "aws/protocol.h"
#include "aws/validate.h"
#include "aws/wire_error.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/random.h"
#include "codec/gzip.h"
#include "server/compression.h"
#include "server/wire_response.h"

namespace millrace::server {
namespace {

constexpr uint64_t kMegabyte = 1024 * 1024;
constexpr uint64_t kStreamedInMemoryBytes = 64 * 1024;  // small objects take no file and no worker
constexpr uint64_t kAdminBytesMax = kMegabyte;
constexpr uint64_t kApiBytesMax = 10 * kMegabyte;
constexpr uint64_t kStreamBytesMax = (uint64_t{5} << 30) + 64 * kMegabyte;  // 5 GiB and chunk lines

// The most a request may carry that is held in memory; what AWS allows, and the base64 around it.
uint64_t body_bytes_max(const aws::Service* service) {
  if (service == nullptr) return 16 * kMegabyte;
  if (service->id == "lambda") return 70 * kMegabyte;  // a zip file of 50 MB
  if (service->id == "ses" || service->id == "sesv2") return 56 * kMegabyte;
  if (service->id == "s3") return 4 * kMegabyte;  // lists of parts and keys
  return 17 * kMegabyte;                          // BatchWriteItem: 16 MB
}

// Too much is in memory: come again.
Error busy_error(const aws::Service* service) {
  const std::string_view id = service == nullptr ? "" : service->id;
  if (id == "s3") return Error("SlowDown", 503, "Please reduce your request rate.");
  if (id == "lambda") return Error("TooManyRequestsException", 429, "Rate Exceeded.");
  return Error("ThrottlingException", 400, "Rate exceeded");
}

std::string new_request_id(const aws::Service* service) {
  if (service != nullptr && service->id == "s3") return random_text(thread_rng(), 16, kUpperAlnum);
  if (service != nullptr && service->signing_name == "dynamodb") {
    return random_text(thread_rng(), 52, kUpperAlnum);
  }
  return random_uuid(thread_rng());
}

constexpr std::string_view kAdminSigningName = "millrace";

}  // namespace

// One request on its way.
struct ApiHandler::Pending {
  Route route;
  std::string request_id;
  std::optional<Identity> identity;  // once it is known and verified
  net::Request request;
  std::optional<net::Responder> responder;
  std::unique_ptr<BodyReceiver> receiver;  // of a small body, which is received on the io thread
  aws::Headers trailers;
  // Counted while the body is in memory.
  std::atomic<uint64_t>* budget = nullptr;
  uint64_t budgeted = 0;

  ~Pending() { release_body(); }
  // The body is no longer held in memory as it came.
  void release_body() {
    if (budget != nullptr) budget->fetch_sub(std::exchange(budgeted, 0));
  }
  const aws::Service* service() const { return route.identified.service; }
  const aws::Operation* operation() const {
    return route.identified.operation == nullptr ? nullptr : route.identified.operation->operation;
  }
  aws::AuthStyle style() const { return aws::auth_style(route.identified.protocol); }
};

ApiHandler::ApiHandler(Parts parts, Options options)
    : parts_(parts), options_(std::move(options)) {}

net::BodyPlan ApiHandler::on_head(const net::RequestHead& head) {
  auto pending = std::make_shared<Pending>();
  pending->route = parts_.router->route(head);
  pending->request_id = new_request_id(pending->service());
  const aws::Operation* operation = pending->operation();
  if (pending->route.kind == Route::Kind::kOperation && operation != nullptr &&
      aws::streams_input(*operation)) {
    return plan_streaming(head, pending);
  }
  uint64_t bytes_max = body_bytes_max(pending->service());
  if (pending->route.kind == Route::Kind::kAdmin) bytes_max = kAdminBytesMax;
  if (pending->route.kind == Route::Kind::kApi ||
      pending->route.kind == Route::Kind::kFunctionUrl) {
    bytes_max = kApiBytesMax;
  }
  pending->budget = &buffered_bytes_;
  net::BodyPlan plan = net::BodyPlan::buffer(bytes_max);
  plan.admit = [this, pending = pending.get(), &head](size_t bytes) {
    return admit(*pending, head, bytes);
  };
  plan.attachment = std::move(pending);
  return plan;
}

// Counted as it arrives, whatever was announced: an announcement costs a client nothing.
std::optional<net::Response> ApiHandler::admit(Pending& pending, const net::RequestHead& head,
                                               size_t bytes) {
  pending.budgeted += bytes;
  if (buffered_bytes_.fetch_add(bytes) + bytes <= options_.buffered_bytes_max) return std::nullopt;
  return render_error(pending, head, busy_error(pending.service()));
}

// The signature covers what the head declares of the body, so a request that is not allowed to is
// refused before it sends any of it.
net::BodyPlan ApiHandler::plan_streaming(const net::RequestHead& head, const PendingPtr& pending) {
  WireView sent(head, head.path);
  auto refuse = [&](const Error& error) {
    return net::BodyPlan::refuse(render_error(*pending, head, error));
  };
  auto identity =
      parts_.authenticator->identify(head, sent.view(), pending->style(), pending->route.path);
  if (!identity.ok()) return refuse(identity.error());
  bool has_declared =
      !identity->authorization || aws::is_payload_declared(sent.view(), *identity->authorization);
  if (!has_declared)
    return refuse(Error("InvalidRequest", 400,
                        "Missing required header for this request: x-amz-content-sha256"));
  Status verified = parts_.authenticator->verify(sent.view(), *identity, pending->style(),
                                                 pending->service()->signing_name, "");
  if (verified.ok()) verified = check_page(*pending, head, *identity);
  if (!verified.ok()) return refuse(verified.error());
  auto expectation = expect_body(head, sent.view(), *identity);
  if (!expectation.ok()) return refuse(expectation.error());
  pending->identity = std::move(*identity);
  auto receiver = std::make_unique<BodyReceiver>(std::move(*expectation), options_.incoming_dir);
  // What is small and of known size is not worth a worker: it is received where it arrives.
  bool small = head.content_length && *head.content_length <= kStreamedInMemoryBytes;
  net::BodyPlan plan = small ? net::BodyPlan::buffer(kStreamedInMemoryBytes)
                             : net::BodyPlan::stream(std::move(receiver), kStreamBytesMax);
  if (small) pending->receiver = std::move(receiver);
  plan.attachment = pending;
  return plan;
}

void ApiHandler::on_request(net::Request request, net::Responder responder) {
  auto pending = std::static_pointer_cast<Pending>(std::move(request.attachment));
  pending->request = std::move(request);
  pending->responder.emplace(std::move(responder));
  const net::RequestHead& head = pending->request.head;
  switch (pending->route.kind) {
    case Route::Kind::kAdmin: return handle_own_path(pending);
    case Route::Kind::kApi:
    case Route::Kind::kFunctionUrl: return handle_data_plane(pending);
    case Route::Kind::kPreflight:
      if (!pending->route.bucket.empty() && parts_.cors != nullptr) {
        pending->responder->send(parts_.cors->preflight(pending->route.bucket, head));
      } else {
        pending->responder->send(preflight_response(head));
      }
      return;
    case Route::Kind::kForm:
      parts_.router->identify_form(pending->route, head, pending->request.body);
      break;
    case Route::Kind::kOperation: break;
  }
  run_operation(pending);
}

Status ApiHandler::check_page(const Pending& pending, const net::RequestHead& head,
                              const Identity& identity) const {
  if (!identity.is_taken_on_trust) return ok_status();
  WireView sent(head, head.path);
  Status local = parts_.authenticator->check_page(sent.view());
  const std::string& bucket = pending.route.bucket;
  if (local.ok() || bucket.empty() || parts_.cors == nullptr) return local;
  return parts_.cors->admits(bucket, head) ? ok_status() : local;
}

Status ApiHandler::authenticate(Pending& pending, std::string_view body) const {
  if (pending.identity) return ok_status();
  const net::RequestHead& head = pending.request.head;
  WireView sent(head, head.path);
  MR_ASSIGN(Identity identity,
            parts_.authenticator->identify(head, sent.view(), pending.style(), pending.route.path));
  std::string digest = identity.secret.empty() ? "" : hex_encode(sha256(body));
  MR_TRY(parts_.authenticator->verify(sent.view(), identity, pending.style(),
                                      pending.service()->signing_name, digest));
  MR_TRY(check_page(pending, head, identity));
  if (!digest.empty()) {
    std::string_view declared = head.header("x-amz-content-sha256");
    if (declared.size() == digest.size() && declared != digest) {
      return Error("XAmzContentSHA256Mismatch", 400,
                   "The provided 'x-amz-content-sha256' header does not match what was computed.");
    }
  }
  bool needs_signature = pending.service()->id != "s3" && !pending.operation()->unsigned_allowed;
  if (!identity.authorization && needs_signature)
    return aws::missing_authentication(pending.style());
  pending.identity = std::move(identity);
  return ok_status();
}

// The body as the operation gets it: out of the receiver, or unpacked.
Status ApiHandler::finish_body(Pending& pending, aws::Body& body) const {
  net::Request& request = pending.request;
  if (request.sink == nullptr && pending.receiver == nullptr) {
    body.bytes = std::move(request.body);
    bool packed = ascii_iequals(request.head.header("content-encoding"), "gzip");
    if (!packed || pending.service()->id == "s3") return ok_status();
    MR_ASSIGN(body.bytes, codec::gunzip(body.bytes, body_bytes_max(pending.service())));
    return ok_status();
  }
  MR_TRY(std::move(request.body_status));
  if (pending.receiver != nullptr) {
    MR_TRY(pending.receiver->write(request.body));
    MR_TRY(pending.receiver->finish());
  }
  auto& receiver = pending.receiver ? *pending.receiver : static_cast<BodyReceiver&>(*request.sink);
  pending.trailers = receiver.trailers();
  body = receiver.take_body();
  return ok_status();
}

Result<std::shared_ptr<void>> ApiHandler::read_input(Pending& pending, aws::Body body) const {
  const aws::Identified& identified = pending.route.identified;
  const aws::Operation& operation = *pending.operation();
  WireView wire(pending.request.head, pending.route.path);
  for (const auto& [name, value] : pending.trailers)
    wire.add_header(name, value);
  std::shared_ptr<void> input = operation.make_input();
  aws::MissingMembers missing;
  MR_TRY(aws::parse_input(operation, identified.protocol, wire.view(), identified.labels,
                          std::move(body), input.get(), missing));
  MR_TRY(aws::validate_input(operation, input.get(), missing));
  return input;
}

svc::Call ApiHandler::make_call(const Pending& pending) const {
  const net::RequestHead& head = pending.request.head;
  svc::Call call;
  call.caller = pending.identity->caller;
  call.scope.account = pending.identity->account;
  call.scope.region = pending.route.region.empty() ? options_.default_region : pending.route.region;
  call.request.request_id = pending.request_id;
  call.request.source_ip = head.peer;
  call.request.user_agent = head.header("user-agent");
  call.request.is_secure = head.is_tls || net::is_loopback(head.peer);
  call.request.base_url = fmt::format("{}://{}", head.is_tls ? "https" : "http", head.host);
  return call;
}

void ApiHandler::run_operation(const PendingPtr& pending) {
  const aws::Operation* operation = pending->operation();
  auto refuse = [&](const Error& error) {
    pending->responder->send(render_error(*pending, pending->request.head, error));
  };
  if (pending->service() == nullptr) {
    std::string what = pending->route.signing_name.empty()
                           ? "This request names no service that"
                           : "The service " + pending->route.signing_name;
    return refuse(Error("UnknownOperationException", 400, what + " is not supported by Millrace"));
  }
  if (operation == nullptr) return refuse(aws::Identifier::refusal(pending->route.identified));
  Status authenticated = authenticate(*pending, pending->request.body);
  if (!authenticated.ok()) return refuse(authenticated.error());
  aws::Body body;
  Status received = finish_body(*pending, body);
  if (!received.ok()) return refuse(received.error());
  auto input = read_input(*pending, std::move(body));
  if (!input.ok()) return refuse(input.error());
  pending->release_body();
  // The answer is made on the connection's own thread: the store's committer has better things to
  // do.
  auto done = [this, pending](Result<std::shared_ptr<void>> output) {
    pending->responder->run_on_io([this, pending, output = std::move(output)]() mutable {
      pending->responder->send(render(*pending, std::move(output)));
    });
  };
  parts_.executor->run(*operation, make_call(*pending), std::move(*input), std::move(done));
}

net::Response ApiHandler::render(Pending& pending, Result<std::shared_ptr<void>> output) const {
  if (!output.ok()) return render_error(pending, pending.request.head, output.error());
  const aws::Identified& identified = pending.route.identified;
  aws::HttpResponse rendered = aws::render_output(
      *identified.operation->operation, identified.protocol, output->get(), pending.request_id);
  const net::RequestHead& head = pending.request.head;
  net::Response response =
      to_net_response(std::move(rendered), head, pending.service(), parts_.runner);
  if (!pending.route.bucket.empty() && parts_.cors != nullptr && head.has_header("origin")) {
    parts_.cors->add_headers(pending.route.bucket, head, response);
  }
  return response;
}

net::Response ApiHandler::render_error(const Pending& pending, const net::RequestHead& head,
                                       const Error& error) const {
  const aws::Service* service = pending.service();
  if (service == nullptr) {
    return to_net_response(aws::render_unrouted_error(error, pending.request_id), head, nullptr);
  }
  aws::ErrorContext context{pending.request_id, pending.route.path, head.method == "HEAD"};
  net::Response response = to_net_response(
      aws::render_error(*service, pending.route.identified.protocol, error, context), head,
      service);
  if (!pending.route.bucket.empty() && parts_.cors != nullptr && head.has_header("origin")) {
    parts_.cors->add_headers(pending.route.bucket, head, response);
  }
  return response;
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
Error ApiHandler::too_large_error(const Pending& pending, const net::RequestHead& head) {
  const aws::Service* service = pending.service();
  uint64_t bytes_max = body_bytes_max(service);
  if (service != nullptr && service->id == "s3") {
    const aws::Operation* operation = pending.operation();
    if (operation != nullptr && aws::streams_input(*operation)) {
      return entity_too_large(head.content_length.value_or(kStreamBytesMax));
    }
    return Error("MaxMessageLengthExceeded", 400, "Your request was too big.")
        .with_member("MaxMessageLengthBytes", fmt::format("\"{}\"", bytes_max));
  }
  bool is_lambda = service != nullptr && service->id == "lambda";
  return Error(is_lambda ? "RequestEntityTooLargeException" : "RequestEntityTooLarge", 413,
               fmt::format("Request must be smaller than {} bytes", bytes_max));
}

net::Response ApiHandler::on_body_too_large(const net::RequestHead& head) {
  Pending pending;
  pending.route = parts_.router->route(head);
  if (parts_.data_plane != nullptr && (pending.route.kind == Route::Kind::kApi ||
                                       pending.route.kind == Route::Kind::kFunctionUrl)) {
    return parts_.data_plane->body_too_large(pending.route);
  }
  pending.request_id = new_request_id(pending.service());
  return render_error(pending, head, too_large_error(pending, head));
}

Status ApiHandler::check_admin(const net::RequestHead& head, std::string_view body) const {
  const Authenticator& authenticator = *parts_.authenticator;
  if (authenticator.is_function(head)) {
    return Error("AccessDeniedException", 403, "The admin API is not for functions");
  }
  WireView sent(head, head.path);
  if (authenticator.mode() != AuthMode::kEnforce) return authenticator.check_page(sent.view());
  constexpr auto kStyle = aws::AuthStyle::kJson;
  MR_ASSIGN(Identity identity, authenticator.identify(head, sent.view(), kStyle));
  MR_TRY(authenticator.verify(sent.view(), identity, kStyle, kAdminSigningName,
                              hex_encode(sha256(body))));
  if (identity.caller.kind == svc::CallerKind::kRoot) return ok_status();
  return Error("AccessDeniedException", 403, "The admin API is for the root key alone");
}

void ApiHandler::handle_own_path(const PendingPtr& pending) {
  const net::RequestHead& head = pending->request.head;
  Status allowed = parts_.own_paths->is_public(pending->route.path)
                       ? ok_status()
                       : check_admin(head, pending->request.body);
  if (!allowed.ok()) {
    return pending->responder->send(to_net_response(
        aws::render_unrouted_error(allowed.error(), pending->request_id), head, nullptr));
  }
  parts_.own_paths->handle(std::move(pending->request), *pending->responder);
}

void ApiHandler::handle_data_plane(const PendingPtr& pending) {
  const net::RequestHead& head = pending->request.head;
  if (parts_.data_plane == nullptr) {
    pending->responder->send(net::Response(403, "{\"message\":\"Forbidden\"}", "application/json"));
    return;
  }
  WireView sent(head, head.path);
  auto identity = parts_.authenticator->identify(head, sent.view(), aws::AuthStyle::kRestJson);
  if (identity.ok() && identity->authorization) {
    Status verified =
        parts_.authenticator->verify(sent.view(), *identity, aws::AuthStyle::kRestJson,
                                     "execute-api", hex_encode(sha256(pending->request.body)));
    if (!verified.ok()) identity = std::move(verified).error();
  }
  parts_.data_plane->handle(pending->route, std::move(pending->request), std::move(identity),
                            *pending->responder);
}

}  // namespace millrace::server
