// SocketOwner: whose the other end of a connection within this machine is, as the kernel says: its
// user, and the inode by which /proc names the socket. Nothing that the process itself says counts.
// Thread safety: free-threaded; a few microseconds, without blocking.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "net/http_message.h"

namespace millrace::net {

struct SocketOwner {
  uid_t uid = 0;
  uint64_t inode = 0;
};

// None when it is closed already, of another machine, or when the kernel does not tell.
std::optional<SocketOwner> find_socket_owner(const Connection& connection);

}  // namespace millrace::net
