#include "net/runtime.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <thread>
#include <vector>

#include "base/log.h"

namespace millrace::net {
namespace asio = boost::asio;

Instant OffsetClock::now() const { return Instant{base_.now().us + offset_us_.load()}; }

int64_t OffsetClock::monotonic_us() const { return base_.monotonic_us() + offset_us_.load(); }

void OffsetClock::advance_ms(int64_t ms) {
  CHECK(ms >= 0);
  offset_us_.fetch_add(ms * 1'000);
  std::function<void()> listener;
  {
    std::lock_guard lock(mutex_);
    listener = listener_;
  }
  if (listener) listener();
}

void OffsetClock::set_listener(std::function<void()> listener) {
  std::lock_guard lock(mutex_);
  listener_ = std::move(listener);
}

namespace {

// Ours return errors; what a library throws ends here.
template <class F>
void guarded(F& fn) {
  try {
    fn();
  } catch (const std::exception& e) {
    spdlog::error("exception in a task: {}", e.what());
  }
}

// Runs what may block. Threads are started while work waits and none is idle.
class WorkerPool {
 public:
  WorkerPool(int threads_max, size_t queue_max)
      : threads_max_(threads_max), queue_max_(queue_max) {}

  void post(std::function<void()> task) {
    std::unique_lock lock(mutex_);
    if (!stopping_) push(lock, std::move(task));
  }

  Status try_post(std::function<void()> task) {
    std::unique_lock lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) {
      return Error("ThrottlingException", 400, "Rate exceeded: the server has too much to do");
    }
    push(lock, std::move(task));
    return ok_status();
  }

  // Finishes what is queued.
  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
    threads_.clear();
  }

 private:
  // REQUIRES: `lock` holds mutex_.
  void push(std::unique_lock<std::mutex>& lock, std::function<void()> task) {
    queue_.push_back(std::move(task));
    if (queue_.size() > idle_ && static_cast<int>(threads_.size()) < threads_max_) {
      threads_.emplace_back([this] { run(); });
    }
    lock.unlock();
    wake_.notify_one();
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      ++idle_;
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (queue_.empty()) return;
      std::function<void()> task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      guarded(task);
      task = nullptr;
      lock.lock();
    }
  }

  const int threads_max_;
  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

// Timers by the injected clock's monotonic time, waited for on one thread.
class TimerQueue {
 public:
  TimerQueue(const Clock& clock, std::function<void(std::function<void()>)> run)
      : clock_(clock), run_(std::move(run)) {}

  void start() {
    thread_ = std::thread([this] { loop(); });
  }

  void add(int64_t delay_ms, std::function<void()> task) {
    // A delay beyond a century is as good as never and must not overflow.
    constexpr int64_t kDelayMaxMs = int64_t{100} * 366 * 86'400'000;
    int64_t due = clock_.monotonic_us() + std::clamp<int64_t>(delay_ms, 0, kDelayMaxMs) * 1'000;
    {
      std::lock_guard lock(mutex_);
      timers_.emplace(due, std::move(task));
    }
    wake_.notify_one();
  }

  void look_again() {
    {
      std::lock_guard lock(mutex_);
      ++moves_;
    }
    wake_.notify_one();
  }

  void stop() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
    timers_.clear();
  }

 private:
  void loop() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      int64_t now = clock_.monotonic_us();
      if (!timers_.empty() && timers_.begin()->first <= now) {
        std::function<void()> task = std::move(timers_.begin()->second);
        timers_.erase(timers_.begin());
        lock.unlock();
        run_(std::move(task));
        lock.lock();
        continue;
      }
      auto changed = [this, moves = moves_, first = first_due()] {
        return stopping_ || moves_ != moves || first_due() != first;
      };
      if (timers_.empty()) {
        wake_.wait(lock, changed);
      } else {
        wake_.wait_for(lock, std::chrono::microseconds(timers_.begin()->first - now), changed);
      }
    }
  }

  int64_t first_due() const { return timers_.empty() ? -1 : timers_.begin()->first; }

  const Clock& clock_;
  const std::function<void(std::function<void()>)> run_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::multimap<int64_t, std::function<void()>> timers_;
  uint64_t moves_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

struct Runtime::Impl {
  using Guard = asio::executor_work_guard<asio::io_context::executor_type>;

  Impl(const Clock& clock, const Options& options)
      : workers(options.worker_threads_max, options.worker_queue_max),
        timers(clock, [this](std::function<void()> task) { post_io(std::move(task)); }) {
    int count = options.io_threads > 0 ? options.io_threads
                                       : static_cast<int>(std::thread::hardware_concurrency());
    for (int i = 0; i < std::max(count, 1); ++i) {
      contexts.push_back(std::make_shared<asio::io_context>(1));
    }
  }

  void post_io(std::function<void()> task) {
    const auto& context = contexts[next++ % contexts.size()];
    asio::post(*context, std::move(task));
  }

  std::vector<std::shared_ptr<asio::io_context>> contexts;
  std::vector<Guard> guards;
  std::vector<std::thread> threads;
  std::atomic<size_t> next{0};
  WorkerPool workers;
  TimerQueue timers;
  bool running = false;
};

Runtime::Runtime(const Clock& clock, Options options)
    : clock_(clock), impl_(std::make_unique<Impl>(clock, options)) {}

Runtime::~Runtime() { stop(); }

Status Runtime::start() {
  CHECK(!impl_->running);
  impl_->running = true;
  for (const auto& context : impl_->contexts) {
    impl_->guards.emplace_back(context->get_executor());
    impl_->threads.emplace_back([context] {
      auto run = [&] { context->run(); };
      while (!context->stopped())
        guarded(run);
    });
  }
  impl_->timers.start();
  return ok_status();
}

void Runtime::stop() {
  if (!impl_->running) return;
  impl_->running = false;
  impl_->timers.stop();
  impl_->workers.stop();
  impl_->guards.clear();
  for (const auto& context : impl_->contexts)
    context->stop();
  for (std::thread& thread : impl_->threads)
    thread.join();
  // Completions that were queued behind the stop still release what they hold.
  for (const auto& context : impl_->contexts) {
    context->restart();
    context->poll();
  }
}

void Runtime::post(std::function<void()> task) { impl_->workers.post(std::move(task)); }

Status Runtime::try_post(std::function<void()> task) {
  return impl_->workers.try_post(std::move(task));
}

void Runtime::after(int64_t delay_ms, std::function<void()> task) {
  impl_->timers.add(delay_ms, std::move(task));
}

void Runtime::clock_moved() { impl_->timers.look_again(); }

size_t Runtime::io_count() const { return impl_->contexts.size(); }

const std::shared_ptr<asio::io_context>& Runtime::io(size_t index) const {
  return impl_->contexts[index];
}

const std::shared_ptr<asio::io_context>& Runtime::next_io() {
  return impl_->contexts[impl_->next++ % impl_->contexts.size()];
}

}  // namespace millrace::net
