#include "base/disk_room.h"

#include <sys/statvfs.h>

#include <algorithm>

namespace millrace {
namespace {

constexpr uint64_t kReserveBytesMin = 128u << 20;
constexpr uint64_t kReserveBytesMax = 256u << 20;
constexpr uint64_t kReservePart = 20;

uint64_t reserve_of(const struct statvfs& volume) {
  return std::clamp<uint64_t>(volume.f_frsize * volume.f_blocks / kReservePart, kReserveBytesMin,
                              kReserveBytesMax);
}

}  // namespace

uint64_t disk_reserve_bytes(const std::string& path) {
  struct statvfs volume{};
  return ::statvfs(path.c_str(), &volume) == 0 ? reserve_of(volume) : 0;
}

bool has_room_for_bulk(const std::string& path) {
  struct statvfs volume{};
  if (::statvfs(path.c_str(), &volume) != 0) return true;
  return volume.f_frsize * volume.f_bavail >= 2 * reserve_of(volume);
}

}  // namespace millrace
