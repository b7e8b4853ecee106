#include "sandbox/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

// The child must not run what a sanitizer adds: it lives in its parent's memory.
#define CHILD_CODE __attribute__((no_sanitize("address", "undefined", "thread")))

// The thread sanitizer takes clone() for a fork, and this one shares our memory: it is called by
// the name behind which nobody listens.
#if defined(__has_feature) && __has_feature(thread_sanitizer)
extern "C" int __clone(int (*run)(void*), void* stack, int flags, void* argument, ...);
#define clone __clone
#endif

namespace millrace::sandbox {
namespace {

constexpr size_t kStackBytes = 128 * 1024;
constexpr int kDescriptorsMax = 16;

// What the child reads, with pointers in the kernel's form. Lives on the parent's stack.
struct Child {
  const SpawnPlan* plan;
  char* const* argv;
  char* const* environment;
  const char* uid_map;
  const char* gid_map;
  sock_fprog program;
  sigset_t signals;
  pid_t parent;
  // Written by the child when a step fails.
  const char* failed_step = nullptr;
  int failure = 0;
};

CHILD_CODE bool fail(Child& child, const char* step) {
  child.failure = errno;
  child.failed_step = step;
  return false;
}

CHILD_CODE bool write_file(const char* path, const char* text) {
  int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0));
  if (fd < 0) return false;
  size_t length = 0;
  while (text[length] != 0)
    ++length;
  long wrote = syscall(SYS_write, fd, text, length);
  syscall(SYS_close, fd);
  return wrote == static_cast<long>(length);
}

CHILD_CODE bool map_ids(Child& child) {
  // An ordinary user may map its own ids only, and only after giving up setgroups().
  write_file("/proc/self/setgroups", "deny");
  if (!write_file("/proc/self/uid_map", child.uid_map)) return fail(child, "uid_map");
  if (!write_file("/proc/self/gid_map", child.gid_map)) return fail(child, "gid_map");
  return true;
}

CHILD_CODE bool make_read_only(const char* path, unsigned flags) {
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  return syscall(SYS_mount_setattr, AT_FDCWD, path, flags, &attributes, sizeof attributes) == 0;
}

