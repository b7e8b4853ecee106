#include "base/random.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "base/check.h"

namespace millrace {

uint64_t SeededRng::next() {
  uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

std::string secure_random_bytes(size_t count) {
  std::string out(count, '\0');
  size_t done = 0;
  while (done < count) {
    ssize_t n = getrandom(out.data() + done, count - done, 0);
    CHECK(n > 0);
    done += static_cast<size_t>(n);
  }
  return out;
}

Rng& thread_rng() {
  thread_local SeededRng rng([] {
    std::string bytes = secure_random_bytes(8);
    uint64_t seed;
    __builtin_memcpy(&seed, bytes.data(), 8);
    return seed;
  }());
  return rng;
}

std::string random_uuid(Rng& rng) {
  uint64_t a = rng.next(), b = rng.next();
  a = (a & ~0xF000ull) | 0x4000ull;
  b = (b & ~(0xC0ull << 56)) | (0x80ull << 56);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", a >> 32, a >> 16 & 0xFFFF, a & 0xFFFF,
                     b >> 48, b & 0xFFFFFFFFFFFFull);
}

std::string random_text(Rng& rng, size_t length, std::string_view alphabet) {
  std::string out(length, '\0');
  for (char& c : out)
    c = alphabet[rng.next() % alphabet.size()];
  return out;
}

}  // namespace millrace
