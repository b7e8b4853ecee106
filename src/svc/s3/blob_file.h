// The files behind blobs: paths, durable creation, the register of files whose transaction has not
// been decided yet, and leases. Used by blob.cc alone. Thread safety: everything is free-threaded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "svc/operation.h"

namespace millrace::s3 {

std::string objects_dir(const std::string& data_dir);
std::string blob_path(const std::string& data_dir, std::string_view blob_id);
Error io_error(std::string_view what);  // with errno
// Removes a blob's file, or leaves that to the last of the leases on it.
void remove_file(const std::string& data_dir, const std::string& blob_id);
// Makes the entries of the folder that holds `path` durable.
Status sync_folder_of(const std::string& path);
Status write_all(int fd, std::string_view bytes);

// A file that this process has made and whose transaction is not decided. If the transaction does
// not commit, the file is removed, once the store has proved that it does not know the blob.
class PendingFile {
 public:
  // Begins a new file name; the file itself is made by the caller at path().
  static Result<std::shared_ptr<PendingFile>> begin(svc::Context& ctx);
  PendingFile(const svc::Ports& ports, std::string blob_id);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  ~PendingFile();

  const std::string& blob_id() const { return blob_id_; }
  const std::string& path() const { return path_; }
  // The file now goes the way of the transaction.
  static void attach(std::shared_ptr<PendingFile> file, svc::Context& ctx);

  static bool is_pending(std::string_view blob_id);

 private:
  const svc::Ports& ports_;
  std::string blob_id_;
  std::string path_;
  bool is_committed_ = false;
};

// Keeps files in place for one that opens them later. An answer of many files takes one.
class FileLease {
 public:
  // Nothing when one of the files is gone, or going.
  static std::shared_ptr<const FileLease> take(std::string data_dir,
                                               std::vector<std::string> blob_ids);
  FileLease(std::string data_dir, std::vector<std::string> blob_ids);
  FileLease(const FileLease&) = delete;
  FileLease& operator=(const FileLease&) = delete;
  ~FileLease();

 private:
  std::string data_dir_;
  std::vector<std::string> blob_ids_;
};

}  // namespace millrace::s3
