// Memory, CPU and process limits through control groups, version 1 or 2, whichever the machine
// gives us; a machine that gives none (an ordinary user's usual case) has no Cgroups, and the
// process host watches memory by itself. Thread safety: Cgroups is free-threaded; a Cgroup belongs
// to one owner.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace::sandbox {

struct CgroupLimits {
  int64_t memory_mb = 128;
  int64_t processes_max = 1024;
};

// One environment's group; removed (with what still runs in it killed by the caller) on
// destruction.
class Cgroup {
 public:
  ~Cgroup();
  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  // Open for writing "0": how a child enters (spawn.h).
  const std::vector<int>& enter_descriptors() const { return enter_; }
  // How often the kernel killed a process of the group for memory.
  int64_t memory_kills() const;

 private:
  friend class Cgroups;
  Cgroup() = default;
  std::vector<std::string> folders_;
  std::vector<int> enter_;
  std::string kills_file_;
};

class Cgroups {
 public:
  // What can be used: tries to make a group and to limit it. An Error says what was refused.
  // `root` is /sys/fs/cgroup.
  static Result<std::unique_ptr<Cgroups>> open(const std::string& root = "/sys/fs/cgroup");

  Result<std::unique_ptr<Cgroup>> create(const std::string& name, const CgroupLimits& limits);
  bool has_cpu() const { return !cpu_.empty(); }
  int version() const { return version_; }

 private:
  Cgroups() = default;
  static Result<std::unique_ptr<Cgroups>> open_v1(const std::string& root);
  static Result<std::unique_ptr<Cgroups>> open_v2(const std::string& root);
  int version_ = 1;
  // Our folder in each hierarchy; empty where there is none. With version 2 all are memory_.
  std::string memory_;
  std::string pids_;
  std::string cpu_;
};

}  // namespace millrace::sandbox
