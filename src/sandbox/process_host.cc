#include "sandbox/process_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "sandbox/environment.h"
#include "sandbox/function_peer.h"
#include "sandbox/memory_watch.h"

namespace millrace::sandbox {
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

// AWS's own, for the one user an ordinary user's namespace has.
constexpr uid_t kNamespaceUid = 993;
constexpr gid_t kNamespaceGid = 990;
constexpr int64_t kSweepIntervalMs = 5'000;
constexpr int64_t kWatchIntervalMs = 15;
// Room beside the memory limit for what is mapped but never touched; a rail, not the limit.
constexpr int64_t kDataSlackMb = 512;
// A credential is not handed to an invoke that it might not outlive.
constexpr int64_t kCredentialMarginMs = 15 * 60 * 1000;

Error throttled() {
  return Error("TooManyRequestsException", 429, "Rate Exceeded.")
      .with_member("Reason", "\"ConcurrentInvocationLimitExceeded\"");
}

class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  OwnedFd(const OwnedFd&) = delete;
  OwnedFd& operator=(const OwnedFd&) = delete;
  ~OwnedFd() { reset(-1); }
  void reset(int fd) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Status make_pipe(OwnedFd& reader, OwnedFd& writer) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return Error::internal("pipe: too many open files");
  reader.reset(fds[0]);
  writer.reset(fds[1]);
  fcntl(reader.get(), F_SETFL, O_NONBLOCK);
  return ok_status();
}

}  // namespace

class ProcessHost::Impl final : public Environment::Owner {
 public:
  Impl(HostOptions options, net::Runtime& runtime, const Clock& clock, LogSink& logs,
       const SandboxLayers& layers, Runtimes runtimes)
      : options_(std::move(options)),
        runtime_(runtime),
        clock_(clock),
        logs_(logs),
        layers_(layers),
        runtimes_(std::move(runtimes)),
        spawner_([this] { spawn_loop(); }) {
    if (layers_.cgroups == nullptr) {
      watch_ = std::make_unique<MemoryWatch>(kWatchIntervalMs);
    }
    alive_ = std::make_shared<std::atomic<bool>>(true);
    schedule_sweep();
  }

  ~Impl() override {
    alive_->store(false);
    std::vector<std::shared_ptr<Environment>> all;
    std::vector<PendingInvoke> dropped;
    {
      std::unique_lock lock(mutex_);
      stopping_ = true;
      for (auto& [key, pool] : pools_) {
        for (PendingInvoke& invoke : pool.queue)
          dropped.push_back(std::move(invoke));
        pool.queue.clear();
      }
    }
    wake_spawner_.notify_all();
    spawner_.join();
    {
      std::unique_lock lock(mutex_);
      all.assign(environments_.begin(), environments_.end());
    }
    for (auto& environment : all)
      environment->shut_down();
    for (PendingInvoke& invoke : dropped)
      invoke.done(shutting_down());
    std::unique_lock lock(mutex_);
    all_dead_.wait(lock, [this] { return environments_.empty(); });
  }

  void invoke(FunctionSpecPtr spec, InvokeRequest request, InvokeCallback done) {
    PendingInvoke pending{.request = std::move(request), .done = std::move(done)};
    if (auto family = runtimes_.family(spec->runtime); !family.ok()) {
      return answer_later(std::move(pending), std::move(family).error());
    }
    std::shared_ptr<Environment> chosen;
    std::shared_ptr<Environment> evicted;
    {
      std::unique_lock lock(mutex_);
      if (stopping_) {
        lock.unlock();
        return answer_later(std::move(pending), shutting_down());
      }
      ++invokes_total_;
      Pool& pool = pool_for(spec);
      chosen = take_idle(pool);
      if (!chosen) {
        pending.waited_for_start = true;
        pool.queue.push_back(std::move(pending));
        if (static_cast<size_t>(pool.starting) < pool.queue.size() &&
            !make_room_and_start(pool, evicted)) {
          pending = std::move(pool.queue.back());
          pool.queue.pop_back();
        } else {
          pending.done = nullptr;
        }
      }
    }
    if (evicted) evicted->kill();
    if (chosen) return chosen->run(std::move(pending));
    if (pending.done) answer_later(std::move(pending), throttled());
  }

