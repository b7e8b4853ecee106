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
#include <span>
#include <vector>

#include "svc/logs/rows.h"
#include "svc/periodic.h"

namespace millrace::logs {

class LogWriter final : public svc::LogSink {
 public:
  static constexpr int64_t kFlushMs = 50;
  static constexpr size_t kPendingBytesMax = 64 << 20;  // beyond it lines are dropped, and said so
  // What one transaction writes at most: below what it can append, and short for the others.
  static constexpr size_t kCommitLinesMax = 4'000;
  static constexpr size_t kCommitBytesMax = 4 << 20;
  static constexpr int64_t kSweepMs = 3'600'000;

  explicit LogWriter(const svc::Ports& ports)
      : ports_(ports),
        sweeping_(ports, {.name = "logs: retention", .interval_ms = kSweepMs},
                  [this] { return sweep(); }) {}
  ~LogWriter() override { *alive_ = false; }

  void append(const svc::Scope& scope, const std::string& group, const std::string& stream,
              std::vector<svc::LogLine> lines) override;
  void start() { sweeping_.start(); }
  void stop();
  // Writes what has been gathered.
  Status flush();
  // Deletes what is older than its group's retention.
  Status sweep();

 private:
  struct Place {
    svc::Scope scope;
    std::string group, stream;
    auto operator<=>(const Place&) const = default;
  };
  struct Slice {
    const Place* place;
    std::span<const svc::LogLine> lines;
  };
  Status commit(const std::vector<Slice>& slices);

  const svc::Ports& ports_;
  std::shared_ptr<std::atomic<bool>> alive_ = std::make_shared<std::atomic<bool>>(true);
  std::mutex mutex_;
  std::map<Place, std::vector<svc::LogLine>> pending_;
  size_t pending_bytes_ = 0;  // with what is being written
  bool is_scheduled_ = false;
  std::mutex flush_mutex_;  // keeps a stream's lines in order
  svc::Periodic sweeping_;
};

}  // namespace millrace::logs
