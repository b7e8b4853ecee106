// What walls this machine lets us build around a function, found by building each one for real.
// `millrace doctor` prints the checks; the process host uses the layers.
// Thread safety: free-threaded; blocks for some tens of milliseconds.
#pragma once

#include <linux/filter.h>

#include <memory>
#include <string>
#include <vector>

#include "sandbox/cgroup.h"

namespace millrace::sandbox {

struct DoctorCheck {
  std::string name;  // "namespaces", "seccomp", ...
  bool is_ok = false;
  std::string why;      // what the kernel said; empty when it is fine
  std::string meaning;  // what is there, or what is missing without it
};

struct SandboxLayers {
  bool runs_as_root = false;
  bool namespaces = false;      // mount, PID, IPC, UTS
  bool user_namespace = false;  // how an ordinary user gets the others
  bool proc_mount = false;      // a /proc of its own
  bool landlock = false;
  std::vector<sock_filter> seccomp;  // empty: refused
  std::unique_ptr<Cgroups> cgroups;  // null: refused
};

struct Diagnosis {
  SandboxLayers layers;
  std::vector<DoctorCheck> checks;
};

// `scratch` is an existing folder of ours; the probes mount on it, in namespaces of their own.
Diagnosis diagnose(const std::string& scratch);

}  // namespace millrace::sandbox
