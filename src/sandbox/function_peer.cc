#include "sandbox/function_peer.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "net/socket_owner.h"

namespace millrace::sandbox {
namespace {

struct DirCloser {
  void operator()(DIR* dir) const { ::closedir(dir); }
};
using Dir = std::unique_ptr<DIR, DirCloser>;

// What a link in /proc says; empty when it may not be read.
std::string read_link(const std::string& path) {
  char buffer[256];
  ssize_t n = ::readlink(path.c_str(), buffer, sizeof buffer);
  return n <= 0 ? std::string() : std::string(buffer, static_cast<size_t>(n));
}

bool holds_socket(const std::string& process, const std::string& socket) {
  Dir dir(::opendir((process + "/fd").c_str()));
  if (!dir) return false;
  while (const dirent* entry = ::readdir(dir.get())) {
    if (read_link(fmt::format("{}/fd/{}", process, entry->d_name)) == socket) return true;
  }
  return false;
}

// The first line with `part` in it; empty when there is none.
std::string find_line(const std::string& path, std::string_view part) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (line.find(part) != line.npos) return line;
  }
  return "";
}

// How many filters of system calls a process is behind: it can gain some and lose none.
int filter_count(const std::string& process) {
  constexpr std::string_view kField = "Seccomp_filters:";
  std::string line = find_line(process + "/status", kField);
  return line.empty() ? 0 : std::atoi(line.c_str() + kField.size());
}

// Every process of a function has these for life, and so has what it starts: a file system with
// /var/task where the kernel lets us build one, else our own file system and one filter of system
// calls more than we have.
bool is_behind_walls(const std::string& process) {
  if (read_link(process + "/ns/mnt") == read_link("/proc/self/ns/mnt")) {
    return filter_count(process) > filter_count("/proc/self");
  }
  return !find_line(process + "/mountinfo", " /var/task ").empty();
}

// One of our own user's processes that holds the socket and is no function.
bool is_held_outside(uid_t uid, uint64_t inode) {
  std::string socket = fmt::format("socket:[{}]", inode);
  Dir dir(::opendir("/proc"));
  if (!dir) return false;
  while (const dirent* entry = ::readdir(dir.get())) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    std::string process = fmt::format("/proc/{}", entry->d_name);
    struct stat info{};
    if (::stat(process.c_str(), &info) != 0 || info.st_uid != uid) continue;
    if (holds_socket(process, socket) && !is_behind_walls(process)) return true;
  }
  return false;
}

}  // namespace

bool is_function_peer(const net::Connection& connection) {
  auto owner = net::find_socket_owner(connection);
  if (!owner) return true;
  if (owner->uid >= kFirstFunctionUid && owner->uid - kFirstFunctionUid < kFunctionUids) {
    return true;
  }
  if (::geteuid() == 0 || owner->uid != ::geteuid()) return false;
  return !is_held_outside(owner->uid, owner->inode);
}

}  // namespace millrace::sandbox
