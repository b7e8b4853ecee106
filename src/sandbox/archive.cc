#include "sandbox/archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <vector>

#include "base/disk_room.h"

namespace millrace::sandbox {
namespace fs = std::filesystem;
namespace {

constexpr size_t kPathBytesMax = 1024;
constexpr size_t kComponentBytesMax = 255;
constexpr size_t kSymlinkBytesMax = 1024;

Error invalid(std::string message) {
  return Error("InvalidParameterValueException", 400, std::move(message));
}
Error not_an_archive() {
  return invalid(
      "Could not unzip uploaded file. Please check your file, then try to upload again.");
}
Error disk_error(std::string_view what) {
  return Error::internal(fmt::format("{}: {}", what, std::strerror(errno)));
}

// Splits a path into components without "." ones; nothing when it is absolute, climbs with "..", or
// holds what no Linux path may hold.
std::optional<std::vector<std::string>> safe_components(std::string_view path) {
  if (path.empty() || path.size() > kPathBytesMax || path.front() == '/') return std::nullopt;
  if (path.find('\0') != path.npos) return std::nullopt;
  std::vector<std::string> parts;
  while (!path.empty()) {
    size_t slash = path.find('/');
    std::string_view part = path.substr(0, slash);
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.size() > kComponentBytesMax) return std::nullopt;
    parts.emplace_back(part);
  }
  if (parts.empty()) return std::nullopt;
  return parts;
}

// Whether a link that stands in a folder `depth` levels below the root stays under the root. Only
// leading ".." are taken, so that no other link can turn "x/.." into an escape.
bool link_target_stays_inside(std::string_view target, size_t depth) {
  if (target.empty() || target.front() == '/' || target.find('\0') != target.npos) return false;
  bool descended = false;
  size_t up = 0;
  while (!target.empty()) {
    size_t slash = target.find('/');
    std::string_view part = target.substr(0, slash);
    target = slash == target.npos ? std::string_view() : target.substr(slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (descended || ++up > depth) return false;
    } else {
      descended = true;
    }
  }
  return true;
}

struct ZipCloser {
  void operator()(zip_t* z) const { zip_discard(z); }
};
struct ZipFileCloser {
  void operator()(zip_file_t* f) const { zip_fclose(f); }
};

struct Link {
  std::string path;
  std::string target;
};

class Unpacker {
 public:
  Unpacker(zip_t* zip, std::string root, const ArchiveLimits& limits)
      : zip_(zip), root_(std::move(root)), limits_(limits) {}

  Result<ArchiveInfo> run() {
    zip_int64_t count = zip_get_num_entries(zip_, 0);
    if (count == 0) return invalid("Uploaded file must be a non-empty zip");
    if (count > limits_.entries_max) return not_an_archive();
    if (mkdir(root_.c_str(), 0755) != 0) return disk_error("mkdir");
    for (zip_int64_t i = 0; i < count; ++i)
      MR_TRY(unpack_entry(static_cast<zip_uint64_t>(i)));
    // Links come last, so that no file can be written through one.
    for (const Link& link : links_) {
      if (symlink(link.target.c_str(), link.path.c_str()) != 0) return not_an_archive();
    }
    return info_;
  }

 private:
  Status unpack_entry(zip_uint64_t index) {
    zip_stat_t stat;
    if (zip_stat_index(zip_, index, 0, &stat) != 0 || !(stat.valid & ZIP_STAT_NAME)) {
      return not_an_archive();
    }
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) && stat.encryption_method != ZIP_EM_NONE) {
      return not_an_archive();
    }
    std::string_view name = stat.name;
    auto parts = safe_components(name);
    if (!parts) {
      // A lone "./" stands in archives made with `zip -r x.zip .`.
      if (name == "./" || name == ".") return ok_status();
      return not_an_archive();
    }
    mode_t mode = mode_of(index);
    bool is_directory = name.back() == '/' || S_ISDIR(mode);
    if (!is_directory && mode != 0 && !S_ISREG(mode) && !S_ISLNK(mode) && (mode & S_IFMT) != 0) {
      return not_an_archive();  // devices, sockets, pipes
    }
    std::string parent = root_;
    for (size_t i = 0; i + (is_directory ? 0 : 1) < parts->size(); ++i) {
      parent += "/" + (*parts)[i];
      MR_TRY(make_directory(parent));
    }
    if (is_directory) return ok_status();
    std::string path = parent + "/" + parts->back();
    if (S_ISLNK(mode)) return note_link(index, std::move(path), parts->size() - 1);
    mode_t permissions = mode == 0 ? 0644 : (mode & 0777);
    return write_file(index, path, permissions);
  }

  mode_t mode_of(zip_uint64_t index) {
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(zip_, index, 0, &system, &attributes) != 0) return 0;
    // Some packers leave "made by" at DOS and fill the upper half all the same.
    if (system != ZIP_OPSYS_UNIX && system != ZIP_OPSYS_DOS && system != ZIP_OPSYS_OS_X) return 0;
    return static_cast<mode_t>(attributes >> 16);
  }

  Status make_directory(const std::string& path) {
    if (directories_.contains(path)) return ok_status();
    // Deep paths make more folders than there are entries.
    if (static_cast<int64_t>(directories_.size()) >= limits_.entries_max) return not_an_archive();
    if (mkdir(path.c_str(), 0755) != 0) {
      if (errno == EEXIST || errno == ENOTDIR || errno == ENAMETOOLONG) return not_an_archive();
      return disk_error("mkdir");
    }
    directories_.insert(path);
    return ok_status();
  }

  Status note_link(zip_uint64_t index, std::string path, size_t depth) {
    std::unique_ptr<zip_file_t, ZipFileCloser> file(zip_fopen_index(zip_, index, 0));
    if (!file) return not_an_archive();
    char buffer[kSymlinkBytesMax + 1];
    zip_int64_t got = zip_fread(file.get(), buffer, sizeof buffer);
    if (got <= 0 || got > static_cast<zip_int64_t>(kSymlinkBytesMax)) return not_an_archive();
    std::string target(buffer, static_cast<size_t>(got));
    if (!link_target_stays_inside(target, depth)) return not_an_archive();
    links_.push_back({std::move(path), std::move(target)});
    return ok_status();
  }

  Status write_file(zip_uint64_t index, const std::string& path, mode_t permissions) {
    std::unique_ptr<zip_file_t, ZipFileCloser> file(zip_fopen_index(zip_, index, 0));
    if (!file) return not_an_archive();
    int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
      if (errno == EISDIR || errno == ELOOP || errno == ENAMETOOLONG) return not_an_archive();
      return disk_error("open");
    }
    Status status = copy(file.get(), fd);
    if (status.ok() && fchmod(fd, permissions) != 0) status = disk_error("fchmod");
    if (close(fd) != 0 && status.ok()) status = disk_error("close");
    if (status.ok()) ++info_.files;
    return status;
  }

  Status copy(zip_file_t* file, int fd) {
    static thread_local std::vector<char> buffer(64 * 1024);
    if (!has_room_for_bulk(root_)) return Error::internal("The disk of the server is nearly full.");
    while (true) {
      zip_int64_t got = zip_fread(file, buffer.data(), buffer.size());
      if (got < 0) return not_an_archive();
      if (got == 0) return ok_status();
      info_.unpacked_bytes += got;
      if (info_.unpacked_bytes > limits_.unpacked_bytes_max) {
        return invalid(
            fmt::format("Unzipped size must be smaller than {} bytes", limits_.unpacked_bytes_max));
      }
      for (zip_int64_t done = 0; done < got;) {
        ssize_t wrote = write(fd, buffer.data() + done, static_cast<size_t>(got - done));
        if (wrote < 0) return disk_error("write");
        done += wrote;
      }
    }
  }

  zip_t* zip_;
  std::string root_;
  ArchiveLimits limits_;
  ArchiveInfo info_;
  std::set<std::string> directories_;
  std::vector<Link> links_;
};

