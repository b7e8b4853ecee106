#include "sandbox/environment.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <chrono>
#include <csignal>

#include "base/log.h"
#include "base/random.h"
#include "net/socket_owner.h"

namespace millrace::sandbox {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr RuntimeApi::ConnectionId kApiSocket = 0;

char* read_buffer() {
  static thread_local std::unique_ptr<char[]> buffer(new char[kReadBytes]);
  return buffer.get();
}

std::string make_trace_id() {
  return fmt::format("Root=1-{:08x}-{:024x};Sampled=0",
                     static_cast<uint32_t>(system_clock().now().seconds()), thread_rng().next());
}

}  // namespace

int64_t steady_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Error shutting_down() { return Error("ServiceException", 500, "The server is shutting down"); }

Environment::Environment(Owner& owner, LogSink& logs, const Clock& clock, FunctionSpecPtr spec,
                         Settings settings, std::shared_ptr<asio::io_context> io)
    : owner_(owner),
      logs_(logs),
      clock_(clock),
      spec_(std::move(spec)),
      settings_(settings),
      io_(std::move(io)),
      process_(*io_),
      api_socket_(*io_),
      log_frames_(*io_),
      output_(*io_),
      deadline_(*io_),
      freeze_(*io_) {}

Environment::~Environment() {
  // The io_context went away with the process still there.
  if (state_ != State::kDead && pid_ > 0) {
    ::kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void Environment::start(EnvironmentParts parts) {
  // Before the hop: kill() and the memory watch may come first.
  pid_ = parts.process.pid;
  parts_ = std::move(parts);
  asio::post(*io_, [self = shared_from_this()] { self->attach(std::move(self->parts_)); });
}

void Environment::attach(EnvironmentParts parts) {
  parts_ = std::move(parts);
  log_target_ = {spec_->account, spec_->region, spec_->log_group, parts_.log_stream};
  process_.assign(parts_.process.pid_descriptor);
  if (parts_.api_socket >= 0) api_socket_.assign(parts_.api_socket);
  log_frames_.assign(parts_.log_frames);
  output_.assign(parts_.output);
  watch_process();
  if (parts_.api_socket >= 0) {
    api_.connect(kApiSocket);
    watch_api_socket();
  }
  watch_output(log_frames_, true);
  watch_output(output_, false);
  if (parts_.listener) accept_peer();
  arm_deadline(settings_.init_timeout_ms);
}

// ---- the process
// ------------------------------------------------------------------------------------

void Environment::watch_process() {
  process_.async_wait(asio::posix::descriptor_base::wait_read,
                      [self = shared_from_this()](error_code ec) {
                        if (ec) return;
                        int status = 0;
                        if (waitpid(self->pid_, &status, WNOHANG) == self->pid_) {
                          self->on_exit(status);
                        } else {
                          self->watch_process();
                        }
                      });
}

void Environment::terminate() {
  if (state_ == State::kDead) return;
  state_ = State::kDying;
  // The first process of a PID namespace takes all others with it; without one, its group has to
  // do.
  ::kill(-pid_, SIGKILL);
  ::kill(pid_, SIGKILL);
}

void Environment::kill() {
  asio::dispatch(*io_, [self = shared_from_this()] { self->terminate(); });
}

void Environment::shut_down() {
  asio::dispatch(*io_, [self = shared_from_this()] {
    self->is_shutting_down_ = true;
    self->terminate();
  });
}

void Environment::kill_for_memory() {
  asio::dispatch(*io_, [self = shared_from_this()] {
    if (self->state_ == State::kDead) return;
    self->was_killed_for_memory_ = true;
    ::kill(-self->pid_, SIGKILL);
    ::kill(self->pid_, SIGKILL);
  });
}

void Environment::on_exit(int wait_status) {
  // What it said at last, an init error mostly, may still lie in the socket.
  bool may_have_spoken = state_ == State::kStarting || state_ == State::kBusy;
  if (may_have_spoken && api_socket_.is_open()) take_api_bytes();
  bool was_starting = state_ == State::kStarting;
  state_ = State::kDead;
  error_code ignored;
  drain_output();
  bool is_memory =
      was_killed_for_memory_ || (WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGKILL &&
                                 parts_.cgroup != nullptr && parts_.cgroup->memory_kills() > 0);
  std::string_view type = is_memory ? "Runtime.OutOfMemory" : "Runtime.ExitError";
  std::string reason = is_memory ? exit_reason(SIGKILL) : exit_reason(wait_status);
  if (invoke_ && is_shutting_down_) {
    std::exchange(invoke_, std::nullopt)->done(shutting_down());
  } else if (invoke_) {
    std::string id = invoke_->request.request_id;
    finish_invoke({.status = is_memory ? InvokeStatus::kOutOfMemory : InvokeStatus::kCrashed,
                   .payload = exit_payload(id, type, reason),
                   .error_type = std::string(type),
                   .report_status = "error",
                   .extra_line = fmt::format("RequestId: {} Error: {}\n{}", id, reason, type)});
  } else if (was_starting && !init_failed_) {
    // The request's id is not known here: the owner puts it in.
    fail_init(std::string(reason), std::string(type), InitFailure::kExited);
  }
  deadline_.cancel();
  freeze_.cancel();
  process_.close(ignored);
  api_socket_.close(ignored);
  log_frames_.close(ignored);
  output_.close(ignored);
  if (parts_.listener) parts_.listener->close(ignored);
  parts_.listener.reset();
  peers_.clear();
  parts_.cgroup.reset();
  owner_.on_dead(shared_from_this());
}

// ---- descriptors
// ------------------------------------------------------------------------------------

void Environment::watch_api_socket() {
  api_socket_.async_wait(asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](error_code ec) {
                           if (!ec) self->read_api_socket();
                         });
}

void Environment::read_api_socket() {
  // Without more to come, the process closed its end. If it lives on, the invoke's time-out will
  // end it.
  if (take_api_bytes()) watch_api_socket();
}

bool Environment::take_api_bytes() {
  char* buffer = read_buffer();
  while (true) {
    ssize_t got = ::recv(api_socket_.native_handle(), buffer, kReadBytes, MSG_DONTWAIT);
    if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
    receive(kApiSocket, std::string_view(buffer, static_cast<size_t>(got)));
    if (!api_socket_.is_open()) return false;
    if (static_cast<size_t>(got) < kReadBytes) return true;
  }
}

void Environment::flush_api_socket() {
  while (!api_out_.empty()) {
    ssize_t sent = ::send(api_socket_.native_handle(), api_out_.data(), api_out_.size(),
                          MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return api_out_.clear();
    if (sent < 0) break;
    api_out_.erase(0, static_cast<size_t>(sent));
  }
  if (api_out_.empty() || api_writing_) return;
  api_writing_ = true;
  api_socket_.async_wait(asio::posix::descriptor_base::wait_write,
                         [self = shared_from_this()](error_code ec) {
                           self->api_writing_ = false;
                           if (!ec) self->flush_api_socket();
                         });
}

void Environment::watch_output(asio::posix::stream_descriptor& pipe, bool is_frames) {
  pipe.async_wait(asio::posix::descriptor_base::wait_read,
                  [self = shared_from_this(), &pipe, is_frames](error_code ec) {
                    if (ec || !pipe.is_open()) return;
                    self->drain(pipe, is_frames);
                    if (pipe.is_open()) self->watch_output(pipe, is_frames);
                  });
}

void Environment::drain(asio::posix::stream_descriptor& pipe, bool is_frames) {
  if (!pipe.is_open()) return;
  std::vector<LogEvent> events;
  // Bounded: a process that writes without end must not keep this thread.
  for (int round = 0; round < 16; ++round) {
    ssize_t got = ::read(pipe.native_handle(), read_buffer(), kReadBytes);
    if (got > 0) {
      std::string_view bytes(read_buffer(), static_cast<size_t>(got));
      if (is_frames)
        cutter_.frames(bytes, clock_.now(), events);
      else
        cutter_.text(bytes, clock_.now(), events);
      if (static_cast<size_t>(got) < kReadBytes) break;
      continue;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) {
      error_code ignored;
      pipe.close(ignored);
    }
    break;
  }
  log(std::move(events));
}

void Environment::drain_output() {
  drain(output_, false);
  drain(log_frames_, true);
}

void Environment::log(std::vector<LogEvent> events) {
  if (events.empty()) return;
  for (const LogEvent& event : events)
    tail_.append(event.message);
  logs_.append(log_target_, std::move(events));
}

// ---- TCP peers: unmodified runtime clients
// ---------------------------------------------------------

struct Environment::TcpPeer {
  TcpPeer(asio::ip::tcp::socket s, int number) : socket(std::move(s)), id(number) {}
  asio::ip::tcp::socket socket;
  int id;
  std::deque<std::string> out;
  bool writing = false;
  bool close_after_write = false;
};

void Environment::accept_peer() {
  parts_.listener->async_accept(
      [self = shared_from_this()](error_code ec, asio::ip::tcp::socket socket) {
        if (ec || !self->parts_.listener) return;
        error_code ignored;
        auto remote = socket.remote_endpoint(ignored);
        auto local = socket.local_endpoint(ignored);
        // The loopback address is everybody's: another function must not take this one's events.
        bool is_ours = !self->parts_.peers_have_own_uid;
        if (!is_ours && !ignored) {
          net::Connection connection;
          connection.peer = remote.address().to_string();
          connection.peer_port = remote.port();
          connection.local = local.address().to_string();
          connection.local_port = local.port();
          auto owner = net::find_socket_owner(connection);
          is_ours = owner && owner->uid == self->parts_.uid;
        }
        int id = self->next_peer_++;
        if (is_ours && self->api_.connect(id)) {
          socket.set_option(asio::ip::tcp::no_delay(true), ignored);
          socket.non_blocking(true, ignored);
          auto peer = std::make_shared<TcpPeer>(std::move(socket), id);
          self->peers_[id] = peer;
          self->read_peer(peer);
        }
        self->accept_peer();
      });
}

void Environment::read_peer(const std::shared_ptr<TcpPeer>& peer) {
  peer->socket.async_wait(
      asio::socket_base::wait_read, [self = shared_from_this(), peer](error_code ec) {
        if (ec || !peer->socket.is_open()) return;
        ssize_t got = ::recv(peer->socket.native_handle(), read_buffer(), kReadBytes, MSG_DONTWAIT);
        if (got > 0) {
          self->receive(peer->id, std::string_view(read_buffer(), static_cast<size_t>(got)));
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
          self->api_.disconnect(peer->id);
          self->peers_.erase(peer->id);
          return;
        }
        if (peer->socket.is_open()) self->read_peer(peer);
      });
}

void Environment::write_peer(const std::shared_ptr<TcpPeer>& peer) {
  error_code ignored;
  while (!peer->out.empty()) {
    std::string& front = peer->out.front();
    ssize_t sent = ::send(peer->socket.native_handle(), front.data(), front.size(),
                          MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) {
      peer->socket.close(ignored);
      return;
    }
    front.erase(0, static_cast<size_t>(sent));
    if (front.empty()) peer->out.pop_front();
  }
  if (peer->out.empty()) {
    if (peer->close_after_write) peer->socket.close(ignored);
    return;
  }
  if (peer->writing) return;
  peer->writing = true;
  peer->socket.async_wait(asio::socket_base::wait_write,
                          [self = shared_from_this(), peer](error_code ec) {
                            peer->writing = false;
                            if (!ec) self->write_peer(peer);
                          });
}

void Environment::send(RuntimeApi::ConnectionId connection, std::string bytes) {
  if (connection == kApiSocket) {
    if (!api_socket_.is_open()) return;
    api_out_ += bytes;
    return flush_api_socket();
  }
  auto found = peers_.find(connection);
  if (found == peers_.end()) return;
  found->second->out.push_back(std::move(bytes));
  write_peer(found->second);
}

void Environment::close(RuntimeApi::ConnectionId connection) {
  error_code ignored;
  if (connection == kApiSocket) {
    api_socket_.close(ignored);
    return;
  }
  auto found = peers_.find(connection);
  if (found == peers_.end()) return;
  std::shared_ptr<TcpPeer> peer = found->second;
  peers_.erase(found);
  if (peer->out.empty())
    peer->socket.close(ignored);
  else
    peer->close_after_write = true;
}

// ---- invokes
// ----------------------------------------------------------------------------------------

void Environment::run(PendingInvoke invoke) {
  // One move-only closure: dispatch() runs it at once on this environment's own thread.
  auto shared = std::make_shared<PendingInvoke>(std::move(invoke));
  asio::dispatch(*io_,
                 [self = shared_from_this(), shared] { self->begin_invoke(std::move(*shared)); });
}

void Environment::begin_invoke(PendingInvoke invoke) {
  if (state_ != State::kIdle || !api_.is_waiting()) {
    return owner_.on_rejected(shared_from_this(), std::move(invoke));
  }
  invoke_ = std::move(invoke);
  const InvokeRequest& request = invoke_->request;
  state_ = State::kBusy;
  freeze_.cancel();
  thaw();
  tail_.take();
  std::vector<LogEvent> start;
  start.push_back({clock_.now(), start_line(request.request_id, spec_->version)});
  log(std::move(start));
  RuntimeInvocation invocation{
      .request_id = request.request_id,
      .payload = std::move(invoke_->request.payload),
      .invoked_function_arn =
          request.invoked_function_arn.empty() ? spec_->arn : request.invoked_function_arn,
      .trace_id = request.trace_id.empty() ? make_trace_id() : request.trace_id,
      .client_context = request.client_context,
      .cognito_identity = request.cognito_identity,
      // The process compares it with its own, real clock.
      .deadline_ms = system_clock().now().ms() + spec_->timeout_ms};
  invoke_started_us_ = steady_us();
  arm_deadline(spec_->timeout_ms);
  api_.start_invoke(std::move(invocation));
}

void Environment::arm_deadline(int64_t delay_ms) {
  deadline_.expires_after(std::chrono::milliseconds(delay_ms));
  deadline_.async_wait([self = shared_from_this()](error_code ec) {
    if (!ec) self->on_deadline();
  });
}

void Environment::on_deadline() {
  if (state_ == State::kStarting) {
    terminate();
    return fail_init("", "Sandbox.Timedout", InitFailure::kTimeout);
  }
  if (!invoke_) return;
  std::string id = invoke_->request.request_id;
  Ending ending{.status = InvokeStatus::kTimeout,
                .payload = timeout_payload(id, spec_->timeout_ms),
                .error_type = "Sandbox.Timedout",
                .report_status = "timeout",
                .extra_line = timeout_line(clock_.now(), id, spec_->timeout_ms)};
  terminate();
  finish_invoke(std::move(ending));
}

void Environment::finish_invoke(Ending ending) {
  PendingInvoke invoke = std::move(*invoke_);
  invoke_.reset();
  deadline_.cancel();
  InvokeResult result;
  result.duration_us = steady_us() - invoke_started_us_;
  if (ending.status == InvokeStatus::kTimeout) {
    // AWS reports the time-out, not the microseconds it took to act on it.
    result.duration_us = spec_->timeout_ms * 1000;
  }
  drain_output();
  std::vector<LogEvent> events;
  Instant now = clock_.now();
  cutter_.finish(now, events);
  if (!ending.extra_line.empty()) events.push_back({now, std::move(ending.extra_line)});
  if (is_first_invoke_ && invoke.waited_for_start) result.init_us = init_us_;
  is_first_invoke_ = false;
  result.billed_ms = billed_ms(result.duration_us, result.init_us.value_or(0));
  result.max_memory_mb =
      ending.status == InvokeStatus::kOutOfMemory ? spec_->memory_mb : max_memory_mb();
  result.status = ending.status;
  result.payload = std::move(ending.payload);
  result.error_type = std::move(ending.error_type);
  if (ending.status != InvokeStatus::kOk) result.function_error = "Unhandled";
  result.log_stream = parts_.log_stream;
  const std::string& id = invoke.request.request_id;
  events.push_back({now, end_line(id)});
  events.push_back({now, report_line({.request_id = id,
                                      .duration_us = result.duration_us,
                                      .billed_ms = result.billed_ms,
                                      .memory_mb = spec_->memory_mb,
                                      .max_memory_mb = result.max_memory_mb,
                                      .init_us = result.init_us,
                                      .status = ending.report_status,
                                      .error_type = ending.report_status == "error"
                                                        ? std::string_view(result.error_type)
                                                        : std::string_view()})});
  log(std::move(events));
  result.log_tail = tail_.take();
  if (!is_receiving_) return invoke.done(std::move(result));
  answer_ = [done = std::move(invoke.done), result = std::move(result)]() mutable {
    done(std::move(result));
  };
}

// A runtime sends its answer and its request for the next event in one write. Both are taken in
// before the caller hears of the answer: who calls again at once finds this environment idle, and
// never pays a cold start, or is throttled, for a race.
void Environment::receive(RuntimeApi::ConnectionId connection, std::string_view bytes) {
  is_receiving_ = true;
  api_.receive(connection, bytes);
  is_receiving_ = false;
  if (auto answer = std::exchange(answer_, nullptr)) answer();
}

void Environment::on_waiting() {
  if (state_ == State::kStarting) {
    init_us_ = steady_us() - parts_.started_us;
    deadline_.cancel();
  } else if (state_ != State::kBusy) {
    return;
  }
  state_ = State::kIdle;
  schedule_freeze();
  owner_.on_idle(shared_from_this());
}

void Environment::on_response(std::string payload) {
  if (invoke_) finish_invoke({.payload = std::move(payload)});
}

void Environment::on_error(std::string payload, std::string type) {
  if (!invoke_) return;
  finish_invoke({.status = InvokeStatus::kError,
                 .payload = std::move(payload),
                 .error_type = std::move(type)});
}

void Environment::on_response_too_large() {
  if (!invoke_) return;
  finish_invoke({.status = InvokeStatus::kError,
                 .payload = too_large_payload(),
                 .error_type = "Function.ResponseSizeTooLarge"});
}

void Environment::on_init_error(std::string payload, std::string type) {
  if (state_ != State::kStarting) return;
  fail_init(std::move(payload), std::move(type), InitFailure::kReported);
  // It is about to end by itself; the deadline sees to it that it does.
}

void Environment::fail_init(std::string payload, std::string error_type, InitFailure kind) {
  if (init_failed_) return;
  init_failed_ = true;
  drain_output();
  InvokeResult failure;
  failure.status = InvokeStatus::kInitError;
  failure.function_error = "Unhandled";
  failure.payload = std::move(payload);
  failure.error_type = std::move(error_type);
  failure.init_us = steady_us() - parts_.started_us;
  failure.max_memory_mb = max_memory_mb();
  failure.log_stream = parts_.log_stream;
  failure.log_tail = tail_.take();
  owner_.on_init_failed(shared_from_this(), std::move(failure), kind);
}

// ---- freezing
// ---------------------------------------------------------------------------------------

// Put off a little, so that an environment under load is never stopped and continued for nothing.
void Environment::schedule_freeze() {
  freeze_.expires_after(std::chrono::milliseconds(settings_.freeze_after_ms));
  freeze_.async_wait([self = shared_from_this()](error_code ec) {
    if (ec || self->state_ != State::kIdle) return;
    self->is_frozen_ = true;
    ::kill(-self->pid_, SIGSTOP);
    self->owner_.on_frozen(*self);
  });
}

void Environment::thaw() {
  if (!is_frozen_) return;
  is_frozen_ = false;
  owner_.on_thawing(*this);
  ::kill(-pid_, SIGCONT);
}

// The process's own peak (VmHWM); what it forked is not in it.
int64_t Environment::max_memory_mb() const {
  char path[64];
  auto end = fmt::format_to_n(path, sizeof path - 1, "/proc/{}/status", pid_).out;
  *end = 0;
  int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[4096];
  ssize_t got = ::read(fd, text, sizeof text);
  ::close(fd);
  std::string_view view(text, got > 0 ? static_cast<size_t>(got) : 0);
  size_t at = view.find("VmHWM:");
  if (at == view.npos) return 0;
  at = view.find_first_of("0123456789", at);
  int64_t kilobytes = 0;
  if (at != view.npos) std::from_chars(view.data() + at, view.data() + view.size(), kilobytes);
  return (kilobytes + 1023) / 1024;
}

}  // namespace millrace::sandbox
