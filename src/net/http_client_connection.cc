#include "net/http_client_connection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "base/encoding.h"

namespace millrace::net {
namespace asio = boost::asio;
namespace {

constexpr size_t kReadBytes = 16 * 1024;
constexpr size_t kHeadBytesMax = 64 * 1024;
constexpr size_t kPieceBytes = 256 * 1024;

bool is_ip(const std::string& host) {
  boost::system::error_code ec;
  asio::ip::make_address(host, ec);
  return !ec;
}

}  // namespace

ClientConnection::ClientConnection(std::shared_ptr<ClientShared> client, std::string origin,
                                   std::shared_ptr<asio::io_context> io)
    : client_(std::move(client)),
      origin_(std::move(origin)),
      io_(std::move(io)),
      resolver_(*io_),
      timer_(*io_) {}

void ClientConnection::begin(ClientRequest request, Url url, HttpClient::Callback done) {
  auto run = [self = shared_from_this(), request = std::move(request), url = std::move(url),
              done = std::move(done)]() mutable {
    self->request_ = std::move(request);
    self->url_ = std::move(url);
    self->done_ = std::move(done);
    self->start();
  };
  asio::post(*io_, std::move(run));
}

void ClientConnection::shut() {
  asio::post(*io_, [self = shared_from_this()] {
    self->shut_ = true;
    if (self->done_) {
      self->fail("the client was stopped");
    } else {
      self->close();
    }
  });
}

void ClientConnection::start() {
  is_idle_ = false;
  sent_ = Sent::kNever;
  request_written_ = has_head_ = sink_busy_ = false;
  scanner_.reset();
  response_ = ClientResponse();
  if (shut_) {
    fail("the client was stopped");
  } else if (is_open_) {
    start_request();
  } else {
    resolve();
  }
}

void ClientConnection::set_deadline(int64_t timeout_ms, const char* what) {
  deadline_us_ = system_clock().monotonic_us() + timeout_ms * 1'000;
  deadline_of_ = what;
  if (!timer_armed_ || timer_.expiry() > std::chrono::steady_clock::time_point(
                                             std::chrono::microseconds(deadline_us_))) {
    arm_timer();
  }
}

// The timer is moved only when it would fire too late; when it fires too early it is set again.
void ClientConnection::arm_timer() {
  timer_armed_ = true;
  timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(deadline_us_)));
  timer_.async_wait([self = shared_from_this()](ErrorCode ec) {
    if (ec) return;
    self->timer_armed_ = false;
    if (system_clock().monotonic_us() < self->deadline_us_) {
      if (self->deadline_us_ != INT64_MAX) self->arm_timer();
    } else if (self->done_) {
      self->fail(self->deadline_of_);
    } else if (self->is_idle_ && self->client_->take_idle(self.get())) {
      self->close();
    }
  });
}

void ClientConnection::resolve() {
  ++generation_;
  eof_ = false;
  in_ = ReadBuffer();
  tls_.reset();
  socket_ = std::make_unique<Tcp::socket>(*io_);
  set_deadline(request_.connect_timeout_ms, "connecting took too long");
  ErrorCode ec;
  auto address = asio::ip::make_address(url_.host, ec);
  if (!ec) {
    Tcp::endpoint endpoint(address, static_cast<uint16_t>(std::stoi(url_.port)));
    connect(Tcp::resolver::results_type::create(endpoint, url_.host, url_.port));
    return;
  }
  auto done = [self = shared_from_this(), generation = generation_](
                  ErrorCode error, Tcp::resolver::results_type endpoints) {
    if (generation != self->generation_ || !self->done_) return;
    if (error) {
      self->fail(fmt::format("cannot resolve {}: {}", self->url_.host, error.message()));
    } else {
      self->connect(std::move(endpoints));
    }
  };
  resolver_.async_resolve(url_.host, url_.port, std::move(done));
}

void ClientConnection::connect(Tcp::resolver::results_type endpoints) {
  auto done = [self = shared_from_this(), generation = generation_](ErrorCode ec,
                                                                    const Tcp::endpoint&) {
    if (generation != self->generation_ || !self->done_) return;
    if (ec) {
      self->fail(fmt::format("cannot connect: {}", ec.message()));
      return;
    }
    ErrorCode ignored;
    self->socket_->set_option(Tcp::no_delay(true), ignored);
    if (self->url_.is_https) {
      self->handshake();
    } else {
      self->is_open_ = true;
      self->start_request();
    }
  };
  asio::async_connect(*socket_, endpoints, std::move(done));
}

void ClientConnection::handshake() {
  tls_ = std::make_unique<asio::ssl::stream<Tcp::socket&>>(*socket_, *client_->tls);
  if (!is_ip(url_.host)) SSL_set_tlsext_host_name(tls_->native_handle(), url_.host.c_str());
  if (client_->options.verify == HttpClient::Options::Verify::kFull) {
    ErrorCode ec;
    tls_->set_verify_callback(asio::ssl::host_name_verification(url_.host), ec);
  }
  auto done = [self = shared_from_this(), generation = generation_](ErrorCode ec) {
    if (generation != self->generation_ || !self->done_) return;
    if (ec) {
      self->fail(fmt::format("TLS failed: {}", ec.message()));
      return;
    }
    self->is_open_ = true;
    self->start_request();
  };
  tls_->async_handshake(asio::ssl::stream_base::client, std::move(done));
}

