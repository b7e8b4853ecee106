// The shell around a Worker: its calls go out through real clients, replies come back from their
// threads into one queue, and the worker itself runs on the caller's thread.
#pragma once

#include <functional>
#include <string>

#include "client/client.h"
#include "keeper/worker.h"

namespace millrace::keeper {

struct ShellOptions {
  // Asked several times a second; true ends the run.
  std::function<bool()> stop;
  // Called about once a second.
  std::function<void(const ReplicationStatus&)> report;
  // Called for what a person should read.
  std::function<void(const std::string&)> note;
};

// Runs until the worker fails (that error) or `stop` says so (success).
Status run_worker(TaskConfig config, client::Client& source, client::Client& target,
                  const Clock& clock, const ShellOptions& options);

// "copying: 1,200 of about 3,000 items, 480/s, 4 s to go; 120 changes applied; lag 0.3 s"
std::string status_line(const ReplicationStatus& status, double copied_per_s);

}  // namespace millrace::keeper
