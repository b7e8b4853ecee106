#include "sandbox/memory_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/environment.h"

namespace millrace::sandbox {
namespace {

// Looking at a process costs some microseconds; beyond these, RLIMIT_NPROC and RLIMIT_DATA bound.
constexpr size_t kTreeMax = 64;

std::string read_small(const std::string& path) {
  char text[4096];
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return "";
  ssize_t got = ::read(fd, text, sizeof text);
  ::close(fd);
  return std::string(text, got > 0 ? static_cast<size_t>(got) : 0);
}

std::vector<int64_t> numbers(std::string_view text) {
  std::vector<int64_t> out;
  while (!text.empty()) {
    int64_t value = 0;
    auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec == std::errc()) {
      out.push_back(value);
      text.remove_prefix(static_cast<size_t>(end - text.data()));
    } else {
      text.remove_prefix(1);
    }
  }
  return out;
}

std::vector<int64_t> children(int64_t pid) {
  return numbers(read_small(fmt::format("/proc/{}/task/{}/children", pid, pid)));
}

// What a process has for itself plus its share of what it shares: forked processes share most.
int64_t proportional_bytes(int64_t pid) {
  std::string text = read_small(fmt::format("/proc/{}/smaps_rollup", pid));
  size_t at = text.find("\nPss:");
  if (at == text.npos) return 0;
  std::vector<int64_t> found = numbers(std::string_view(text).substr(at, 64));
  return found.empty() ? 0 : found.front() * 1024;
}

}  // namespace

int64_t resident_bytes(pid_t pid) {
  static const int64_t page = sysconf(_SC_PAGESIZE);
  std::vector<int64_t> tree = children(pid);
  if (tree.empty()) {
    std::vector<int64_t> pages = numbers(read_small(fmt::format("/proc/{}/statm", pid)));
    return pages.size() > 1 ? pages[1] * page : 0;
  }
  int64_t total = proportional_bytes(pid);
  for (size_t i = 0; i < tree.size() && i < kTreeMax; ++i) {
    total += proportional_bytes(tree[i]);
    std::vector<int64_t> below = children(tree[i]);
    tree.insert(tree.end(), below.begin(), below.end());
  }
  return total;
}

MemoryWatch::MemoryWatch(int64_t interval_ms)
    : interval_ms_(interval_ms), thread_([this] { loop(); }) {}

MemoryWatch::~MemoryWatch() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void MemoryWatch::add(pid_t pid, int64_t limit_mb, std::weak_ptr<Environment> environment) {
  std::lock_guard lock(mutex_);
  watched_[pid] = {limit_mb, std::move(environment)};
  wake_.notify_all();
}

void MemoryWatch::remove(pid_t pid) {
  std::lock_guard lock(mutex_);
  watched_.erase(pid);
  paused_.erase(pid);
}

void MemoryWatch::pause(pid_t pid) {
  std::lock_guard lock(mutex_);
  if (auto entry = watched_.extract(pid)) paused_.insert(std::move(entry));
}

void MemoryWatch::resume(pid_t pid) {
  std::lock_guard lock(mutex_);
  auto entry = paused_.extract(pid);
  if (!entry) return;
  watched_.insert(std::move(entry));
  wake_.notify_all();
}

void MemoryWatch::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (watched_.empty()) {
      wake_.wait(lock);
      continue;
    }
    wake_.wait_for(lock, std::chrono::milliseconds(interval_ms_));
    auto watched = watched_;
    lock.unlock();
    for (const auto& [pid, entry] : watched) {
      if (resident_bytes(pid) <= entry.limit_mb * 1024 * 1024) continue;
      if (auto environment = entry.environment.lock()) environment->kill_for_memory();
    }
    watched.clear();
    lock.lock();
  }
}

}  // namespace millrace::sandbox
