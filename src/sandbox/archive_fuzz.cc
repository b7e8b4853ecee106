// Function archives: whatever the bytes, files below the folder or an Error and nothing; never
// anything beside it.
#include "sandbox/archive.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>

#include "base/check.h"

using namespace millrace;  // NOLINT: a fuzz target
namespace fs = std::filesystem;

namespace {

const std::string& scratch() {
  static const std::string kDir = [] {
    char path[] = "/tmp/archive_fuzz.XXXXXX";
    CHECK(mkdtemp(path) != nullptr);
    return std::string(path);
  }();
  return kDir;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view zip(reinterpret_cast<const char*>(data), size);
  const std::string out = scratch() + "/out";
  const sandbox::ArchiveLimits limits{.unpacked_bytes_max = 1 << 20, .entries_max = 64};
  auto unpacked = sandbox::unpack_zip(zip, out, limits);
  if (unpacked.ok()) {
    CHECK(unpacked->unpacked_bytes <= limits.unpacked_bytes_max);
    for (const auto& entry : fs::recursive_directory_iterator(out)) {
      // What a link names lies within, whether or not it is there.
      if (!entry.is_symlink()) continue;
      std::error_code loops;
      const fs::path end = fs::weakly_canonical(entry.path(), loops);
      CHECK(loops || end.string().starts_with(out));
    }
    fs::remove_all(out);
  } else {
    CHECK(unpacked.error().http_status() == 400);
  }
  CHECK(fs::is_empty(scratch()));
  return 0;
}