constexpr char kBootFile[] = "boot-id";

// Other after every start of the machine; empty when it is not known.
std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

}  // namespace

Result<ArchiveInfo> unpack_zip(std::string_view zip, const std::string& directory,
                               const ArchiveLimits& limits) {
  if (zip.empty()) return invalid("Uploaded file must be a non-empty zip");
  std::error_code ignored;
  if (fs::exists(directory, ignored)) return Error::internal("unpack_zip: the target exists");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(zip.data(), zip.size(), 0, &error);
  if (source == nullptr) return Error::internal("libzip: out of memory");
  std::unique_ptr<zip_t, ZipCloser> archive(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!archive) {
    zip_source_free(source);
    zip_error_fini(&error);
    return not_an_archive();
  }
  auto result = Unpacker(archive.get(), directory, limits).run();
  if (!result.ok()) fs::remove_all(directory, ignored);
  return result;
}

Result<CodeCache::Unpacked> DiskCodeCache::unpack(std::string_view sha256_hex,
                                                  std::string_view zip) {
  if (auto found = find(sha256_hex)) return *found;
  std::error_code error;
  fs::create_directories(root_, error);
  // Functions reach what they know the name of; nobody sees what else there is.
  fs::permissions(root_, fs::perms(0711), error);
  static std::atomic<uint64_t> serial{0};
  std::string path = fmt::format("{}/{}", root_, sha256_hex);
  std::string temporary = fmt::format("{}.{}.{}.tmp", path, getpid(), ++serial);
  MR_ASSIGN(ArchiveInfo info, unpack_zip(zip, temporary));
  {
    std::ofstream size_file(path + ".size", std::ios::trunc);
    size_file << info.unpacked_bytes << '\n';
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    bool made_by_another = errno == EEXIST || errno == ENOTEMPTY;
    Error failure = disk_error("rename");
    fs::remove_all(temporary, error);
    if (!made_by_another) return failure;
  }
  return Unpacked{path, info.unpacked_bytes};
}

void DiskCodeCache::tidy_up(const std::set<std::string>& used) {
  const std::string boot = boot_id();
  const std::string boot_path = root_ + "/" + kBootFile;
  std::string last_boot;
  std::ifstream(boot_path) >> last_boot;
  const bool is_whole = !boot.empty() && boot == last_boot;
  std::error_code error;
  std::vector<fs::path> doomed;
  for (fs::directory_iterator it(root_, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.ends_with(".size")) name.resize(name.size() - 5);
    if (!is_whole || (name != kBootFile && !used.contains(name))) doomed.push_back(it->path());
  }
  for (const fs::path& path : doomed)
    fs::remove_all(path, error);
  if (is_whole) return;
  fs::create_directories(root_, error);
  std::ofstream(boot_path, std::ios::trunc) << boot << '\n';
}

std::optional<CodeCache::Unpacked> DiskCodeCache::find(std::string_view sha256_hex) const {
  std::string path = fmt::format("{}/{}", root_, sha256_hex);
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::nullopt;
  Unpacked unpacked{path, 0};
  std::ifstream size_file(path + ".size");
  if (!(size_file >> unpacked.size_bytes)) return std::nullopt;
  return unpacked;
}

}  // namespace millrace::sandbox
