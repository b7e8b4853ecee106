#include "net/http_server.h"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <future>

#include "base/log.h"
#include "net/certificate_authority.h"
#include "net/http_session.h"

namespace millrace::net {
namespace asio = boost::asio;
using asio::ip::tcp;

BodyPlan BodyPlan::buffer(uint64_t bytes_max) {
  BodyPlan plan;
  plan.bytes_max = bytes_max;
  return plan;
}

BodyPlan BodyPlan::stream(std::unique_ptr<BodySink> sink, uint64_t bytes_max) {
  BodyPlan plan;
  plan.kind = Kind::kStream;
  plan.bytes_max = bytes_max;
  plan.sink = std::move(sink);
  return plan;
}

BodyPlan BodyPlan::refuse(Response response) {
  BodyPlan plan;
  plan.kind = Kind::kRefuse;
  plan.refusal = std::move(response);
  return plan;
}

Response Handler::on_body_too_large(const RequestHead&) {
  return Response(413, "The request body is too large\n", "text/plain");
}

Responder::Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}
void Responder::send(Response response) const { exchange_->send(std::move(response)); }
bool Responder::client_gone() const { return exchange_->client_gone(); }
void Responder::on_client_gone(std::function<void()> fn) const {
  exchange_->on_client_gone(std::move(fn));
}

void Responder::run_on_io(std::function<void()> fn) const { exchange_->run_on_io(std::move(fn)); }

void Exchange::run_on_io(std::function<void()> fn) { session_->run_on_io(std::move(fn)); }

Exchange::~Exchange() {
  if (answered_.load()) return;
  spdlog::error("a request was dropped without an answer");
  session_->answer(Response(500, "Internal server error\n", "text/plain"));
}

void Exchange::send(Response response) {
  if (answered_.exchange(true)) return;
  session_->answer(std::move(response));
}

void Exchange::on_client_gone(std::function<void()> fn) {
  {
    std::lock_guard lock(mutex_);
    if (!gone_.load()) {
      on_gone_ = std::move(fn);
      return;
    }
  }
  fn();
}

void Exchange::set_client_gone() {
  std::function<void()> fn;
  {
    std::lock_guard lock(mutex_);
    if (gone_.exchange(true) || answered_.load()) return;
    fn = std::move(on_gone_);
  }
  if (fn) fn();
}

void ServerShared::connection_opened() {
  std::lock_guard lock(mutex_);
  ++connections_;
}

void ServerShared::connection_closed() {
  std::lock_guard lock(mutex_);
  if (--connections_ == 0) none_.notify_all();
}

bool ServerShared::wait_for_none(int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                        [this] { return connections_ == 0; });
}

size_t ServerShared::connections() {
  std::lock_guard lock(mutex_);
  return connections_;
}

std::string_view Shard::date(Instant now) {
  if (now.seconds() != date_seconds_) {
    date_seconds_ = now.seconds();
    date_ = format_http_date(now);
  }
  return date_;
}