std::string ClientConnection::render_head() const {
  std::string head = fmt::format("{} {} HTTP/1.1\r\n", request_.method, url_.target);
  bool has_host = false;
  for (const auto& [name, value] : request_.headers) {
    bool ours = ascii_iequals(name, "content-length") || ascii_iequals(name, "connection") ||
                ascii_iequals(name, "transfer-encoding");
    if (ours) continue;
    has_host = has_host || ascii_iequals(name, "host");
    head += fmt::format("{}: {}\r\n", name, value);
  }
  if (!has_host) head += fmt::format("Host: {}\r\n", url_.authority);
  const auto* file = std::get_if<FileBody>(&request_.body);
  uint64_t length = file != nullptr ? file->length : std::get<std::string>(request_.body).size();
  bool needs_length = length > 0 || request_.method == "POST" || request_.method == "PUT";
  if (needs_length) head += fmt::format("Content-Length: {}\r\n", length);
  head += "\r\n";
  return head;
}

void ClientConnection::start_request() {
  std::string bytes = render_head();
  set_deadline(request_.idle_timeout_ms, "the server does not take the request");
  if (auto* text = std::get_if<std::string>(&request_.body)) bytes += *text;
  write(std::move(bytes));
  read();
}

void ClientConnection::write(std::string bytes) {
  out_ = std::move(bytes);
  writing_ = true;
  sent_ = Sent::kUnknown;
  auto done = [self = shared_from_this(), generation = generation_](ErrorCode ec, size_t) {
    if (generation == self->generation_) self->on_written(ec);
  };
  if (tls_) {
    asio::async_write(*tls_, asio::buffer(out_), std::move(done));
  } else {
    asio::async_write(*socket_, asio::buffer(out_), std::move(done));
  }
}

void ClientConnection::on_written(ErrorCode ec) {
  writing_ = false;
  if (!done_) return;
  if (ec) {
    // An answer may still be on its way (a server that refuses a body): reading decides.
    if (eof_ || !reading_) fail(fmt::format("the connection failed: {}", ec.message()));
    return;
  }
  const auto* file = std::get_if<FileBody>(&request_.body);
  if (file != nullptr && file->length > 0) {
    set_deadline(request_.idle_timeout_ms, "the server does not take the request");
    write_file_piece();
    return;
  }
  request_written_ = true;
  if (!has_head_) set_deadline(request_.response_timeout_ms, "the server did not answer in time");
}

void ClientConnection::write_file_piece() {
  auto& file = std::get<FileBody>(request_.body);
  size_t size = static_cast<size_t>(std::min<uint64_t>(file.length, kPieceBytes));
  auto job = [self = shared_from_this(), generation = generation_, handle = file.file,
              offset = file.offset, size] {
    std::string bytes(size, '\0');
    ssize_t n = ::pread(handle->fd(), bytes.data(), size, static_cast<off_t>(offset));
    bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
    asio::post(*self->io_, [self, generation, bytes = std::move(bytes)]() mutable {
      if (generation != self->generation_ || !self->done_) return;
      if (bytes.empty()) {
        self->fail("the file to send ended early");
        return;
      }
      auto& rest = std::get<FileBody>(self->request_.body);
      rest.offset += bytes.size();
      rest.length -= bytes.size();
      self->write(std::move(bytes));
    });
  };
  Status posted = client_->runtime.try_post(std::move(job));
  if (!posted.ok()) fail(std::move(posted).error());
}

void ClientConnection::read() {
  if (reading_ || eof_ || !is_open_) return;
  reading_ = true;
  char* to = in_.prepare(kReadBytes);
  auto done = [self = shared_from_this(), generation = generation_](ErrorCode ec, size_t n) {
    if (generation == self->generation_) self->on_read(ec, n);
  };
  auto buffer = asio::buffer(to, in_.room());
  if (tls_) {
    tls_->async_read_some(buffer, std::move(done));
  } else {
    socket_->async_read_some(buffer, std::move(done));
  }
}

void ClientConnection::on_read(ErrorCode ec, size_t n) {
  reading_ = false;
  in_.commit(n);
  if (!done_) {
    on_idle_read();
    return;
  }
  if (ec) eof_ = true;
  if (n > 0) {
    sent_ = Sent::kAnswered;
    if (has_head_) set_deadline(request_.idle_timeout_ms, "the answer does not go on");
  }
  while (step()) {
  }
}

// Nothing is expected on an idle connection: its end, or bytes that belong to no request.
void ClientConnection::on_idle_read() {
  is_open_ = false;
  if (client_->take_idle(this)) close();
  // Otherwise a request is on its way here, which will connect anew.
}

