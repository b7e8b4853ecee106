#include "net/http_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

#include "base/encoding.h"
#include "base/log.h"

namespace millrace::net {
namespace asio = boost::asio;
namespace {

constexpr size_t kReadBytes = 8 * 1024;
constexpr size_t kBodyReadBytes = 64 * 1024;
constexpr size_t kReadAheadBytesMax = 64 * 1024;  // read while a request is being handled
constexpr size_t kSinkChunkBytesMax = 256 * 1024;
constexpr size_t kBodyReserveBytesMax = 1024 * 1024;
constexpr size_t kOutBacklogBytesMax = 64 * 1024;  // of answers, before the next request is taken

int64_t now_us() { return system_clock().monotonic_us(); }

}  // namespace

Session::Session(std::shared_ptr<ServerShared> server, std::shared_ptr<Shard> shard, Socket socket)
    : server_(std::move(server)), shard_(std::move(shard)), socket_(std::move(socket)) {}

Session::~Session() = default;

void Session::start() {
  ErrorCode ec;
  socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  auto remote = socket_.remote_endpoint(ec);
  auto local = ec ? remote : socket_.local_endpoint(ec);
  if (ec) {
    close();
    return;
  }
  auto connection = std::make_shared<Connection>();
  connection->peer = remote.address().to_string();
  connection->peer_port = remote.port();
  connection->local = local.address().to_string();
  connection->local_port = local.port();
  connection_ = std::move(connection);
  set_deadline(server_->options.limits.keep_alive_timeout_ms);
  pump();
}

void Session::set_deadline(int64_t timeout_ms) { deadline_us_ = now_us() + timeout_ms * 1'000; }

// The later of: idle time from now; never beyond what the least average rate allows.
void Session::start_body_deadline() {
  const HttpServer::Limits& limits = server_->options.limits;
  int64_t now = now_us();
  int64_t idle = limits.body_idle_timeout_ms * 1'000;
  int64_t by_rate = body_start_us_ + idle +
                    static_cast<int64_t>(body_bytes_) * 1'000'000 / limits.body_bytes_per_s_min;
  deadline_us_ = std::min(now + idle, std::max(by_rate, now));
}

void Session::check_deadline(int64_t now) {
  if (now < deadline_us_ && now < write_deadline_us_) return;
  if (state_ == State::kBody && sink_busy_) return;  // we are the slow one
  bool in_request = (state_ == State::kHead && head_started_) || state_ == State::kBody;
  if (now >= write_deadline_us_ || !in_request) {
    close();
    return;
  }
  refuse(Error("RequestTimeout", 408, "The request was not received in time"));
  pump();
}

void Session::drain() {
  keep_alive_ = false;
  bool idle = state_ == State::kSniff || (state_ == State::kHead && in_.empty());
  if (idle && !is_writing_ && out_.empty()) close();
}

void Session::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  ErrorCode ec;
  socket_.close(ec);
  if (auto exchange = exchange_.lock()) exchange->set_client_gone();
  if (!sink_busy_) request_ = Request();
  shard_->sessions.erase(this);
  server_->connection_closed();
}

void Session::pump() {
  if (pumping_ || state_ == State::kClosed) return;
  auto self = shared_from_this();
  pumping_ = true;
  while (step()) {
  }
  pumping_ = false;
  if (state_ == State::kClosed) return;
  flush();
  maybe_read();
}

bool Session::step() {
  switch (state_) {
    case State::kSniff: return sniff();
    case State::kHead: return take_head();
    case State::kBody: return take_body();
    case State::kHandling: return take_answer();
    case State::kClosing: return finish_closing();
    case State::kLinger:
      in_.consume(in_.size());
      if (eof_) close();
      return false;
    case State::kHandshake:
    case State::kSending:
    case State::kClosed: return false;
  }
  return false;
}

bool Session::sniff() {
  if (in_.empty()) {
    if (eof_) close();
    return false;
  }
  constexpr char kTlsHandshakeRecord = 0x16;
  if (in_.view()[0] == kTlsHandshakeRecord) {
    start_handshake();
    return false;
  }
  state_ = State::kHead;
  return true;
}

void Session::start_handshake() {
  if (server_->tls == nullptr || tls_ != nullptr) {
    close();
    return;
  }
  state_ = State::kHandshake;
  set_deadline(server_->options.limits.header_timeout_ms);
  tls_ = std::make_unique<asio::ssl::stream<Socket&>>(socket_, *server_->tls);
  auto hello = asio::buffer(in_.view().data(), in_.size());
  auto done = [self = shared_from_this()](ErrorCode ec, size_t used) {
    if (self->state_ != State::kHandshake) return;
    if (ec || used != self->in_.size()) {
      self->close();
      return;
    }
    self->in_.consume(used);
    self->is_tls_ = true;
    self->state_ = State::kHead;
    self->set_deadline(self->server_->options.limits.keep_alive_timeout_ms);
    self->pump();
  };
  tls_->async_handshake(asio::ssl::stream_base::server, hello, std::move(done));
}

bool Session::take_head() {
  if (out_.size() > kOutBacklogBytesMax) return false;
  const HttpServer::Limits& limits = server_->options.limits;
  if (in_.empty()) {
    if (eof_ || (server_->draining && out_.empty() && !is_writing_)) {
      keep_alive_ = false;
      state_ = State::kClosing;
      return true;
    }
    return false;
  }
  if (!head_started_) {
    head_started_ = true;
    set_deadline(limits.header_timeout_ms);
  }
  HeadScanner::State scanned = scanner_.scan(in_.view());
  size_t head_bytes = scanned == HeadScanner::State::kComplete ? scanner_.end() : in_.size();
  if (head_bytes > limits.header_bytes_max) {
    refuse(Error("RequestHeaderSectionTooLarge", 431, "The request head is too large"));
    return true;
  }
  if (scanned == HeadScanner::State::kMalformed) {
    refuse(Error("BadRequest", 400, "Malformed HTTP request"));
    return true;
  }
  if (scanned == HeadScanner::State::kIncomplete) {
    if (eof_) close();
    return false;
  }
  HeadLimits head_limits{limits.header_count_max, limits.target_bytes_max};
  std::string_view text = in_.view().substr(scanner_.begin(), scanner_.end() - scanner_.begin());
  auto head = parse_request_head(text, head_limits, &keep_alive_);
  if (!head.ok()) {
    refuse(head.error());
    return true;
  }
  in_.consume(scanner_.end());
  scanner_.reset();
  head_started_ = false;
  deadline_us_ = INT64_MAX;
  if (server_->draining) keep_alive_ = false;
  request_ = Request();
  request_.head = std::move(*head);
  return plan_body();
}

void Session::open_tunnel(const RequestHead& head) {
  std::string_view target = head.target;
  std::string host = ascii_lower(target.substr(0, target.rfind(':')));
  bool allowed = false;
  for (const std::string& suffix : server_->options.connect_suffixes) {
    allowed = allowed || host.ends_with(suffix);
  }
  if (!allowed || tls_ != nullptr || in_tunnel_) {
    refuse(Error("Forbidden", 403,
                 "CONNECT is answered for AWS host names only: this server is not a proxy"));
    return;
  }
  in_tunnel_ = true;
  out_ += "HTTP/1.1 200 Connection Established\r\n\r\n";
  state_ = State::kSniff;
  set_deadline(server_->options.limits.header_timeout_ms);
}

bool Session::plan_body() {
  RequestHead& head = request_.head;
  head_only_ = head.method == "HEAD";
  version_minor_ = head.version_minor;
  decoder_ = BodyDecoder::none();
  if (head.method == "CONNECT") {
    open_tunnel(head);
    return true;
  }
  head.is_tls = is_tls_;
  head.peer = connection_->peer;
  head.connection = connection_;
  if (head.is_chunked) {
    decoder_ = BodyDecoder::chunked();
  } else if (head.content_length) {
    decoder_ = BodyDecoder::with_length(*head.content_length);
  }
  BodyPlan plan = server_->handler.on_head(head);
  if (plan.kind == BodyPlan::Kind::kRefuse) {
    if (has_unread_body()) keep_alive_ = false;
    begin_response(std::move(plan.refusal));
    return true;
  }
  body_bytes_ = 0;
  body_bytes_max_ = plan.bytes_max;
  if (head.content_length.value_or(0) > body_bytes_max_) {
    body_too_large();
    return true;
  }
  request_.sink = std::move(plan.sink);
  request_.attachment = std::move(plan.attachment);
  admit_ = std::move(plan.admit);
  sink_busy_ = sink_finished_ = body_overflows_ = false;
  chunk_.clear();
  if (head.content_length && request_.sink == nullptr) {
    request_.body.reserve(std::min<uint64_t>(*head.content_length, kBodyReserveBytesMax));
  }
  state_ = State::kBody;
  body_start_us_ = now_us();
  if (has_unread_body()) {
    start_body_deadline();
    if (head.expects_continue && in_.empty()) out_ += "HTTP/1.1 100 Continue\r\n\r\n";
  }
  return true;
}

void Session::body_too_large() {
  keep_alive_ = false;
  begin_response(server_->handler.on_body_too_large(request_.head));
}

bool Session::take_body() {
  return request_.sink != nullptr ? take_streamed_body() : take_buffered_body();
}

bool Session::take_buffered_body() {
  while (!decoder_.done()) {
    BodyDecoder::Step step = decoder_.step(in_.view());
    if (step.state == BodyDecoder::State::kMalformed) {
      refuse(Error("BadRequest", 400, "Malformed chunked body"));
      return true;
    }
    body_bytes_ += step.payload.size();
    if (body_bytes_ > body_bytes_max_) {
      body_too_large();
      return true;
    }
    if (admit_ && !step.payload.empty()) {
      if (std::optional<Response> refusal = admit_(step.payload.size())) {
        keep_alive_ = false;
        begin_response(*std::move(refusal));
        return true;
      }
    }
    request_.body.append(step.payload);
    in_.consume(step.consumed);
    if (step.consumed == 0) {
      if (eof_) close();
      return false;
    }
  }
  dispatch();
  return true;
}

bool Session::take_streamed_body() {
  while (!decoder_.done() && !body_overflows_ && chunk_.size() < kSinkChunkBytesMax) {
    BodyDecoder::Step step = decoder_.step(in_.view());
    if (step.state == BodyDecoder::State::kMalformed) {
      if (sink_busy_) return false;  // refused when the sink is ours again
      refuse(Error("BadRequest", 400, "Malformed chunked body"));
      return true;
    }
    body_bytes_ += step.payload.size();
    body_overflows_ = body_bytes_ > body_bytes_max_;
    chunk_.append(step.payload);
    in_.consume(step.consumed);
    if (step.consumed == 0) break;
  }
  if (sink_busy_) return false;
  if (body_overflows_) {
    body_too_large();
    return true;
  }
  if (sink_finished_ || !request_.body_status.ok()) {
    dispatch();
    return true;
  }
  if (chunk_.empty() && !decoder_.done()) {
    if (eof_) close();
    return false;
  }
  start_sink_job();
  return !sink_busy_;
}

void Session::start_sink_job() {
  sink_busy_ = true;
  bool last = decoder_.done();
  auto job = [self = shared_from_this(), bytes = std::move(chunk_), last,
              sink = request_.sink.get()] {
    Status status = bytes.empty() ? ok_status() : sink->write(bytes);
    if (status.ok() && last) status = sink->finish();
    if (status.ok()) self->sink_finished_ = last;
    asio::post(*self->shard_->io, [self, status = std::move(status)]() mutable {
      self->sink_job_done(std::move(status));
    });
  };
  chunk_ = std::string();
  Status posted = server_->runtime.try_post(std::move(job));
  if (posted.ok()) return;
  sink_busy_ = false;
  request_.body_status = std::move(posted);
}

void Session::sink_job_done(Status status) {
  sink_busy_ = false;
  if (state_ == State::kClosed) {
    request_ = Request();
    return;
  }
  if (!status.ok()) request_.body_status = std::move(status);
  if (state_ == State::kBody) start_body_deadline();
  pump();
}

void Session::dispatch() {
  if (has_unread_body()) keep_alive_ = false;
  admit_ = nullptr;
  deadline_us_ = INT64_MAX;
  state_ = State::kHandling;
  answer_.reset();
  auto exchange = std::make_shared<Exchange>(shared_from_this());
  exchange_ = exchange;
  Request request = std::move(request_);
  request_ = Request();
  try {
    server_->handler.on_request(std::move(request), Responder(std::move(exchange)));
  } catch (const std::exception& e) {
    // A library's; ours return errors. The dropped Responder answers.
    spdlog::error("exception in a request handler: {}", e.what());
  }
}

void Session::refuse(const Error& error) {
  keep_alive_ = false;
  if (state_ == State::kHead) {
    decoder_ = BodyDecoder::until_eof();  // what follows is not a request
    head_only_ = false;
  }
  begin_response(Response(error.http_status(), error.message() + "\n", "text/plain"));
}

void Session::maybe_read() {
  if (reading_ || eof_) return;
  size_t bytes = kReadBytes;
  switch (state_) {
    case State::kSniff:
    case State::kHead:
    case State::kLinger:
      // A client that does not take its answers may not go on asking: take_head() waits too.
      if (out_.size() > kOutBacklogBytesMax && in_.size() >= kReadAheadBytesMax) return;
      if (in_.empty() && in_.capacity() > kBodyReadBytes) in_.shrink();
      break;
    case State::kBody:
      if (request_.sink != nullptr && chunk_.size() >= kSinkChunkBytesMax) return;
      if (body_bytes_ > kReadBytes || request_.head.content_length.value_or(0) > kReadBytes) {
        bytes = kBodyReadBytes;
      }
      if (in_.size() > 2 * kBodyReadBytes) return;
      break;
    case State::kHandling:
    case State::kSending:
      if (in_.size() >= kReadAheadBytesMax) return;
      break;
    case State::kHandshake:
    case State::kClosing:
    case State::kClosed: return;
  }
  reading_ = true;
  char* to = in_.prepare(bytes);
  auto buffer = asio::buffer(to, in_.room());
  auto done = [self = shared_from_this()](ErrorCode ec, size_t n) { self->on_read(ec, n); };
  if (is_tls_) {
    tls_->async_read_some(buffer, std::move(done));
  } else {
    socket_.async_read_some(buffer, std::move(done));
  }
}

void Session::on_read(ErrorCode ec, size_t n) {
  reading_ = false;
  if (state_ == State::kClosed) return;
  in_.commit(n);
  if (ec) {
    on_eof(ec);
  } else if (state_ == State::kBody) {
    start_body_deadline();
  } else if (state_ == State::kLinger) {
    lingered_bytes_ += n;
    // Enough for what gateways refuse as too large (10 MB and somewhat more) to get its answer.
    constexpr size_t kLingerBytesMax = 32 * 1024 * 1024;
    if (lingered_bytes_ > kLingerBytesMax) {
      close();
      return;
    }
  }
  pump();
}

void Session::on_eof(ErrorCode ec) {
  eof_ = true;
  if (auto exchange = exchange_.lock()) exchange->set_client_gone();
  // A half-closed connection still gets its answer; a broken one is of no use.
  if (ec != asio::error::eof) close();
}

}  // namespace millrace::net
