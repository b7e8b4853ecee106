// main() of a fuzz target as a unit test: runs each file of the folders given, and its beginnings.
// The sanitizers and the target's own CHECKs are what can fail.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

constexpr size_t kBeginningsMax = 512;  // spread over a long file

void run(const std::string& bytes, size_t size) {
  // A copy of this size, so that the address sanitizer sees a read behind its end.
  std::vector<uint8_t> copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void run_with_beginnings(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const size_t step = std::max<size_t>(1, bytes.size() / kBeginningsMax);
  for (size_t size = 0; size < bytes.size(); size += step)
    run(bytes, size);
  run(bytes, bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
  size_t files = 0;
  for (int i = 1; i < count; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(arguments[i])) {
      if (!entry.is_regular_file()) continue;
      std::printf("%s\n", entry.path().filename().c_str());
      std::fflush(stdout);
      run_with_beginnings(entry.path());
      ++files;
    }
  }
  if (files == 0) std::fprintf(stderr, "no seeds\n");
  return files == 0 ? 1 : 0;
}
