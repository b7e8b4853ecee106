// Starts one process behind the walls that a SpawnPlan describes. The plan is made ahead, with
// every string and number in place; the child then does nothing but system calls, since it shares
// the server's memory until it executes its program (like vfork: no page table is copied).
//
// The child dies with the *thread* that started it (PR_SET_PDEATHSIG), so spawn() must be called
// from a thread that lives as long as the children shall; in a PID namespace all its descendants
// die with it. Thread safety: free-threaded, blocks for about a millisecond.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace millrace::sandbox {

// One step in building the child's view of the file system; paths are as the step sees them, before
// the new root is entered.
struct MountStep {
  enum class Kind { kDirectory, kFile, kSymlink, kBindReadOnly, kBindDevice, kTmpfs, kProc };
  Kind kind;
  std::string source;  // bind: what is shown; symlink: where it points
  std::string target;
  std::string options;  // tmpfs: "size=512m,mode=1777"
  // A step that may fail: what it shows does not exist on every machine.
  bool optional = false;
};

// What Landlock lets the process do below a path; everything else that changes files is denied.
struct LandlockRule {
  enum class Access { kRead, kReadWrite, kWriteFile };
  std::string path;
  Access access;
};

struct SpawnPlan {
  std::vector<std::string> argv;  // argv[0] is the program's path inside
  std::vector<std::string> environment;
  std::string working_directory;
  // Standard input, output, error, and so on: become 0, 1, 2 ... in the child; all others are
  // closed.
  std::vector<int> descriptors;

  // Walls, each of which the machine may refuse (doctor.h finds out).
  bool use_user_namespace = false;  // as an ordinary user
  bool use_namespaces = false;      // mount, PID, IPC, UTS
  bool use_landlock = false;
  bool landlock_restricts_reads = false;  // when there is no mount namespace to do it
  std::string new_root;                   // an existing folder; with use_namespaces
  std::vector<MountStep> mounts;
  std::vector<LandlockRule> landlock;
  const std::vector<sock_filter>* seccomp = nullptr;

  // Ids inside. With a user namespace they are mapped to ours; as root they are real; else ignored.
  uid_t uid = 0;
  gid_t gid = 0;
  bool change_ids = false;
  // cgroup.procs (v2) or tasks files (v1), open for writing.
  std::vector<int> cgroup_descriptors;

  int64_t open_files_max = 1024;
  int64_t processes_max = 1024;
  int64_t data_bytes_max = 0;  // 0: none
  int64_t file_bytes_max = 0;  // 0: none
};

struct Spawned {
  pid_t pid = 0;
  int pid_descriptor = -1;  // readable once the process has ended; the caller closes it
};

// Errors: InternalFailure naming the step and the errno. Once this returns, the program runs.
Result<Spawned> spawn(const SpawnPlan& plan);

}  // namespace millrace::sandbox
