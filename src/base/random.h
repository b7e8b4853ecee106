// Randomness as an input, and the identifiers made from it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace {

// Thread safety: as the implementation says.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual uint64_t next() = 0;
};

// Seeded once per thread from the kernel; free-threaded. For identifiers and jitter.
Rng& thread_rng();
// Bytes for keys and secrets, from the kernel's generator.
std::string secure_random_bytes(size_t count);

// A deterministic generator (splitmix64) for tests and simulations. Belongs to one thread.
class SeededRng final : public Rng {
 public:
  explicit SeededRng(uint64_t seed) : state_(seed) {}
  uint64_t next() override;

 private:
  uint64_t state_;
};

// "c0ffee12-3456-4789-8abc-def012345678", version 4.
std::string random_uuid(Rng& rng);
// `length` characters drawn from `alphabet`.
std::string random_text(Rng& rng, size_t length, std::string_view alphabet);
inline constexpr std::string_view kLowerAlnum = "abcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view kUpperAlnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

}  // namespace millrace
