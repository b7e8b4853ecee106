#include "server/functions.h"

#include "base/log.h"
#include "svc/lambda/records.h"

namespace millrace::server {

void LateFunctionHost::start(TaskRunner& runner, Open open) {
  {
    std::lock_guard lock(mutex_);
    is_started_ = true;
  }
  runner.post([this, open = std::move(open)] {
    auto host = open();
    std::vector<std::function<void(Result<sandbox::ProcessHost*>)>> waiting;
    {
      std::lock_guard lock(mutex_);
      if (host.ok())
        host_ = *std::move(host);
      else
        failure_ = std::move(host).error();
      is_open_ = true;
      waiting.swap(waiting_);
    }
    opened_.notify_all();
    if (failure_) spdlog::error("functions cannot run: {}", failure_->to_string());
    for (auto& use : waiting)
      with_host(std::move(use));
  });
}

void LateFunctionHost::stop() {
  std::unique_ptr<sandbox::ProcessHost> host;
  {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_ || !is_started_; });
    is_stopped_ = true;
    unused_.wait(lock, [this] { return in_use_ == 0; });
    host = std::move(host_);
  }
}

void LateFunctionHost::with_host(std::function<void(Result<sandbox::ProcessHost*>)> use) {
  sandbox::ProcessHost* host = nullptr;
  {
    std::lock_guard lock(mutex_);
    if (!is_open_) return waiting_.push_back(std::move(use));
    // What is under way when the server stops is answered, not run.
    if (!is_stopped_ && !failure_) {
      host = host_.get();
      ++in_use_;
    }
  }
  if (host != nullptr) {
    use(host);
    std::lock_guard lock(mutex_);
    if (--in_use_ == 0 && is_stopped_) unused_.notify_all();
    return;
  }
  use(failure_ ? *failure_ : Error("ServiceException", 500, "The server is shutting down"));
}

void LateFunctionHost::invoke(sandbox::FunctionSpecPtr spec, sandbox::InvokeRequest request,
                              sandbox::InvokeCallback done) {
  auto shared = std::make_shared<sandbox::InvokeRequest>(std::move(request));
  with_host([spec = std::move(spec), shared,
             done = std::move(done)](Result<sandbox::ProcessHost*> host) mutable {
    if (!host.ok()) return done(std::move(host).error());
    (*host)->invoke(std::move(spec), std::move(*shared), std::move(done));
  });
}

void LateFunctionHost::keep_warm(sandbox::FunctionSpecPtr spec, int count) {
  with_host([spec = std::move(spec), count](Result<sandbox::ProcessHost*> host) mutable {
    if (host.ok()) (*host)->keep_warm(std::move(spec), count);
  });
}

void LateFunctionHost::discard(std::string_view revision_key) {
  with_host([key = std::string(revision_key)](Result<sandbox::ProcessHost*> host) {
    if (host.ok()) (*host)->discard(key);
  });
}

Status LateFunctionHost::check_runtime(std::string_view runtime) const {
  std::unique_lock lock(mutex_);
  opened_.wait(lock, [this] { return is_open_; });
  if (failure_) return *failure_;
  return host_ ? host_->check_runtime(runtime) : ok_status();
}

sandbox::HostStats LateFunctionHost::stats() const {
  std::lock_guard lock(mutex_);
  return host_ ? host_->stats() : sandbox::HostStats{};
}

Functions::Functions(FunctionOptions options, std::string data_dir, net::Runtime& runtime,
                     svc::Ports& ports)
    : options_(std::move(options)),
      data_dir_(std::move(data_dir)),
      runtime_(runtime),
      ports_(ports),
      logs_(ports),
      code_(data_dir_ + "/functions/code"),
      invoker_(ports),
      poller_(ports) {
  ports.function_host = &host_;
  ports.code_cache = &code_;
  ports.functions = &invoker_;
}

void Functions::start() {
  auto used = lambda::used_code(*ports_.store->snapshot());
  if (used.ok()) {
    code_.tidy_up(*used);
  } else {
    spdlog::error("functions' code is not tidied up: {}", used.error().to_string());
  }
  host_.start(runtime_, [this] {
    sandbox::HostOptions host{.environments_max = options_.environments_max};
    host.runtimes = {.directory = data_dir_ + "/functions",
                     .node = options_.node,
                     .python = options_.python,
                     .node_modules = options_.node_modules,
                     .python_packages = options_.python_packages,
                     .endpoint_url = ports_.endpoint_url};
    return sandbox::ProcessHost::open(std::move(host), runtime_, *ports_.clock, logs_);
  });
  invoker_.start();
  poller_.start();
}

void Functions::stop_background() {
  poller_.stop();
  invoker_.stop();
}

void Functions::stop(int64_t drain_ms) {
  invoker_.drain(drain_ms);
  host_.stop();
}

}  // namespace millrace::server
