#include "net/socket_owner.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace millrace::net {
namespace {

struct Query {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

// An address in the kernel's form; false when it is none.
bool parse_address(int family, const std::string& text, __be32* out) {
  return inet_pton(family, text.c_str(), out) == 1;
}

bool make_query(const Connection& connection, Query& query) {
  query = {};
  int family = connection.peer.find(':') == std::string::npos ? AF_INET : AF_INET6;
  query.header.nlmsg_len = sizeof query;
  query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  query.header.nlmsg_flags = NLM_F_REQUEST;
  inet_diag_req_v2& request = query.request;
  request.sdiag_family = static_cast<__u8>(family);
  request.sdiag_protocol = IPPROTO_TCP;
  request.idiag_states = ~0u;
  // The other end's view: its own address is our peer's.
  request.id.idiag_sport = htons(connection.peer_port);
  request.id.idiag_dport = htons(connection.local_port);
  request.id.idiag_cookie[0] = request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return parse_address(family, connection.peer, request.id.idiag_src) &&
         parse_address(family, connection.local, request.id.idiag_dst);
}

}  // namespace

std::optional<SocketOwner> find_socket_owner(const Connection& connection) {
  Query query;
  if (!make_query(connection, query)) return std::nullopt;
  int fd = ::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return std::nullopt;
  char answer[1024];
  ssize_t n = ::send(fd, &query, sizeof query, 0);
  // The kernel answers before send() returns.
  if (n == sizeof query) n = ::recv(fd, answer, sizeof answer, MSG_DONTWAIT);
  ::close(fd);
  nlmsghdr header{};
  inet_diag_msg found{};
  if (n < static_cast<ssize_t>(NLMSG_LENGTH(sizeof found))) return std::nullopt;
  std::memcpy(&header, answer, sizeof header);
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return std::nullopt;
  std::memcpy(&found, answer + NLMSG_HDRLEN, sizeof found);
  // A closed socket that lingers has no inode, and its user is root whoever made it.
  if (found.idiag_inode == 0) return std::nullopt;
  return SocketOwner{found.idiag_uid, found.idiag_inode};
}

}  // namespace millrace::net