bool ClientConnection::step() {
  if (!done_ || sink_busy_) return false;
  return has_head_ ? take_body() : take_head();
}

bool ClientConnection::take_head() {
  HeadScanner::State scanned = scanner_.scan(in_.view());
  if (scanned == HeadScanner::State::kMalformed || in_.size() > kHeadBytesMax + kReadBytes) {
    fail("the answer is not HTTP/1.1");
    return false;
  }
  if (scanned == HeadScanner::State::kIncomplete) {
    if (eof_) {
      fail("the server closed the connection without an answer");
    } else {
      read();
    }
    return false;
  }
  std::string_view text = in_.view().substr(scanner_.begin(), scanner_.end() - scanner_.begin());
  auto head = parse_response_head(text, HeadLimits{});
  in_.consume(scanner_.end());
  scanner_.reset();
  if (!head.ok()) {
    fail(std::move(head).error().prefixed("the answer is not HTTP/1.1: "));
    return false;
  }
  if (head->status == 100 || head->status == 102 || head->status == 103) return true;
  has_head_ = true;
  response_.status = head->status;
  response_.headers = std::move(head->headers);
  keep_alive_ = head->keep_alive && head->status != 101;
  bool no_body = request_.method == "HEAD" || head->status == 204 || head->status == 304;
  if (no_body) {
    decoder_ = BodyDecoder::none();
  } else if (head->is_chunked) {
    decoder_ = BodyDecoder::chunked();
  } else if (head->content_length) {
    decoder_ = BodyDecoder::with_length(*head->content_length);
  } else {
    decoder_ = BodyDecoder::until_eof();
    keep_alive_ = false;
  }
  set_deadline(request_.idle_timeout_ms, "the answer does not go on");
  return true;
}

bool ClientConnection::take_body() {
  if (decoder_.done()) {
    finish();
    return false;
  }
  BodyDecoder::Step s = decoder_.step(in_.view());
  if (s.state == BodyDecoder::State::kMalformed) {
    fail("the answer has a malformed body");
    return false;
  }
  if (!s.payload.empty() && request_.sink != nullptr && response_.status / 100 == 2) {
    give_to_sink(s.payload, s.consumed);
    return false;
  }
  response_.body.append(s.payload);
  if (response_.body.size() > request_.response_bytes_max) {
    fail(Error("ResponseTooLarge", 502,
               fmt::format("the answer is larger than {} bytes", request_.response_bytes_max)));
    return false;
  }
  in_.consume(s.consumed);
  if (s.consumed > 0 || decoder_.done()) return true;
  if (!eof_) {
    read();
  } else if (decoder_.framing() == BodyDecoder::Framing::kUntilEof) {
    finish();
  } else {
    fail("the answer broke off");
  }
  return false;
}

void ClientConnection::give_to_sink(std::string_view payload, size_t consumed) {
  sink_busy_ = true;
  deadline_us_ = INT64_MAX;  // the sink may take its time
  auto resume = [self = shared_from_this(), generation = generation_, consumed](Status status) {
    auto go_on = [self, generation, consumed, status = std::move(status)]() mutable {
      if (generation != self->generation_ || !self->done_) return;
      self->sink_busy_ = false;
      self->in_.consume(consumed);
      if (!status.ok()) {
        self->fail(std::move(status).error());
        return;
      }
      self->set_deadline(self->request_.idle_timeout_ms, "the answer does not go on");
      while (self->step()) {
      }
    };
    asio::post(*self->io_, std::move(go_on));
  };
  request_.sink->write(payload, std::move(resume));
}

void ClientConnection::finish() {
  bool reusable = keep_alive_ && request_written_ && !writing_ && !eof_ && in_.empty() && !shut_;
  deadline_us_ = INT64_MAX;
  sent_ = Sent::kAnswered;
  HttpClient::Callback done = std::move(done_);
  done_ = nullptr;
  ClientOutcome outcome{std::move(response_), sent_};
  request_ = ClientRequest();
  is_idle_ = reusable;
  if (reusable) {
    set_deadline(client_->options.pool_idle_ms, "");
    read();
    reusable = client_->put_idle(shared_from_this());
  }
  if (!reusable) close_socket();
  done(std::move(outcome));
  if (!reusable) client_->remove(this);  // after the callback: stop() waits for both
}

void ClientConnection::fail(std::string_view what) {
  fail(Error("NetworkError", 502, fmt::format("{} {}: {}", request_.method, origin_, what)));
}

void ClientConnection::fail(Error error) {
  HttpClient::Callback done = std::move(done_);
  done_ = nullptr;
  request_ = ClientRequest();
  close_socket();
  if (done) done(ClientOutcome{std::move(error), sent_});
  client_->remove(this);
}

void ClientConnection::close() {
  close_socket();
  client_->remove(this);
}

void ClientConnection::close_socket() {
  ++generation_;
  is_open_ = false;
  ErrorCode ec;
  if (socket_) socket_->close(ec);
  resolver_.cancel();
  timer_.cancel();
}

}  // namespace millrace::net
