// Unpacks a function's or layer's zip archive, which is hostile until proven otherwise: paths that
// escape, absolute paths, symlinks that leave the root, files written through symlinks, bombs
// (counted while inflating, whatever the headers claim) and too many entries are refused. Modes are
// kept. Thread safety: free-threaded; blocks on disk.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/function_host.h"

namespace millrace::sandbox {

struct ArchiveLimits {
  // AWS: 250 MB unpacked, function and layers together.
  int64_t unpacked_bytes_max = 262'144'000;
  int64_t entries_max = 200'000;
};

struct ArchiveInfo {
  int64_t unpacked_bytes = 0;
  int64_t files = 0;
};

// Unpacks into `directory`, which is made and must not exist; on an error nothing is left behind.
// Errors: InvalidParameterValueException (400) with AWS's message for what is wrong with the
// archive; InternalFailure for what is wrong with our disk.
Result<ArchiveInfo> unpack_zip(std::string_view zip, const std::string& directory,
                               const ArchiveLimits& limits = {});

// CodeCache in a folder: ROOT/<sha256>/ beside ROOT/<sha256>.size, made atomically by rename. It is
// not synced: what stands there is believed only as long as the machine has not been started again.
class DiskCodeCache final : public CodeCache {
 public:
  explicit DiskCodeCache(std::string root) : root_(std::move(root)) {}
  Result<Unpacked> unpack(std::string_view sha256_hex, std::string_view zip) override;
  std::optional<Unpacked> find(std::string_view sha256_hex) const override;
  // At start: removes what is not `used` (SHA-256 in hex), what an unpacking that was cut short has
  // left, and everything after a start of the machine: a power cut leaves empty files behind valid
  // names. REQUIRES: nothing is unpacked meanwhile, and no function runs.
  void tidy_up(const std::set<std::string>& used);

 private:
  std::string root_;
};

}  // namespace millrace::sandbox