  void keep_warm(FunctionSpecPtr spec, int count) {
    std::lock_guard lock(mutex_);
    Pool& pool = pool_for(spec);
    pool.keep_warm = count;
    top_up(pool);
  }

  void discard(std::string_view key) {
    std::vector<std::shared_ptr<Environment>> ended;
    {
      std::lock_guard lock(mutex_);
      auto found = pools_.find(std::string(key));
      if (found == pools_.end()) return;
      Pool& pool = found->second;
      pool.is_discarded = true;
      pool.keep_warm = 0;
      ended.assign(pool.idle.begin(), pool.idle.end());
      pool.idle.clear();
      for (const auto& environment : environments_) {
        if (environment->spec().revision_key == key) environment->is_discarded = true;
      }
      forget_if_empty(found);
    }
    for (auto& environment : ended)
      environment->kill();
  }

  HostStats stats() const {
    std::lock_guard lock(mutex_);
    HostStats stats;
    for (const auto& [key, pool] : pools_) {
      stats.idle += static_cast<int64_t>(pool.idle.size());
      stats.starting += pool.starting;
      stats.queued += static_cast<int64_t>(pool.queue.size());
      stats.environments += pool.total;
    }
    stats.busy = stats.environments - stats.idle - stats.starting;
    stats.cold_starts_total = cold_starts_total_;
    stats.invokes_total = invokes_total_;
    return stats;
  }

  const Runtimes& runtimes() const { return runtimes_; }

 private:
  struct Pool {
    FunctionSpecPtr spec;
    std::deque<std::shared_ptr<Environment>> idle;  // the warmest at the back
    std::deque<PendingInvoke> queue;                // each waits for an environment that starts
    int starting = 0;
    int total = 0;  // starting, idle, busy and dying
    int keep_warm = 0;
    bool is_discarded = false;
  };
  using Pools = std::unordered_map<std::string, Pool>;

  // ---- under mutex_
  // ---------------------------------------------------------------------------------

  Pool& pool_for(const FunctionSpecPtr& spec) {
    Pool& pool = pools_[spec->revision_key];
    if (!pool.spec) pool.spec = spec;
    return pool;
  }

  void forget_if_empty(Pools::iterator found) {
    const Pool& pool = found->second;
    if (pool.total == 0 && pool.queue.empty() && pool.keep_warm == 0) pools_.erase(found);
  }

  std::shared_ptr<Environment> take_idle(Pool& pool) {
    if (pool.idle.empty()) return nullptr;
    // One on this very thread saves two thread changes; the warmest otherwise.
    auto best = std::prev(pool.idle.end());
    for (auto it = pool.idle.begin(); it != pool.idle.end(); ++it) {
      if ((*it)->io().get_executor().running_in_this_thread()) best = it;
    }
    std::shared_ptr<Environment> chosen = *best;
    pool.idle.erase(best);
    return chosen;
  }

  // False when the host is full of busy environments. `evicted` is to be killed by the caller.
  bool make_room_and_start(Pool& pool, std::shared_ptr<Environment>& evicted) {
    if (static_cast<int>(environments_.size()) + spawning_ >= options_.environments_max) {
      evicted = least_recently_used();
      if (!evicted) return false;
    }
    start_one(pool, 0);
    return true;
  }

  std::shared_ptr<Environment> least_recently_used() {
    Pool* from = nullptr;
    for (auto& [key, pool] : pools_) {
      if (pool.idle.empty() || static_cast<int>(pool.idle.size()) <= pool.keep_warm) continue;
      if (!from || pool.idle.front()->idle_since_us < from->idle.front()->idle_since_us) {
        from = &pool;
      }
    }
    if (!from) return nullptr;
    std::shared_ptr<Environment> environment = from->idle.front();
    from->idle.pop_front();
    return environment;
  }

  void start_one(Pool& pool, int64_t init_timeout_ms) {
    ++pool.starting;
    ++pool.total;
    ++spawning_;
    ++cold_starts_total_;
    auto io = io_for_new();
    bool is_provisioned = static_cast<size_t>(pool.starting) > pool.queue.size();
    spawn_queue_.push_back([this, spec = pool.spec, io, init_timeout_ms, is_provisioned] {
      create(spec, io, init_timeout_ms, is_provisioned);
    });
    wake_spawner_.notify_one();
  }

