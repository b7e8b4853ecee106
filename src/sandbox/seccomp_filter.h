// The system calls that function code may not make: a deny list, since functions are arbitrary
// programs. Built once per process with libseccomp, loaded by each child with one prctl().
// Denied calls fail with EPERM (clone3 and io_uring with ENOSYS, so that libraries fall back).
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/result.h"

namespace millrace::sandbox {

// The program in the form prctl(PR_SET_SECCOMP) takes.
Result<std::vector<sock_filter>> build_seccomp_filter();

}  // namespace millrace::sandbox
