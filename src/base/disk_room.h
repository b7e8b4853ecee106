// DiskRoom: whether a volume has room for more. What fills a disk stops before it is full, so that
// what must go on has room: the store, which can be read but no longer written after a write of its
// own has failed, stops last. Free-threaded; one system call.
#pragma once

#include <cstdint>
#include <string>

namespace millrace {

// What is kept free of the volume that `path` is on: a twentieth; 128 MB at least, which is what
// the store's memory takes when it is written out, and 256 MB at most.
uint64_t disk_reserve_bytes(const std::string& path);

// Whether bulk (objects, code) may be written: twice the reserve is free. True when nobody knows.
bool has_room_for_bulk(const std::string& path);

}  // namespace millrace
