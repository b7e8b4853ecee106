// Whether who is at the other end of a connection is a function. A function knows every name and
// port that a user of this machine knows, and may use them; what it cannot take off is its user id
// (when we run as root) or the walls around its process (when we do not). So that is what is asked,
// of the kernel: see `--auth open`, in which a key that nobody issued is good from a user of this
// machine, and never from a function.
// Thread safety: free-threaded. As root some microseconds; else it reads /proc, some milliseconds.
#pragma once

#include <sys/types.h>

#include "net/http_message.h"

namespace millrace::sandbox {

// Each environment's user when we run as root: this and so many above.
inline constexpr uid_t kFirstFunctionUid = 1'879'048'192;
inline constexpr uid_t kFunctionUids = 1 << 24;

// When it cannot be known (the other end is closed already, /proc is not readable): true.
bool is_function_peer(const net::Connection& connection);

}  // namespace millrace::sandbox