  // The io thread that we are on, so that its own requests find the environment there.
  std::shared_ptr<asio::io_context> io_for_new() {
    for (size_t i = 0; i < runtime_.io_count(); ++i) {
      if (runtime_.io(i)->get_executor().running_in_this_thread()) return runtime_.io(i);
    }
    return runtime_.next_io();
  }

  void top_up(Pool& pool) {
    int busy_or_idle = pool.total;
    while (busy_or_idle < pool.keep_warm &&
           static_cast<int>(environments_.size()) + spawning_ < options_.environments_max) {
      start_one(pool, 0);
      ++busy_or_idle;
    }
  }

  // ---- the spawner thread
  // ---------------------------------------------------------------------------

  void spawn_loop() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_spawner_.wait(lock, [this] { return stopping_ || !spawn_queue_.empty(); });
      if (stopping_) break;
      auto job = std::move(spawn_queue_.front());
      spawn_queue_.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
    // The children die with this thread: wait for them here.
    for (const auto& environment : environments_)
      environment->shut_down();
    all_dead_.wait(lock, [this] { return environments_.empty(); });
  }

  void create(const FunctionSpecPtr& spec, const std::shared_ptr<asio::io_context>& io,
              int64_t init_timeout_ms, bool is_provisioned) {
    int64_t started_us = steady_us();
    Environment::Settings settings{
        .init_timeout_ms = init_timeout_ms > 0 ? init_timeout_ms : options_.init_timeout_ms,
        .freeze_after_ms = options_.freeze_after_ms};
    auto environment = std::make_shared<Environment>(*this, logs_, clock_, spec, settings, io);
    {
      std::lock_guard lock(mutex_);
      environment->slot = take_slot();
    }
    auto parts = make_parts(*spec, *io, environment->slot, is_provisioned);
    std::unique_lock lock(mutex_);
    --spawning_;
    if (!parts.ok()) {
      free_slots_.insert(environment->slot);
      return fail_start(lock, *spec, std::move(parts).error());
    }
    parts->started_us = started_us;
    environments_.insert(environment);
    if (watch_) watch_->add(parts->process.pid, spec->memory_mb, environment);
    environment->start(*std::move(parts));
  }

  void fail_start(std::unique_lock<std::mutex>& lock, const FunctionSpec& spec, Error error) {
    spdlog::error("cannot start {}: {}", spec.arn, error.to_string());
    auto found = pools_.find(spec.revision_key);
    std::optional<PendingInvoke> failed;
    Pool& pool = found->second;
    --pool.starting;
    --pool.total;
    if (!pool.queue.empty()) {
      failed = std::move(pool.queue.front());
      pool.queue.pop_front();
    }
    forget_if_empty(found);
    lock.unlock();
    if (!failed) return;
    if (error.is_server_fault()) {
      error = Error("ServiceException", 500,
                    "The function's environment could not be started: " + error.message());
    }
    failed->done(std::move(error));
  }

  // Below kFunctionUids by far: environments_max bounds it.
  size_t take_slot() {
    if (free_slots_.empty()) return next_slot_++;
    size_t slot = *free_slots_.begin();
    free_slots_.erase(free_slots_.begin());
    return slot;
  }

  std::string make_log_stream(const FunctionSpec& spec) {
    std::string day = format_iso8601(clock_.now()).substr(0, 10);
    std::replace(day.begin(), day.end(), '-', '/');
    std::string id = random_uuid(thread_rng());
    std::erase(id, '-');
    return fmt::format("{}/[{}]{}", day, spec.version, id);
  }

  Result<EnvironmentParts> make_parts(const FunctionSpec& spec, asio::io_context& io, size_t slot,
                                      bool is_provisioned) {
    EnvironmentParts parts;
    EnvironmentIdentity identity{.log_stream = make_log_stream(spec),
                                 .is_provisioned = is_provisioned};
    identity.uid =
        layers_.runs_as_root ? kFirstFunctionUid + static_cast<uid_t>(slot) : kNamespaceUid;
    identity.gid =
        layers_.runs_as_root ? kFirstFunctionUid + static_cast<gid_t>(slot) : kNamespaceGid;
    if (spec.credentials) {
      MR_ASSIGN(identity.credentials, spec.credentials());
      parts.credentials_expire_at = identity.credentials.expires_at;
    }
    MR_ASSIGN(RuntimeFamily family, runtimes_.family(spec.runtime));
    if (family == RuntimeFamily::kProvided) {
      boost::system::error_code ec;
      asio::ip::tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);
      parts.listener.emplace(io);
      parts.listener->open(loopback.protocol(), ec);
      if (!ec) parts.listener->bind(loopback, ec);
      if (!ec) parts.listener->listen(16, ec);
      if (ec) return Error::internal("Runtime API listener: " + ec.message());
      fcntl(parts.listener->native_handle(), F_SETFD, FD_CLOEXEC);
      identity.runtime_api = fmt::format("127.0.0.1:{}", parts.listener->local_endpoint().port());
    }
    if (!layers_.namespaces) {
      MR_ASSIGN(identity.private_tmp, private_tmp(slot, identity));
    }
    MR_ASSIGN(SpawnPlan plan, runtimes_.plan(spec, identity));
    OwnedFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    OwnedFd api_ours, api_theirs, frames_ours, frames_theirs, output_ours, output_theirs;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
      return Error::internal("socketpair: too many open files");
    }
    api_ours.reset(pair[0]);
    api_theirs.reset(pair[1]);
    MR_TRY(make_pipe(frames_ours, frames_theirs));
    MR_TRY(make_pipe(output_ours, output_theirs));
    plan.descriptors = {null.get(), output_theirs.get(), output_theirs.get(), api_theirs.get(),
                        frames_theirs.get()};
    if (layers_.cgroups) {
      std::string name = fmt::format("{}-{}", getpid(), slot);
      MR_ASSIGN(parts.cgroup, layers_.cgroups->create(name, {.memory_mb = spec.memory_mb}));
      plan.cgroup_descriptors = parts.cgroup->enter_descriptors();
    } else {
      plan.data_bytes_max = (spec.memory_mb + kDataSlackMb) * 1024 * 1024;
    }
    MR_ASSIGN(parts.process, spawn(plan));
    parts.api_socket = api_ours.release();
    parts.log_frames = frames_ours.release();
    parts.output = output_ours.release();
    parts.uid = identity.uid;
    parts.peers_have_own_uid = layers_.runs_as_root;
    parts.log_stream = identity.log_stream;
    return parts;
  }

  // Stands in for /tmp without a mount namespace: emptied for each environment.
  Result<std::string> private_tmp(size_t slot, const EnvironmentIdentity& identity) {
    std::string path = fmt::format("{}/tmp/{}", options_.runtimes.directory, slot);
    std::error_code error;
    fs::remove_all(path, error);
    fs::create_directories(path, error);
    if (error) return Error::internal(path + ": " + error.message());
    if (layers_.runs_as_root && chown(path.c_str(), identity.uid, identity.gid) != 0) {
      return Error::internal(path + ": chown failed");
    }
    return path;
  }

  // ---- what becomes of environments; on their threads
  // -------------------------------------------------

  void on_idle(const std::shared_ptr<Environment>& environment) override {
    PendingInvoke next;
    bool has_next = false;
    bool retire = false;
    {
      std::lock_guard lock(mutex_);
      auto found = pools_.find(environment->spec().revision_key);
      if (found == pools_.end()) return environment->kill();
      Pool& pool = found->second;
      mark_started(pool, *environment);
      bool is_done = environment->is_discarded || has_stale_credentials(*environment);
      if (!pool.queue.empty() && !is_done) {
        next = std::move(pool.queue.front());
        pool.queue.pop_front();
        has_next = true;
      } else if (is_done || pool.is_discarded || stopping_) {
        retire = true;
      } else {
        environment->idle_since_us = clock_.monotonic_us();
        pool.idle.push_back(environment);
      }
    }
    if (has_next) environment->run(std::move(next));
    if (retire) environment->kill();
  }

  bool has_stale_credentials(const Environment& environment) const {
    Instant expiry = environment.credentials_expire_at();
    return expiry.us != 0 && clock_.now().plus_ms(kCredentialMarginMs) > expiry;
  }

  void mark_started(Pool& pool, Environment& environment) {
    if (!environment.counts_as_starting) return;
    environment.counts_as_starting = false;
    --pool.starting;
  }

  void on_init_failed(const std::shared_ptr<Environment>& environment, InvokeResult failure,
                      InitFailure kind) override {
    std::optional<PendingInvoke> failed;
    bool is_end = false;
    {
      std::lock_guard lock(mutex_);
      is_end = stopping_;
      auto found = pools_.find(environment->spec().revision_key);
      if (found != pools_.end()) {
        Pool& pool = found->second;
        mark_started(pool, *environment);
        if (!pool.queue.empty()) {
          failed = std::move(pool.queue.front());
          pool.queue.pop_front();
        }
        // AWS: an init that times out is run again within the invoke, by the function's own
        // time-out.
        if (failed && kind == InitFailure::kTimeout && failed->init_attempts == 0 && !stopping_) {
          ++failed->init_attempts;
          pool.queue.push_front(std::move(*failed));
          failed.reset();
          start_one(pool, environment->spec().timeout_ms);
        }
      }
    }
    environment->kill();
    if (failed && is_end) return failed->done(shutting_down());
    if (failed)
      answer_failed_init(environment->spec(), std::move(*failed), std::move(failure), kind);
  }

  void answer_failed_init(const FunctionSpec& spec, PendingInvoke invoke, InvokeResult failure,
                          InitFailure kind) {
    const std::string& id = invoke.request.request_id;
    Instant now = clock_.now();
    std::string line;
    std::string_view status = "error";
    if (kind == InitFailure::kExited) {
      line = fmt::format("RequestId: {} Error: {}\n{}", id, failure.payload, failure.error_type);
      failure.payload = exit_payload(id, failure.error_type, failure.payload);
    } else if (kind == InitFailure::kTimeout) {
      line = timeout_line(now, id, spec.timeout_ms);
      failure.payload = timeout_payload(id, spec.timeout_ms);
      failure.duration_us = spec.timeout_ms * 1000;
      status = "timeout";
    }
    failure.billed_ms = billed_ms(failure.duration_us, failure.init_us.value_or(0));
    std::vector<LogEvent> events = {{now, start_line(id, spec.version)}};
    if (!line.empty()) events.push_back({now, line});
    events.push_back({now, end_line(id)});
    events.push_back(
        {now, report_line({.request_id = id,
                           .duration_us = failure.duration_us,
                           .billed_ms = failure.billed_ms,
                           .memory_mb = spec.memory_mb,
                           .max_memory_mb = failure.max_memory_mb,
                           .init_us = failure.init_us,
                           .status = status,
                           .error_type = status == "error" ? std::string_view(failure.error_type)
                                                           : std::string_view()})});
    LogTail tail;
    tail.append(failure.log_tail);
    for (const LogEvent& event : events)
      tail.append(event.message);
    failure.log_tail = tail.take();
    logs_.append({spec.account, spec.region, spec.log_group, failure.log_stream},
                 std::move(events));
    invoke.done(std::move(failure));
  }

  void on_rejected(const std::shared_ptr<Environment>& environment,
                   PendingInvoke pending) override {
    FunctionSpecPtr spec = environment->spec_ptr();
    environment->kill();
    // Again from the start, with another environment.
    auto shared = std::make_shared<PendingInvoke>(std::move(pending));
    asio::post(environment->io(), [this, alive = alive_, spec, shared] {
      if (!alive->load()) {
        return shared->done(shutting_down());
      }
      invoke(spec, std::move(shared->request), std::move(shared->done));
    });
  }

  void on_frozen(const Environment& environment) override {
    if (watch_) watch_->pause(environment.pid());
  }
  void on_thawing(const Environment& environment) override {
    if (watch_) watch_->resume(environment.pid());
  }

  void on_dead(const std::shared_ptr<Environment>& environment) override {
    std::lock_guard lock(mutex_);
    if (watch_) watch_->remove(environment->pid());
    environments_.erase(environment);
    free_slots_.insert(environment->slot);
    auto found = pools_.find(environment->spec().revision_key);
    if (found != pools_.end()) {
      Pool& pool = found->second;
      mark_started(pool, *environment);
      --pool.total;
      std::erase(pool.idle, environment);
      // Invokes that counted on it get another one.
      while (!stopping_ && static_cast<size_t>(pool.starting) < pool.queue.size()) {
        start_one(pool, 0);
      }
      forget_if_empty(found);
    }
    if (environments_.empty()) all_dead_.notify_all();
  }

  // ---- housekeeping
  // -----------------------------------------------------------------------------------

  void schedule_sweep() {
    runtime_.after(kSweepIntervalMs, [this, alive = alive_] {
      if (!alive->load()) return;
      sweep();
      schedule_sweep();
    });
  }

  void sweep() {
    std::vector<std::shared_ptr<Environment>> ended;
    {
      std::lock_guard lock(mutex_);
      int64_t oldest = clock_.monotonic_us() - options_.idle_timeout_ms * 1000;
      for (auto& [key, pool] : pools_) {
        while (!pool.idle.empty() && static_cast<int>(pool.idle.size()) > pool.keep_warm &&
               pool.idle.front()->idle_since_us < oldest) {
          ended.push_back(pool.idle.front());
          pool.idle.pop_front();
        }
        while (!pool.idle.empty() && has_stale_credentials(*pool.idle.front())) {
          ended.push_back(pool.idle.front());
          pool.idle.pop_front();
        }
        if (!stopping_ && !pool.is_discarded) top_up(pool);
      }
    }
    for (auto& environment : ended)
      environment->kill();
  }

  // Callbacks never come from inside invoke().
  void answer_later(PendingInvoke pending, Error error) {
    auto shared = std::make_shared<PendingInvoke>(std::move(pending));
    asio::post(*runtime_.next_io(), [shared, error = std::move(error)] { shared->done(error); });
  }

  const HostOptions options_;
  net::Runtime& runtime_;
  const Clock& clock_;
  LogSink& logs_;
  const SandboxLayers& layers_;
  const Runtimes runtimes_;
  std::unique_ptr<MemoryWatch> watch_;
  std::shared_ptr<std::atomic<bool>> alive_;

  mutable std::mutex mutex_;
  Pools pools_;
  std::set<std::shared_ptr<Environment>> environments_;
  std::set<size_t> free_slots_;
  size_t next_slot_ = 0;
  int spawning_ = 0;
  int64_t cold_starts_total_ = 0;
  int64_t invokes_total_ = 0;
  bool stopping_ = false;
  std::condition_variable all_dead_;
  std::condition_variable wake_spawner_;
  std::deque<std::function<void()>> spawn_queue_;
  std::thread spawner_;  // last: it uses all of the above
};

