#include "sandbox/doctor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sandbox/seccomp_filter.h"
#include "sandbox/spawn.h"

namespace millrace::sandbox {
namespace {

constexpr uid_t kProbeUid = 65534;

// Runs /bin/true behind the walls of `plan`; ok when it could be started and ended well.
Status try_plan(SpawnPlan plan) {
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  plan.argv = {"/bin/true"};
  plan.working_directory = "/";
  plan.descriptors = {null, null, null};
  auto spawned = spawn(plan);
  close(null);
  if (!spawned.ok()) return std::move(spawned).error();
  int status = 0;
  waitpid(spawned->pid, &status, 0);
  close(spawned->pid_descriptor);
  if (status != 0) return Error::internal(fmt::format("/bin/true ended with status {}", status));
  return ok_status();
}

SpawnPlan namespace_plan(const std::string& scratch, bool as_root) {
  using Kind = MountStep::Kind;
  SpawnPlan plan;
  plan.use_namespaces = true;
  plan.use_user_namespace = !as_root;
  plan.change_ids = as_root;
  plan.uid = plan.gid = kProbeUid;
  plan.new_root = scratch;
  for (const char* folder : {"/usr", "/bin", "/lib", "/lib64"}) {
    char link[256];
    ssize_t length = readlink(folder, link, sizeof link);
    if (length > 0) {
      plan.mounts.push_back({.kind = Kind::kSymlink,
                             .source = std::string(link, static_cast<size_t>(length)),
                             .target = scratch + folder});
    } else if (access(folder, F_OK) == 0) {
      plan.mounts.push_back({.kind = Kind::kDirectory, .target = scratch + folder});
      plan.mounts.push_back(
          {.kind = Kind::kBindReadOnly, .source = folder, .target = scratch + folder});
    }
  }
  return plan;
}

DoctorCheck check(std::string name, const Status& status, std::string with, std::string without) {
  return {.name = std::move(name),
          .is_ok = status.ok(),
          .why = status.ok() ? "" : status.error().message(),
          .meaning = status.ok() ? std::move(with) : std::move(without)};
}

Status probe_landlock() {
  long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 0) return Error::internal(fmt::format("Landlock: {}", std::strerror(errno)));
  SpawnPlan plan;
  plan.use_landlock = true;
  return try_plan(std::move(plan));
}

}  // namespace

Diagnosis diagnose(const std::string& scratch) {
  Diagnosis d;
  SandboxLayers& layers = d.layers;
  layers.runs_as_root = geteuid() == 0;

  Status namespaces = try_plan(namespace_plan(scratch, layers.runs_as_root));
  layers.namespaces = namespaces.ok();
  layers.user_namespace = namespaces.ok() && !layers.runs_as_root;
  if (!layers.runs_as_root) {
    d.checks.push_back(check("user namespace", namespaces,
                             "an ordinary user can build the other namespaces",
                             "sysctl kernel.unprivileged_userns_clone or AppArmor may forbid it"));
  }
  d.checks.push_back(
      check("namespaces", namespaces,
            "each function sees its own files (/var/task, /opt, /tmp) and processes only",
            "functions see the machine's files and processes as far as Landlock and user ids let "
            "them; /var/task and /opt are not at their usual place"));

  if (layers.namespaces) {
    SpawnPlan plan = namespace_plan(scratch, layers.runs_as_root);
    plan.mounts.push_back({.kind = MountStep::Kind::kDirectory, .target = scratch + "/proc"});
    plan.mounts.push_back({.kind = MountStep::Kind::kProc, .target = scratch + "/proc"});
    Status proc = try_plan(std::move(plan));
    layers.proc_mount = proc.ok();
    d.checks.push_back(check("/proc", proc, "a function's /proc shows its own processes",
                             "functions have no /proc (usual inside a container)"));
  }

  auto filter = build_seccomp_filter();
  Status seccomp;
  if (filter.ok()) {
    SpawnPlan plan;
    plan.seccomp = &*filter;
    seccomp = try_plan(std::move(plan));
  } else {
    seccomp = filter.error();
  }
  if (seccomp.ok()) layers.seccomp = *std::move(filter);
  d.checks.push_back(check("seccomp", seccomp, "system calls that reach out of the sandbox fail",
                           "functions may make any system call of an ordinary user"));

  Status landlock = probe_landlock();
  layers.landlock = landlock.ok();
  d.checks.push_back(check("Landlock", landlock, "functions write below /tmp only",
                           "file access rests on namespaces and user ids alone"));

  auto cgroups = Cgroups::open();
  d.checks.push_back(
      check("cgroups", cgroups.ok() ? ok_status() : Status(cgroups.error()),
            "the kernel limits memory, processes and CPU share of each function",
            "memory is watched by the server and bounded by RLIMIT_DATA; CPU is not shared out"));
  if (cgroups.ok()) {
    layers.cgroups = *std::move(cgroups);
    d.checks.back().name = fmt::format("cgroups v{}", layers.cgroups->version());
  }

  DoctorCheck identity{.name = "separate user ids", .is_ok = layers.runs_as_root};
  identity.meaning = layers.runs_as_root ? "each environment runs under a user id of its own"
                                         : "functions run under your user id";
  if (!layers.runs_as_root) identity.why = "not started as root";
  d.checks.push_back(std::move(identity));
  d.checks.push_back({.name = "network",
                      .is_ok = false,
                      .why = "not isolated",
                      .meaning = "functions use the machine's network as it is"});
  return d;
}

}  // namespace millrace::sandbox
