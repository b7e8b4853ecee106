#include "aws/body.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace::aws {
namespace {

constexpr size_t kReadBytes = 256 << 10;

Error read_error(const char* why) {
  return Error::internal(std::string("Cannot read a body's file: ") + why);
}

struct FileRange {
  int fd;
  uint64_t offset;
  uint64_t length;
};

Status read_range(FileRange range, std::string& buffer,
                  const std::function<Status(std::string_view)>& take) {
  buffer.resize(kReadBytes);
  while (range.length > 0) {
    ssize_t n = pread(range.fd, buffer.data(), std::min<uint64_t>(buffer.size(), range.length),
                      static_cast<off_t>(range.offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return read_error(n < 0 ? std::strerror(errno) : "it is too short");
    auto count = static_cast<size_t>(n);
    MR_TRY(take(std::string_view(buffer).substr(0, count)));
    range.offset += count;
    range.length -= count;
  }
  return ok_status();
}

}  // namespace

SpooledFile::~SpooledFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!path_.empty()) ::unlink(path_.c_str());
}

OpenFile::~OpenFile() {
  if (fd_ >= 0) ::close(fd_);
}

uint64_t Pieces::size() const {
  uint64_t sum = 0;
  for (const Piece& piece : list)
    sum += piece.length;
  return sum;
}

Result<std::shared_ptr<OpenFile>> open_piece(const Pieces::Piece& piece) {
  int fd = ::open(piece.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return read_error(std::strerror(errno));
  return std::make_shared<OpenFile>(fd);
}

Status for_each_part(const Body& body, const std::function<Status(std::string_view)>& take) {
  std::string buffer;
  if (body.pieces) {
    for (const Pieces::Piece& piece : body.pieces->list) {
      if (piece.path.empty()) {
        MR_TRY(take(piece.bytes));
        continue;
      }
      MR_ASSIGN(std::shared_ptr<OpenFile> file, open_piece(piece));
      MR_TRY(read_range({file->fd(), piece.offset, piece.length}, buffer, take));
    }
    return ok_status();
  }
  if (body.spooled) return read_range({body.spooled->fd(), 0, body.spooled->size}, buffer, take);
  if (body.file) return read_range({body.file->fd(), body.offset, body.length}, buffer, take);
  return body.bytes.empty() ? ok_status() : take(body.bytes);
}

Result<std::string> read_whole(const Body& body) {
  std::string whole;
  whole.reserve(body.size());
  MR_TRY(for_each_part(body, [&whole](std::string_view part) {
    whole.append(part);
    return ok_status();
  }));
  return whole;
}

}  // namespace millrace::aws