CHILD_CODE bool run_step(const MountStep& step) {
  const char* source = step.source.c_str();
  const char* target = step.target.c_str();
  switch (step.kind) {
    case MountStep::Kind::kDirectory:
      return syscall(SYS_mkdirat, AT_FDCWD, target, 0755) == 0 || errno == EEXIST;
    case MountStep::Kind::kFile: {
      int fd = static_cast<int>(
          syscall(SYS_openat, AT_FDCWD, target, O_CREAT | O_WRONLY | O_CLOEXEC, 0444));
      if (fd >= 0) syscall(SYS_close, fd);
      return fd >= 0;
    }
    case MountStep::Kind::kSymlink: return syscall(SYS_symlinkat, source, AT_FDCWD, target) == 0;
    case MountStep::Kind::kBindReadOnly:
      return syscall(SYS_mount, source, target, nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
             make_read_only(target, AT_RECURSIVE);
    case MountStep::Kind::kBindDevice:
      return syscall(SYS_mount, source, target, nullptr, MS_BIND, nullptr) == 0;
    case MountStep::Kind::kTmpfs:
      return syscall(SYS_mount, "tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV,
                     step.options.c_str()) == 0;
    case MountStep::Kind::kProc:
      return syscall(SYS_mount, "proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                     nullptr) == 0;
  }
  return false;
}

CHILD_CODE bool build_root(Child& child) {
  const SpawnPlan& plan = *child.plan;
  if (syscall(SYS_mount, "", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return fail(child, "making mounts private");
  }
  const char* root = plan.new_root.c_str();
  if (syscall(SYS_mount, "tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=1m") != 0) {
    return fail(child, "mounting the new root");
  }
  for (const MountStep& step : plan.mounts) {
    if (!run_step(step) && !step.optional) return fail(child, step.target.c_str());
  }
  if (syscall(SYS_chdir, root) != 0 || syscall(SYS_pivot_root, ".", ".") != 0 ||
      syscall(SYS_umount2, ".", MNT_DETACH) != 0 || syscall(SYS_chdir, "/") != 0) {
    return fail(child, "pivot_root");
  }
  if (!make_read_only("/", 0)) return fail(child, "making the root read-only");
  return true;
}

CHILD_CODE bool limit(int resource, int64_t value) {
  if (value <= 0) return true;
  rlimit wanted{static_cast<rlim_t>(value), static_cast<rlim_t>(value)};
  if (syscall(SYS_prlimit64, 0, resource, &wanted, nullptr) == 0) return true;
  // The hard limit may be lower than what we ask for: then it is the limit.
  return errno == EPERM;
}

CHILD_CODE bool set_limits(Child& child) {
  const SpawnPlan& plan = *child.plan;
  rlimit no_core{0, 0};
  syscall(SYS_prlimit64, 0, RLIMIT_CORE, &no_core, nullptr);
  if (!limit(RLIMIT_NOFILE, plan.open_files_max)) return fail(child, "RLIMIT_NOFILE");
  if (!limit(RLIMIT_NPROC, plan.processes_max)) return fail(child, "RLIMIT_NPROC");
  if (!limit(RLIMIT_DATA, plan.data_bytes_max)) return fail(child, "RLIMIT_DATA");
  if (!limit(RLIMIT_FSIZE, plan.file_bytes_max)) return fail(child, "RLIMIT_FSIZE");
  return true;
}

CHILD_CODE bool drop_privileges(Child& child) {
  const SpawnPlan& plan = *child.plan;
  if (plan.change_ids || plan.use_user_namespace) {
    for (int capability = 0; capability < 64; ++capability) {
      if (syscall(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) break;
    }
  }
  if (plan.change_ids) {
    if (syscall(SYS_setgroups, 0, nullptr) != 0 ||
        syscall(SYS_setresgid, plan.gid, plan.gid, plan.gid) != 0 ||
        syscall(SYS_setresuid, plan.uid, plan.uid, plan.uid) != 0) {
      return fail(child, "changing to an unprivileged user");
    }
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  if (syscall(SYS_capset, &header, none) != 0) return fail(child, "dropping capabilities");
  if (syscall(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(child, "no_new_privs");
  return true;
}

constexpr uint64_t kLandlockRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kLandlockWrite = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

CHILD_CODE bool restrict_files(Child& child) {
  const SpawnPlan& plan = *child.plan;
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs =
      kLandlockWrite | (plan.landlock_restricts_reads ? kLandlockRead : 0);
  int ruleset = static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0));
  if (ruleset < 0) return fail(child, "landlock_create_ruleset");
  for (const LandlockRule& rule : plan.landlock) {
    landlock_path_beneath_attr beneath{};
    switch (rule.access) {
      case LandlockRule::Access::kRead: beneath.allowed_access = kLandlockRead; break;
      case LandlockRule::Access::kReadWrite:
        beneath.allowed_access = kLandlockRead | kLandlockWrite;
        break;
      case LandlockRule::Access::kWriteFile:
        beneath.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE;
        break;
    }
    beneath.allowed_access &= attributes.handled_access_fs;
    if (beneath.allowed_access == 0) continue;
    int fd =
        static_cast<int>(syscall(SYS_openat, AT_FDCWD, rule.path.c_str(), O_PATH | O_CLOEXEC, 0));
    if (fd < 0) continue;  // not on this machine: nothing to allow
    beneath.parent_fd = fd;
    long rc = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    syscall(SYS_close, fd);
    if (rc != 0) return fail(child, "landlock_add_rule");
  }
  if (syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
    return fail(child, "landlock_restrict_self");
  }
  syscall(SYS_close, ruleset);
  return true;
}

// Moves the descriptors to 0, 1, 2 ... and closes all others.
CHILD_CODE bool arrange_descriptors(Child& child) {
  const SpawnPlan& plan = *child.plan;
  int count = static_cast<int>(plan.descriptors.size());
  // First out of the way of the targets, then into place.
  int parked[kDescriptorsMax];
  for (int i = 0; i < count; ++i) {
    parked[i] = static_cast<int>(syscall(SYS_fcntl, plan.descriptors[static_cast<size_t>(i)],
                                         F_DUPFD_CLOEXEC, kDescriptorsMax));
    if (parked[i] < 0) return fail(child, "duplicating a descriptor");
  }
  for (int i = 0; i < count; ++i) {
    if (syscall(SYS_dup3, parked[i], i, 0) < 0) return fail(child, "placing a descriptor");
  }
  // CLOEXEC rather than closed: the program's file may be among them until it is executed.
  syscall(SYS_close_range, count, ~0u, 0x4 /* CLOSE_RANGE_CLOEXEC */);
  return true;
}

CHILD_CODE bool prepare(Child& child) {
  const SpawnPlan& plan = *child.plan;
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  for (int fd : plan.cgroup_descriptors) {
    if (syscall(SYS_write, fd, "0", 1) != 1) return fail(child, "entering the cgroup");
  }
  if (plan.use_user_namespace && !map_ids(child)) return false;
  syscall(SYS_setsid);
  if (plan.use_namespaces) {
    syscall(SYS_sethostname, "lambda", 6);
    if (!build_root(child)) return false;
  }
  if (!set_limits(child) || !drop_privileges(child)) return false;
  // Changing ids forgets it.
  syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (syscall(SYS_chdir, plan.working_directory.c_str()) != 0) {
    return fail(child, "entering the working directory");
  }
  if (plan.use_landlock && !restrict_files(child)) return false;
  if (!arrange_descriptors(child)) return false;
  for (int signal = 1; signal < 32; ++signal) {
    struct {
      void (*handler)(int);
      unsigned long flags;
      void (*restorer)();
      uint64_t mask;
    } action{SIG_DFL, 0, nullptr, 0};
    syscall(SYS_rt_sigaction, signal, &action, nullptr, sizeof action.mask);
  }
  uint64_t no_signals = 0;
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, sizeof no_signals);
  syscall(SYS_umask, 022);
  if (plan.seccomp != nullptr &&
      syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &child.program) != 0) {
    return fail(child, "loading the seccomp filter");
  }
  return true;
}

CHILD_CODE int child_main(void* argument) {
  Child& child = *static_cast<Child*>(argument);
  if (prepare(child)) {
    syscall(SYS_execve, child.argv[0], child.argv, child.environment);
    fail(child, "executing the program");
  }
  syscall(SYS_exit_group, 127);
  return 127;
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& text : strings)
    out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace

Result<Spawned> spawn(const SpawnPlan& plan) {
  CHECK(plan.descriptors.size() < kDescriptorsMax && !plan.argv.empty());
  std::vector<char*> argv = pointers(plan.argv);
  std::vector<char*> environment = pointers(plan.environment);
  std::string uid_map = fmt::format("{} {} 1", plan.uid, geteuid());
  std::string gid_map = fmt::format("{} {} 1", plan.gid, getegid());
  Child child{.plan = &plan,
              .argv = argv.data(),
              .environment = environment.data(),
              .uid_map = uid_map.c_str(),
              .gid_map = gid_map.c_str()};
  if (plan.seccomp != nullptr) {
    child.program.len = static_cast<unsigned short>(plan.seccomp->size());
    child.program.filter = const_cast<sock_filter*>(plan.seccomp->data());
  }
  void* stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return Error::internal("no memory for a child's stack");
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  if (plan.use_user_namespace) flags |= CLONE_NEWUSER;
  if (plan.use_namespaces) flags |= CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
  // A handler of ours must not run in the child, on our memory.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Spawned spawned;
  spawned.pid = clone(child_main, static_cast<char*>(stack) + kStackBytes, flags, &child,
                      &spawned.pid_descriptor);
  int clone_error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  munmap(stack, kStackBytes);
  if (spawned.pid < 0) {
    return Error::internal(fmt::format("clone: {}", std::strerror(clone_error)));
  }
  if (child.failed_step != nullptr) {
    waitpid(spawned.pid, nullptr, 0);
    close(spawned.pid_descriptor);
    return Error::internal(fmt::format("starting {}: {}: {}", plan.argv[0], child.failed_step,
                                       std::strerror(child.failure)));
  }
  return spawned;
}

}  // namespace millrace::sandbox
