#include "store/fault_fs.h"

#include <vector>

#include "base/check.h"

namespace millrace::store {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

namespace {

IOStatus power_is_off() { return IOStatus::IOError("the machine has lost power (simulated)"); }

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

}  // namespace

class FaultFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FaultFile(std::unique_ptr<rocksdb::FSWritableFile>&& file, FaultFs& fs, std::string path)
      : FSWritableFileOwnerWrapper(std::move(file)), fs_(fs), path_(std::move(path)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.change(FaultFs::Fault::kAppend);
    if (!status.ok()) return status;
    status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (status.ok()) fs_.appended(path_, data.size());
    return status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.change(FaultFs::Fault::kSync);
    if (!status.ok()) return status;
    status = FSWritableFileOwnerWrapper::Sync(options, debug);
    if (status.ok()) fs_.synced(path_);
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return Sync(options, debug);
  }
  // Promises nothing after a crash, so it does nothing.
  IOStatus RangeSync(uint64_t, uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }

 private:
  FaultFs& fs_;
  std::string path_;
};

class FaultDirectory final : public rocksdb::FSDirectoryWrapper {
 public:
  FaultDirectory(std::unique_ptr<rocksdb::FSDirectory>&& directory, FaultFs& fs, std::string path)
      : FSDirectoryWrapper(std::move(directory)), fs_(fs), path_(std::move(path)) {
    if (path_.ends_with('/')) path_.pop_back();
  }

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = fs_.change(FaultFs::Fault::kSync);
    if (!status.ok()) return status;
    status = FSDirectoryWrapper::Fsync(options, debug);
    if (status.ok()) fs_.folder_synced(path_);
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  FaultFs& fs_;
  std::string path_;
};

void FaultFs::crash_after(uint64_t operations) {
  std::lock_guard lock(mutex_);
  operations_left_ = operations;
}

bool FaultFs::has_crashed() const {
  std::lock_guard lock(mutex_);
  return has_crashed_;
}

void FaultFs::fail(Fault fault, IOStatus status) {
  std::lock_guard lock(mutex_);
  fault_ = fault;
  fault_status_ = std::move(status);
}

void FaultFs::set_free_bytes(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  free_bytes_ = bytes;
}

rocksdb::IOStatus FaultFs::GetFreeSpace(const std::string&, const rocksdb::IOOptions&,
                                        uint64_t* free_bytes, rocksdb::IODebugContext*) {
  std::lock_guard lock(mutex_);
  *free_bytes = free_bytes_;
  return rocksdb::IOStatus::OK();
}

void FaultFs::clear_fault() {
  std::lock_guard lock(mutex_);
  fault_.reset();
}

IOStatus FaultFs::change() {
  std::lock_guard lock(mutex_);
  if (has_crashed_) return power_is_off();
  if (!operations_left_) return IOStatus::OK();
  if (*operations_left_ > 0) {
    --*operations_left_;
    return IOStatus::OK();
  }
  has_crashed_ = true;
  return power_is_off();
}

IOStatus FaultFs::change(Fault fault) {
  {
    std::lock_guard lock(mutex_);
    if (!has_crashed_ && fault_ == fault) return fault_status_;
  }
  return change();
}

void FaultFs::appended(const std::string& path, uint64_t bytes) {
  std::lock_guard lock(mutex_);
  files_[path].written_bytes += bytes;
}

void FaultFs::synced(const std::string& path) {
  std::lock_guard lock(mutex_);
  File& file = files_[path];
  file.synced_bytes = file.written_bytes;
}

void FaultFs::folder_synced(const std::string& path) {
  std::lock_guard lock(mutex_);
  for (auto& [file_path, file] : files_) {
    if (folder_of(file_path) != path) continue;
    file.is_entry_synced = true;
    file.replaced.reset();
  }
}

void FaultFs::restart() {
  std::lock_guard lock(mutex_);
  for (const auto& [path, file] : files_)
    lose_unsynced(path, file);
  files_.clear();
  has_crashed_ = false;
  operations_left_.reset();
  fault_.reset();
}

// REQUIRES: mutex_ is held.
void FaultFs::lose_unsynced(const std::string& path, const File& file) {
  if (!file.is_entry_synced) {
    (void)target()->DeleteFile(path, IOOptions(), nullptr);
    if (!file.replaced) return;
    CHECK(rocksdb::WriteStringToFile(target(), *file.replaced, path).ok());
    return;
  }
  if (file.synced_bytes == file.written_bytes) return;
  std::string contents;
  CHECK(rocksdb::ReadFileToString(target(), path, &contents).ok());
  CHECK(contents.size() == file.written_bytes);
  uint64_t unsynced = file.written_bytes - file.synced_bytes;
  // Half of the time nothing survives of it, else a beginning that may end amid a record.
  uint64_t surviving = rng_.next() % 2 == 0 ? 0 : rng_.next() % (unsynced + 1);
  contents.resize(file.synced_bytes + surviving);
  CHECK(rocksdb::WriteStringToFile(target(), contents, path).ok());
}

IOStatus FaultFs::NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                  std::unique_ptr<rocksdb::FSWritableFile>* file,
                                  IODebugContext* debug) {
  IOStatus status = change();
  if (status.ok()) status = FileSystemWrapper::NewWritableFile(path, options, file, debug);
  if (!status.ok()) return status;
  std::lock_guard lock(mutex_);
  files_[path] = File{};
  *file = std::make_unique<FaultFile>(std::move(*file), *this, path);
  return status;
}

// RocksDB does not use these two as we configure it; being silent about it would hide lost data.
IOStatus FaultFs::ReopenWritableFile(const std::string&, const rocksdb::FileOptions&,
                                     std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) {
  return IOStatus::NotSupported("FaultFs::ReopenWritableFile");
}

IOStatus FaultFs::ReuseWritableFile(const std::string&, const std::string&,
                                    const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>*, IODebugContext*) {
  return IOStatus::NotSupported("FaultFs::ReuseWritableFile");
}

IOStatus FaultFs::NewDirectory(const std::string& path, const IOOptions& options,
                               std::unique_ptr<rocksdb::FSDirectory>* directory,
                               IODebugContext* debug) {
  IOStatus status = FileSystemWrapper::NewDirectory(path, options, directory, debug);
  if (!status.ok()) return status;
  *directory = std::make_unique<FaultDirectory>(std::move(*directory), *this, path);
  return status;
}

IOStatus FaultFs::DeleteFile(const std::string& path, const IOOptions& options,
                             IODebugContext* debug) {
  IOStatus status = change();
  if (status.ok()) status = FileSystemWrapper::DeleteFile(path, options, debug);
  if (!status.ok()) return status;
  std::lock_guard lock(mutex_);
  files_.erase(path);
  return status;
}

IOStatus FaultFs::RenameFile(const std::string& from, const std::string& to,
                             const IOOptions& options, IODebugContext* debug) {
  std::string contents;
  bool replaces = rocksdb::ReadFileToString(target(), to, &contents).ok();
  IOStatus status = change();
  if (status.ok()) status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  std::lock_guard lock(mutex_);
  auto moved = files_.find(from);
  // A file from before the last restart is all on disk: only its new name is not.
  File file;
  if (moved != files_.end()) {
    file = moved->second;
    files_.erase(moved);
  } else {
    uint64_t bytes = 0;
    (void)target()->GetFileSize(to, options, &bytes, debug);
    file.written_bytes = file.synced_bytes = bytes;
  }
  file.is_entry_synced = false;
  if (replaces) file.replaced = std::move(contents);
  files_[to] = std::move(file);
  return status;
}

}  // namespace millrace::store