Result<std::unique_ptr<ProcessHost>> ProcessHost::open(HostOptions options, net::Runtime& runtime,
                                                       const Clock& clock, LogSink& logs) {
  std::error_code error;
  std::string scratch = options.runtimes.directory + "/root";
  fs::create_directories(scratch, error);
  if (error) return Error::internal(scratch + ": " + error.message());
  std::unique_ptr<ProcessHost> host(new ProcessHost(diagnose(scratch)));
  for (const DoctorCheck& check : host->diagnosis_.checks) {
    if (!check.is_ok && check.name != "network") {
      spdlog::warn("sandbox: {} refused ({}): {}", check.name, check.why, check.meaning);
    }
  }
  const SandboxLayers& layers = host->diagnosis_.layers;
  if (layers.runs_as_root && !layers.namespaces) {
    // Functions have users of their own and see the machine's files: their way to their code leads
    // through the data folder, which they may pass but not list.
    fs::permissions(fs::path(options.runtimes.directory).parent_path(),
                    fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add, error);
  }
  MR_ASSIGN(Runtimes runtimes, Runtimes::open(options.runtimes, host->diagnosis_.layers));
  host->impl_ = std::make_unique<Impl>(std::move(options), runtime, clock, logs,
                                       host->diagnosis_.layers, std::move(runtimes));
  return host;
}

ProcessHost::ProcessHost(Diagnosis diagnosis) : diagnosis_(std::move(diagnosis)) {}
ProcessHost::~ProcessHost() = default;

void ProcessHost::invoke(FunctionSpecPtr spec, InvokeRequest request, InvokeCallback done) {
  impl_->invoke(std::move(spec), std::move(request), std::move(done));
}
void ProcessHost::keep_warm(FunctionSpecPtr spec, int count) {
  impl_->keep_warm(std::move(spec), count);
}
void ProcessHost::discard(std::string_view revision_key) { impl_->discard(revision_key); }
Status ProcessHost::check_runtime(std::string_view runtime) const {
  auto family = impl_->runtimes().family(runtime);
  if (!family.ok()) return std::move(family).error();
  return ok_status();
}
HostStats ProcessHost::stats() const { return impl_->stats(); }

}  // namespace millrace::sandbox
