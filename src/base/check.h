// CHECK: an invariant of ours, always on. It is for our own bugs, never for input: whatever a
// client, a template or a function can send must become an Error, not a CHECK.
#pragma once

namespace millrace {
// Prints the failed condition with its place and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace millrace

#define CHECK(condition) \
  (static_cast<bool>(condition) ? void() : ::millrace::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) void()
#else
#define DCHECK(condition) CHECK(condition)
#endif
