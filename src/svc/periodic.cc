#include "svc/periodic.h"

#include "base/log.h"

namespace millrace::svc {

Periodic::Periodic(const Ports& ports, Options options, std::function<Status()> work)
    : ports_(ports),
      options_(std::move(options)),
      work_(std::move(work)),
      alive_(std::make_shared<std::atomic<bool>>(false)) {}

void Periodic::start() {
  *alive_ = true;
  schedule();
}

void Periodic::schedule() {
  ports_.runner->after(options_.interval_ms, [this, alive = alive_] {
    if (!*alive) return;
    ports_.runner->post([this, alive] {
      if (*alive) run();
    });
  });
}

void Periodic::run() {
  if (Status done = work_(); !done.ok()) {
    spdlog::error("{}: {}", options_.name, done.error().to_string());
  }
  schedule();
}

}  // namespace millrace::svc
