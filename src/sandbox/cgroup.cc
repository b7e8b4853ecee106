#include "sandbox/cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace millrace::sandbox {
namespace {

// AWS: a function has one whole CPU at 1,769 MB.
constexpr int64_t kMemoryOfOneCpuMb = 1769;
constexpr int64_t kSharesOfOneCpu = 1024;  // version 1
constexpr int64_t kWeightOfOneCpu = 100;   // version 2

Status write_value(const std::string& file, const std::string& value) {
  int fd = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  ssize_t wrote = fd < 0 ? -1 : write(fd, value.data(), value.size());
  int error = errno;
  if (fd >= 0) close(fd);
  if (wrote == static_cast<ssize_t>(value.size())) return ok_status();
  return Error::internal(fmt::format("{}: {}", file, std::strerror(error)));
}

Status make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST) return ok_status();
  return Error::internal(fmt::format("{}: {}", path, std::strerror(errno)));
}

std::string read_text(const std::string& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// The value behind a name in lines of "name value".
int64_t field(const std::string& text, const std::string& name) {
  std::istringstream in(text);
  std::string key;
  int64_t value = 0;
  while (in >> key >> value) {
    if (key == name) return value;
  }
  return 0;
}

// Our own group's path in a hierarchy, from /proc/self/cgroup; "" when it is not listed.
std::string own_group(const std::string& controller) {
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    size_t first = line.find(':');
    size_t second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
    if (names.find("," + controller + ",") != names.npos) return line.substr(second + 1);
  }
  return "";
}

}  // namespace

Cgroup::~Cgroup() {
  for (int fd : enter_)
    close(fd);
  for (const std::string& folder : folders_)
    rmdir(folder.c_str());
}

int64_t Cgroup::memory_kills() const { return field(read_text(kills_file_), "oom_kill"); }

Result<std::unique_ptr<Cgroups>> Cgroups::open(const std::string& root) {
  auto v2 = open_v2(root);
  if (v2.ok()) return v2;
  auto v1 = open_v1(root);
  if (v1.ok()) return v1;
  return std::move(v1).error().prefixed(v2.error().message() + "; ");
}

Result<std::unique_ptr<Cgroups>> Cgroups::open_v1(const std::string& root) {
  std::unique_ptr<Cgroups> groups(new Cgroups);
  groups->version_ = 1;
  auto folder = [&](const char* controller) {
    std::string own = own_group(controller);
    return fmt::format("{}/{}{}/millrace", root, controller, own == "/" ? "" : own);
  };
  groups->memory_ = folder("memory");
  MR_TRY(make_folder(groups->memory_));
  if (std::string pids = folder("pids"); make_folder(pids).ok()) groups->pids_ = pids;
  if (std::string cpu = folder("cpu"); make_folder(cpu).ok()) groups->cpu_ = cpu;
  MR_ASSIGN(auto probe, groups->create(fmt::format("probe-{}", getpid()), {}));
  return groups;
}

Result<std::unique_ptr<Cgroups>> Cgroups::open_v2(const std::string& root) {
  std::string own = own_group("");
  // The unified hierarchy lies at the root, or beside version 1's.
  std::string base = root;
  if (access((base + "/cgroup.controllers").c_str(), R_OK) != 0) base = root + "/unified";
  std::string home = base + (own == "/" ? "" : own);
  std::string controllers = " " + read_text(home + "/cgroup.controllers");
  std::replace(controllers.begin(), controllers.end(), '\n', ' ');
  if (controllers.find(" memory ") == controllers.npos) {
    return Error::internal(home + ": no memory controller");
  }
  std::unique_ptr<Cgroups> groups(new Cgroups);
  groups->version_ = 2;
  bool has_pids = controllers.find(" pids ") != controllers.npos;
  bool has_cpu = controllers.find(" cpu ") != controllers.npos;
  std::string enable = fmt::format("+memory{}{}", has_pids ? " +pids" : "", has_cpu ? " +cpu" : "");
  if (!write_value(home + "/cgroup.subtree_control", enable).ok()) {
    // A group with processes cannot have limited children: step aside into a leaf of our own first.
    MR_TRY(make_folder(home + "/millrace-server"));
    MR_TRY(write_value(home + "/millrace-server/cgroup.procs", "0"));
    MR_TRY(write_value(home + "/cgroup.subtree_control", enable));
  }
  groups->memory_ = home + "/millrace-functions";
  MR_TRY(make_folder(groups->memory_));
  MR_TRY(write_value(groups->memory_ + "/cgroup.subtree_control", enable));
  if (has_pids) groups->pids_ = groups->memory_;
  if (has_cpu) groups->cpu_ = groups->memory_;
  MR_ASSIGN(auto probe, groups->create(fmt::format("probe-{}", getpid()), {}));
  return groups;
}

Result<std::unique_ptr<Cgroup>> Cgroups::create(const std::string& name,
                                                const CgroupLimits& limits) {
  std::unique_ptr<Cgroup> group(new Cgroup);
  auto add = [&](const std::string& parent) -> Result<std::string> {
    std::string folder = parent + "/" + name;
    if (std::find(group->folders_.begin(), group->folders_.end(), folder) !=
        group->folders_.end()) {
      return folder;
    }
    MR_TRY(make_folder(folder));
    group->folders_.push_back(folder);
    std::string file = folder + "/cgroup.procs";
    int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return Error::internal(fmt::format("{}: {}", file, std::strerror(errno)));
    group->enter_.push_back(fd);
    return folder;
  };
  std::string bytes = std::to_string(limits.memory_mb * 1024 * 1024);
  MR_ASSIGN(std::string memory, add(memory_));
  if (version_ == 1) {
    MR_TRY(write_value(memory + "/memory.limit_in_bytes", bytes));
    // Absent without swap accounting; then swap is the machine's owner's choice.
    (void)write_value(memory + "/memory.memsw.limit_in_bytes", bytes);
    group->kills_file_ = memory + "/memory.oom_control";
  } else {
    MR_TRY(write_value(memory + "/memory.max", bytes));
    (void)write_value(memory + "/memory.swap.max", "0");
    group->kills_file_ = memory + "/memory.events";
  }
  if (!pids_.empty()) {
    MR_ASSIGN(std::string pids, add(pids_));
    MR_TRY(write_value(pids + "/pids.max", std::to_string(limits.processes_max)));
  }
  if (!cpu_.empty()) {
    MR_ASSIGN(std::string cpu, add(cpu_));
    int64_t whole = version_ == 1 ? kSharesOfOneCpu : kWeightOfOneCpu;
    int64_t share = std::max<int64_t>(2, whole * limits.memory_mb / kMemoryOfOneCpuMb);
    MR_TRY(write_value(cpu + (version_ == 1 ? "/cpu.shares" : "/cpu.weight"),
                       std::to_string(std::min<int64_t>(share, 10'000))));
  }
  return group;
}

}  // namespace millrace::sandbox
