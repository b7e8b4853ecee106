#include "main/key_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "base/encoding.h"
#include "base/random.h"

namespace millrace {
namespace {

constexpr size_t kFileBytesMax = 4096;
constexpr char kInstallationKeyFile[] = "installation-key";

Error file_error(const std::string& path, std::string_view what) {
  return Error::internal(fmt::format("{}: {}: {}", path, what, strerror(errno)));
}

// Nothing when there is no such file. Refuses one that others may read.
Result<std::optional<std::string>> read_secret(const std::string& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<std::string>();
  if (fd < 0) return file_error(path, "cannot open");
  struct stat info{};
  std::string text(kFileBytesMax, '\0');
  ssize_t n = ::fstat(fd, &info) == 0 ? ::read(fd, text.data(), text.size()) : -1;
  ::close(fd);
  if (n < 0) return file_error(path, "cannot read");
  if ((info.st_mode & 077) != 0) {
    return Error::internal(fmt::format("{}: others can read this secret: chmod 600 it", path));
  }
  text.resize(static_cast<size_t>(n));
  return std::optional<std::string>(std::move(text));
}

Status write_secret(const std::string& path, std::string_view text) {
  std::string aside = path + ".new";
  int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return file_error(aside, "cannot create");
  bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                 ::fsync(fd) == 0;
  ::close(fd);
  if (!written || ::rename(aside.c_str(), path.c_str()) != 0)
    return file_error(path, "cannot write");
  int folder = ::open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_CLOEXEC);
  bool synced = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!synced) return file_error(path, "cannot sync its folder");
  return ok_status();
}

// The value of "name = value" in `text`.
std::string ini_value(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    auto trim = [](std::string_view s) {
      while (!s.empty() && (s.front() == ' ' || s.front() == '\t'))
        s.remove_prefix(1);
      while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r'))
        s.remove_suffix(1);
      return s;
    };
    if (trim(line.substr(0, equals)) == name) return std::string(trim(line.substr(equals + 1)));
  }
  return "";
}

// Letters drawn from the kernel's generator.
std::string secret_text(size_t length, std::string_view alphabet) {
  std::string bytes = secure_random_bytes(length * 2);
  std::string text;
  for (size_t i = 0; i < length; ++i) {
    unsigned value = static_cast<unsigned char>(bytes[2 * i]) * 256u +
                     static_cast<unsigned char>(bytes[2 * i + 1]);
    text.push_back(alphabet[value % alphabet.size()]);
  }
  return text;
}

}  // namespace

Result<RootKey> load_or_make_root_key(const std::string& dir) {
  std::string path = dir + "/" + kRootKeyFile;
  MR_ASSIGN(auto text, read_secret(path));
  if (text) {
    RootKey key{ini_value(*text, "aws_access_key_id"), ini_value(*text, "aws_secret_access_key")};
    if (key.access_key_id.empty() || key.secret_access_key.empty()) {
      return Error::internal(path + ": holds no aws_access_key_id and aws_secret_access_key");
    }
    return key;
  }
  constexpr std::string_view kIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr std::string_view kSecretAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  RootKey key{"AKIA" + secret_text(16, kIdAlphabet), secret_text(40, kSecretAlphabet)};
  MR_TRY(write_secret(path,
                      fmt::format("# The root key of this Millrace installation. Keep it secret.\n"
                                  "[default]\naws_access_key_id = {}\n"
                                  "aws_secret_access_key = {}\n",
                                  key.access_key_id, key.secret_access_key)));
  return key;
}

Result<std::string> load_or_make_installation_key(const std::string& dir) {
  std::string path = dir + "/" + kInstallationKeyFile;
  MR_ASSIGN(auto text, read_secret(path));
  if (!text) {
    std::string key = secure_random_bytes(32);
    MR_TRY(write_secret(path, hex_encode(key) + "\n"));
    return key;
  }
  while (!text->empty() && text->back() == '\n')
    text->pop_back();
  auto key = hex_decode(*text);
  if (!key || key->size() != 32) return Error::internal(path + ": is not a key of 32 bytes in hex");
  return std::move(*key);
}

}  // namespace millrace
