// Watches the resident memory of environments where no cgroup does it (an ordinary user), and kills
// what passes its limit. Between two looks a process can overshoot; RLIMIT_DATA bounds by how much.
// Threads: a thread of its own that sleeps while there is nothing to watch; methods from any
// thread.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace millrace::sandbox {

class Environment;

class MemoryWatch {
 public:
  explicit MemoryWatch(int64_t interval_ms);
  ~MemoryWatch();

  void add(pid_t pid, int64_t limit_mb, std::weak_ptr<Environment> environment);
  // A process that is stopped takes no more memory: looking at it is put off.
  void pause(pid_t pid);
  void resume(pid_t pid);
  void remove(pid_t pid);

 private:
  struct Watched {
    int64_t limit_mb;
    std::weak_ptr<Environment> environment;
  };
  void loop();

  const int64_t interval_ms_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<pid_t, Watched> watched_;
  std::map<pid_t, Watched> paused_;
  bool stopping_ = false;
  std::thread thread_;
};

// Resident bytes of a process and of what it started, shared pages counted by their share.
int64_t resident_bytes(pid_t pid);

}  // namespace millrace::sandbox