namespace {

// How often deadlines are looked at: a quarter of the shortest, within reason.
std::chrono::milliseconds sweep_interval(const HttpServer::Limits& limits) {
  int64_t shortest = std::min({limits.header_timeout_ms, limits.body_idle_timeout_ms,
                               limits.keep_alive_timeout_ms, limits.write_idle_timeout_ms});
  return std::chrono::milliseconds(std::clamp<int64_t>(shortest / 4, 5, 1'000));
}

void sweep(const std::shared_ptr<Shard>& shard, std::chrono::milliseconds interval) {
  shard->sweep.expires_after(interval);
  shard->sweep.async_wait([shard, interval](boost::system::error_code ec) {
    if (ec) return;
    int64_t now = system_clock().monotonic_us();
    std::vector<std::shared_ptr<Session>> sessions;
    sessions.reserve(shard->sessions.size());
    for (const auto& [key, session] : shard->sessions)
      sessions.push_back(session);
    for (const auto& session : sessions)
      session->check_deadline(now);
    sweep(shard, interval);
  });
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(Runtime& runtime, Handler& handler, Options options)
      : shared(std::make_shared<ServerShared>(runtime, handler, std::move(options))),
        acceptor(*runtime.io(0)),
        retry(*runtime.io(0)) {
    for (size_t i = 0; i < runtime.io_count(); ++i) {
      shards.push_back(std::make_shared<Shard>(runtime.io(i)));
    }
    if (shared->options.authority != nullptr) {
      SSL_CTX* context = shared->options.authority->server_context();
      SSL_CTX_up_ref(context);
      shared->tls = std::make_unique<asio::ssl::context>(context);
    }
  }

  Status listen() {
    boost::system::error_code ec;
    const Options& options = shared->options;
    auto address = asio::ip::make_address(options.address, ec);
    auto failed = [&](const char* what) {
      return Error(
          "InvalidParameterValue", 400,
          fmt::format("Cannot {} {}:{}: {}", what, options.address, options.port, ec.message()));
    };
    if (ec) return failed("use the address");
    tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), ec);
    if (ec) return failed("open a socket for");
    acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    acceptor.bind(endpoint, ec);
    if (ec) return failed("bind");
    acceptor.listen(1024, ec);
    if (ec) return failed("listen on");
    port = acceptor.local_endpoint(ec).port();
    return ok_status();
  }

  void accept() {
    const std::shared_ptr<Shard>& shard = shards[next_shard++ % shards.size()];
    auto done = [self = shared_from_this(), shard](boost::system::error_code ec,
                                                   tcp::socket socket) {
      if (self->shared->draining) return;
      if (!ec) {
        self->open_session(shard, std::move(socket));
      } else if (ec != asio::error::connection_aborted) {
        if (ec == asio::error::operation_aborted) return;
        self->accept_later(ec);  // no descriptors left: wait for some to be closed
        return;
      }
      self->accept();
    };
    acceptor.async_accept(*shard->io, std::move(done));
  }

  void accept_later(boost::system::error_code ec) {
    spdlog::error("cannot accept connections: {}", ec.message());
    retry.expires_after(std::chrono::milliseconds(100));
    retry.async_wait([self = shared_from_this()](boost::system::error_code cancelled) {
      if (!cancelled) self->accept();
    });
  }

  void open_session(const std::shared_ptr<Shard>& shard, tcp::socket socket) {
    if (shared->connections() >= shared->options.limits.connections_max) {
      static constexpr char kBusy[] =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      boost::system::error_code ec;
      socket.non_blocking(true, ec);
      socket.write_some(asio::buffer(kBusy, sizeof kBusy - 1), ec);
      return;
    }
    shared->connection_opened();
    auto session = std::make_shared<Session>(shared, shard, std::move(socket));
    asio::post(*shard->io, [shard, session = std::move(session)] {
      shard->sessions.emplace(session.get(), session);
      session->start();
    });
  }

  void for_all_sessions(void (Session::*action)()) {
    for (const auto& shard : shards) {
      asio::post(*shard->io, [shard, action] {
        std::vector<std::shared_ptr<Session>> sessions;
        for (const auto& [key, session] : shard->sessions)
          sessions.push_back(session);
        for (const auto& session : sessions)
          (session.get()->*action)();
      });
    }
  }

  // Runs `fn` on the io thread of `io` and waits for it.
  static void run_on(asio::io_context& io, std::function<void()> fn) {
    std::promise<void> done;
    asio::post(io, [&] {
      fn();
      done.set_value();
    });
    done.get_future().wait();
  }

  std::shared_ptr<ServerShared> shared;
  std::vector<std::shared_ptr<Shard>> shards;
  tcp::acceptor acceptor;
  asio::steady_timer retry;
  size_t next_shard = 0;
  uint16_t port = 0;
  bool running = false;
};

HttpServer::HttpServer(Runtime& runtime, Handler& handler, Options options)
    : impl_(std::make_shared<Impl>(runtime, handler, std::move(options))) {}

HttpServer::~HttpServer() { stop(0); }

Status HttpServer::bind() { return impl_->acceptor.is_open() ? ok_status() : impl_->listen(); }

Status HttpServer::start() {
  MR_TRY(bind());
  impl_->running = true;
  std::chrono::milliseconds interval = sweep_interval(impl_->shared->options.limits);
  for (const auto& shard : impl_->shards) {
    asio::post(*shard->io, [shard, interval] { sweep(shard, interval); });
  }
  asio::post(*impl_->shards[0]->io, [impl = impl_] { impl->accept(); });
  return ok_status();
}

uint16_t HttpServer::port() const { return impl_->port; }

size_t HttpServer::connection_count() const { return impl_->shared->connections(); }

void HttpServer::stop(int64_t drain_ms) {
  if (!impl_->running) return;
  impl_->running = false;
  impl_->shared->draining = true;
  Impl::run_on(*impl_->shards[0]->io, [this] {
    boost::system::error_code ec;
    impl_->acceptor.close(ec);
    impl_->retry.cancel();
  });
  impl_->for_all_sessions(&Session::drain);
  if (!impl_->shared->wait_for_none(drain_ms)) {
    spdlog::warn("cutting {} connections that did not end in time", connection_count());
    impl_->for_all_sessions(&Session::close);
    impl_->shared->wait_for_none(5'000);
  }
  for (const auto& shard : impl_->shards) {
    Impl::run_on(*shard->io, [&shard] { shard->sweep.cancel(); });
  }
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

}  // namespace millrace::net
