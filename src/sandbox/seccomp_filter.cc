#include "sandbox/seccomp_filter.h"

#include <fmt/format.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace millrace::sandbox {
namespace {

// Reaching into other processes, changing what is mounted or which namespace one is in, loading
// code into the kernel, setting the machine's clock and name, and kernel interfaces with a record
// of holes.
constexpr const char* kDenied[] = {"ptrace",
                                   "process_vm_readv",
                                   "process_vm_writev",
                                   "process_madvise",
                                   "kcmp",
                                   "pidfd_getfd",
                                   "mount",
                                   "umount",
                                   "umount2",
                                   "pivot_root",
                                   "chroot",
                                   "move_mount",
                                   "open_tree",
                                   "fsopen",
                                   "fsconfig",
                                   "fsmount",
                                   "fspick",
                                   "mount_setattr",
                                   "unshare",
                                   "setns",
                                   "bpf",
                                   "perf_event_open",
                                   "userfaultfd",
                                   "add_key",
                                   "request_key",
                                   "keyctl",
                                   "kexec_load",
                                   "kexec_file_load",
                                   "init_module",
                                   "finit_module",
                                   "delete_module",
                                   "create_module",
                                   "get_kernel_syms",
                                   "query_module",
                                   "open_by_handle_at",
                                   "name_to_handle_at",
                                   "swapon",
                                   "swapoff",
                                   "reboot",
                                   "sethostname",
                                   "setdomainname",
                                   "acct",
                                   "quotactl",
                                   "nfsservctl",
                                   "iopl",
                                   "ioperm",
                                   "syslog",
                                   "vhangup",
                                   "settimeofday",
                                   "clock_settime",
                                   "clock_adjtime",
                                   "adjtimex",
                                   "stime",
                                   "lookup_dcookie",
                                   "uselib",
                                   "ustat",
                                   "sysfs",
                                   "_sysctl",
                                   "vm86",
                                   "vm86old",
                                   "modify_ldt",
                                   "fanotify_init",
                                   "move_pages",
                                   "migrate_pages",
                                   "mbind",
                                   "set_mempolicy",
                                   "afs_syscall"};
constexpr const char* kAbsent[] = {"clone3", "io_uring_setup", "io_uring_enter",
                                   "io_uring_register"};
constexpr uint64_t kNewNamespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
                                    CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

struct Releaser {
  void operator()(scmp_filter_ctx context) const { seccomp_release(context); }
};

bool add(scmp_filter_ctx context, uint32_t action, const char* name) {
  int number = seccomp_syscall_resolve_name(name);
  if (number == __NR_SCMP_ERROR)
    return true;  // not on this architecture, or newer than the library
  int rc = seccomp_rule_add(context, action, number, 0);
  return rc == 0 || rc == -EDOM || rc == -EINVAL;
}

bool add_conditional(scmp_filter_ctx context) {
  uint32_t eperm = SCMP_ACT_ERRNO(EPERM);
  bool ok = true;
  // Each namespace flag by itself: a masked comparison matches one value only.
  for (uint64_t bit = 1; bit <= kNewNamespaces; bit <<= 1) {
    if (!(kNewNamespaces & bit)) continue;
    ok &= seccomp_rule_add(context, eperm, SCMP_SYS(clone), 1,
                           scmp_arg_cmp{0, SCMP_CMP_MASKED_EQ, bit, bit}) == 0;
  }
  // Pushing keys into a terminal.
  ok &= seccomp_rule_add(context, eperm, SCMP_SYS(ioctl), 1,
                         scmp_arg_cmp{1, SCMP_CMP_MASKED_EQ, 0xffffffffu, TIOCSTI}) == 0;
  for (int family : {AF_PACKET, AF_VSOCK, AF_ALG, AF_KEY, AF_XDP, AF_BLUETOOTH, AF_CAN, AF_TIPC}) {
    ok &= seccomp_rule_add(context, eperm, SCMP_SYS(socket), 1,
                           scmp_arg_cmp{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(family), 0}) == 0;
  }
  return ok;
}

}  // namespace

Result<std::vector<sock_filter>> build_seccomp_filter() {
  std::unique_ptr<void, Releaser> context(seccomp_init(SCMP_ACT_ALLOW));
  if (!context) return Error::internal("seccomp_init failed");
  bool ok = true;
  for (const char* name : kDenied)
    ok &= add(context.get(), SCMP_ACT_ERRNO(EPERM), name);
  for (const char* name : kAbsent)
    ok &= add(context.get(), SCMP_ACT_ERRNO(ENOSYS), name);
  ok &= add_conditional(context.get());
  if (!ok) return Error::internal("seccomp: a rule was refused by libseccomp");
  int fd = memfd_create("seccomp", MFD_CLOEXEC);
  if (fd < 0) return Error::internal(fmt::format("memfd_create: {}", std::strerror(errno)));
  int rc = seccomp_export_bpf(context.get(), fd);
  off_t size = lseek(fd, 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<size_t>(size) / sizeof(sock_filter));
  ssize_t got = pread(fd, program.data(), program.size() * sizeof(sock_filter), 0);
  close(fd);
  if (rc != 0 || got != size || program.empty())
    return Error::internal("seccomp_export_bpf failed");
  return program;
}

}  // namespace millrace::sandbox
