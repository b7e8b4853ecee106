// Environment: one function process from birth to death: its descriptors, its Runtime API, the
// invoke it works on, its time-outs and its log. The shell around RuntimeApi, OutputCutter and
// spawn().
//
// Threads: everything happens on the thread of one io_context; start(), run() and kill() may be
// called from any thread and hop over to it. Its owner (ProcessHost) is told what becomes of it. An
// environment serves one invoke at a time. It is kept alive by its own pending operations and its
// owner's pointer, and ends when its process has been reaped.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "sandbox/cgroup.h"
#include "sandbox/function_host.h"
#include "sandbox/invoke_log.h"
#include "sandbox/runtime_api.h"
#include "sandbox/spawn.h"

namespace millrace::sandbox {

// The parent's ends of what the child was given.
struct EnvironmentParts {
  Spawned process;
  int api_socket = -1;  // stream socket, non-blocking; -1: the child uses TCP
  int log_frames = -1;  // pipes, non-blocking
  int output = -1;
  std::optional<boost::asio::ip::tcp::acceptor> listener;
  std::unique_ptr<Cgroup> cgroup;
  uid_t uid = 0;
  bool peers_have_own_uid = false;  // TCP peers are checked against `uid`
  int64_t started_us = 0;           // steady clock, before anything was done for it
  std::string log_stream;
  Instant credentials_expire_at;
};

enum class InitFailure {
  kReported,  // through /init/error: the payload is the process's
  kExited,    // the payload is the reason as text
  kTimeout,
};

struct PendingInvoke {
  InvokeRequest request;
  InvokeCallback done;
  // It waited for an environment to start: Init Duration is its to report.
  bool waited_for_start = false;
  int init_attempts = 0;
};

class Environment final : public std::enable_shared_from_this<Environment>,
                          private RuntimeApi::Delegate {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // It waits for work: after its start and after each invoke.
    virtual void on_idle(const std::shared_ptr<Environment>& environment) = 0;
    // It sleeps until its next invoke; it is about to be woken for one.
    virtual void on_frozen(const Environment& environment) = 0;
    virtual void on_thawing(const Environment& environment) = 0;
    // Init failed, with what to tell the invoke that waits for it. It will die.
    virtual void on_init_failed(const std::shared_ptr<Environment>& environment,
                                InvokeResult failure, InitFailure kind) = 0;
    // The process had died, unnoticed, before the invoke reached it: it was not run.
    virtual void on_rejected(const std::shared_ptr<Environment>& environment,
                             PendingInvoke invoke) = 0;
    // The process is gone and all its resources are free. Last call.
    virtual void on_dead(const std::shared_ptr<Environment>& environment) = 0;
  };
  struct Settings {
    int64_t init_timeout_ms = 10'000;  // AWS
    int64_t freeze_after_ms = 20;
  };

  Environment(Owner& owner, LogSink& logs, const Clock& clock, FunctionSpecPtr spec,
              Settings settings, std::shared_ptr<boost::asio::io_context> io);
  ~Environment() override;

  void start(EnvironmentParts parts);
  // REQUIRES: on_idle was called and nothing was run since.
  void run(PendingInvoke invoke);
  // Ends the process; an invoke that runs is answered as one whose process crashed.
  void kill();
  // Ends it because the host ends: an invoke that runs is answered with shutting_down().
  void shut_down();
  // Called by the owner's memory watch when the limit is passed.
  void kill_for_memory();

  const FunctionSpec& spec() const { return *spec_; }
  const FunctionSpecPtr& spec_ptr() const { return spec_; }
  boost::asio::io_context& io() { return *io_; }
  // Constant once started.
  pid_t pid() const { return pid_; }
  uid_t uid() const { return parts_.uid; }
  Instant credentials_expire_at() const { return parts_.credentials_expire_at; }

  // The owner's, under its lock.
  int64_t idle_since_us = 0;
  bool is_discarded = false;
  bool counts_as_starting = true;
  size_t slot = 0;

 private:
  enum class State { kStarting, kIdle, kBusy, kDying, kDead };
  struct TcpPeer;

  void attach(EnvironmentParts parts);
  void watch_process();
  void watch_api_socket();
  void read_api_socket();
  // Hands on what has come; whether more may come.
  bool take_api_bytes();
  void watch_output(boost::asio::posix::stream_descriptor& pipe, bool is_frames);
  void drain(boost::asio::posix::stream_descriptor& pipe, bool is_frames);
  void drain_output();
  void accept_peer();
  void read_peer(const std::shared_ptr<TcpPeer>& peer);
  void write_peer(const std::shared_ptr<TcpPeer>& peer);
  void flush_api_socket();

  void begin_invoke(PendingInvoke invoke);
  void arm_deadline(int64_t delay_ms);
  void on_deadline();
  void schedule_freeze();
  void thaw();
  void terminate();
  void on_exit(int wait_status);
  void fail_init(std::string payload, std::string error_type, InitFailure kind);

  struct Ending {
    InvokeStatus status = InvokeStatus::kOk;
    std::string payload;
    std::string error_type;
    std::string_view report_status;  // "timeout", "error"
    std::string extra_line;          // before END
  };
  void finish_invoke(Ending ending);
  void receive(RuntimeApi::ConnectionId connection, std::string_view bytes);
  void log(std::vector<LogEvent> events);
  int64_t max_memory_mb() const;

  // RuntimeApi::Delegate
  void send(RuntimeApi::ConnectionId connection, std::string bytes) override;
  void close(RuntimeApi::ConnectionId connection) override;
  void on_waiting() override;
  void on_response(std::string payload) override;
  void on_error(std::string payload, std::string type) override;
  void on_response_too_large() override;
  void on_init_error(std::string payload, std::string type) override;

  Owner& owner_;
  LogSink& logs_;
  const Clock& clock_;
  const FunctionSpecPtr spec_;
  const Settings settings_;
  const std::shared_ptr<boost::asio::io_context> io_;

  State state_ = State::kStarting;
  EnvironmentParts parts_;
  pid_t pid_ = 0;
  LogTarget log_target_;
  RuntimeApi api_{*this};
  OutputCutter cutter_;

  boost::asio::posix::stream_descriptor process_;
  boost::asio::posix::stream_descriptor api_socket_;
  boost::asio::posix::stream_descriptor log_frames_;
  boost::asio::posix::stream_descriptor output_;
  std::string api_out_;  // not yet accepted by the kernel
  bool api_writing_ = false;
  std::unordered_map<int, std::shared_ptr<TcpPeer>> peers_;
  int next_peer_ = 1;
  bool is_receiving_ = false;
  std::move_only_function<void()> answer_;  // to be given when receive() has ended

  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer freeze_;
  bool is_frozen_ = false;
  bool was_killed_for_memory_ = false;
  bool is_shutting_down_ = false;
  bool init_failed_ = false;

  // The invoke at hand.
  std::optional<PendingInvoke> invoke_;
  LogTail tail_;
  int64_t invoke_started_us_ = 0;
  int64_t init_us_ = 0;
  bool is_first_invoke_ = true;
};

// No failure of the function: whoever would count it must not.
Error shutting_down();

// The steady clock, in microseconds: durations are real whatever the injected clock says.
int64_t steady_us();

}  // namespace millrace::sandbox
