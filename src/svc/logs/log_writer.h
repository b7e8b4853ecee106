// LogWriter: the LogSink of the server. Lines are gathered in memory and written together after
// kFlushMs, so that a function's output costs its invoke no commit; a crash may lose that much.
// Also deletes events past their group's retention.
//
// Thread safety: append() from any thread. start() once; stop() once, writes what is left.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>

#include "svc/logs/rows.h"

namespace millrace::logs {

class LogWriter final : public svc::LogSink {
 public:
  static constexpr int64_t kFlushMs = 50;
  static constexpr size_t kPendingBytesMax = 64 << 20;  // beyond it lines are dropped, and said so
  static constexpr int64_t kSweepMs = 3'600'000;

  explicit LogWriter(const svc::Ports& ports) : ports_(ports) {}
  ~LogWriter() override { *alive_ = false; }

  void append(const svc::Scope& scope, const std::string& group, const std::string& stream,
              std::vector<svc::LogLine> lines) override;
  void start();
  void stop();
  Status flush();
  // Deletes what is older than its group's retention.
  Status sweep();

 private:
  struct Place {
    svc::Scope scope;
    std::string group, stream;
    auto operator<=>(const Place&) const = default;
  };
  void schedule_sweep();

  const svc::Ports& ports_;
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::mutex mutex_;
  std::map<Place, std::vector<svc::LogLine>> pending_;
  size_t pending_bytes_ = 0;
  bool is_scheduled_ = false;
  std::mutex flush_mutex_;  // keeps a stream's lines in order
};

}  // namespace millrace::logs
