// Body: the payload of a streaming member (an S3 object, a multipart part). Either bytes in memory,
// or a file that the server filled while the request came in, or a range of a file to send, or
// several pieces of files one behind the other. Never whole in memory unless it is small.
//
// Thread safety: a value that shares its file; the file's descriptor is used with pread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

namespace millrace::aws {

// A file on disk that holds a received body. Removed from disk when the last reference goes, unless
// release() was called (after it has been renamed to its final place).
class SpooledFile {
 public:
  SpooledFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  SpooledFile(const SpooledFile&) = delete;
  SpooledFile& operator=(const SpooledFile&) = delete;
  ~SpooledFile();

  int fd() const { return fd_; }
  const std::string& path() const { return path_; }
  // The file now belongs to somebody else under another name.
  void release() { path_.clear(); }

  uint64_t size = 0;
  std::map<HashKind, std::string> digests;  // raw bytes, of those that were computed on the way in

 private:
  int fd_;
  std::string path_;
};

// An open file to send from; closes it when the last reference goes.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// Pieces that make one body, in order. There may be thousands of them, so each file is opened only
// when its turn comes; `lease` keeps the files in place until then.
struct Pieces {
  struct Piece {
    std::string bytes;  // the piece itself, where `path` is empty
    std::string path;
    uint64_t offset = 0;
    uint64_t length = 0;
  };
  std::vector<Piece> list;
  std::shared_ptr<const void> lease;

  uint64_t size() const;
};

struct Body {
  std::string bytes;
  std::shared_ptr<SpooledFile> spooled;  // requests
  std::shared_ptr<OpenFile> file;        // responses: `length` bytes from `offset`
  uint64_t offset = 0;
  uint64_t length = 0;
  std::shared_ptr<const Pieces> pieces;  // responses

  uint64_t size() const {
    if (pieces) return pieces->size();
    return spooled ? spooled->size : file ? length : bytes.size();
  }
};

// Opens one piece's file. Errors: InternalError.
Result<std::shared_ptr<OpenFile>> open_piece(const Pieces::Piece& piece);

// Gives the whole body to `take`, part by part and in order; blocks on files. Stops at the first
// error, which it returns.
Status for_each_part(const Body& body, const std::function<Status(std::string_view)>& take);

// The whole body as one string. REQUIRES: the caller has looked at body.size().
Result<std::string> read_whole(const Body& body);

}  // namespace millrace::aws
