// Keys: what is written reads back, bytewise order is the order of the tuples, and whatever bytes
// are read as a key, they give parts or nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "store/key.h"

using namespace millrace::store;  // NOLINT: a fuzz target

namespace {

std::string key_of(std::string_view first, uint32_t number, std::string_view second) {
  return KeyWriter("123456789012", "us-east-1", Space::kDynamoDb)
      .str(first)
      .u32(number)
      .str(second)
      .key();
}

int sign(int value) { return (value > 0) - (value < 0); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  KeyReader any(text);
  while (any.str()) {
  }
  (void)any.u64();

  const size_t cut = text.size() * data[0] / 255;
  const std::string_view first = text.substr(0, cut);
  const std::string_view second = text.substr(cut);
  std::string key = key_of(first, data[1], second);
  KeyReader reader(key);
  CHECK(reader.account() == "123456789012" && reader.region() == "us-east-1");
  CHECK(reader.str() == first);
  CHECK(reader.u32() == data[1]);
  CHECK(reader.str() == second);
  CHECK(reader.rest().empty());

  const int by_key = sign(key.compare(key_of(second, data[1], first)));
  CHECK(by_key == sign(first.compare(second)));
  CHECK(key < key_of(first, data[1] + 1u, ""));
  return 0;
}
