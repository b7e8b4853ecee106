// A file system for tests that behaves like a bad day: it can stop at any operation as if the
// machine had lost power, loses then what was not synced (all of it, or all but a torn beginning),
// undoes file creations and renames whose folder was not synced, and can fail writes or syncs like
// a full or broken disk. Lies over any rocksdb::FileSystem, usually the in-memory one.
//
// Thread safety: free-threaded, except restart(), which needs all files closed.
#pragma once

#include <rocksdb/file_system.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/random.h"

namespace millrace::store {

class FaultFs final : public rocksdb::FileSystemWrapper {
 public:
  // `rng` decides what survives of unsynced data; borrowed.
  FaultFs(const std::shared_ptr<rocksdb::FileSystem>& target, Rng& rng)
      : FileSystemWrapper(target), rng_(rng) {}

  static const char* kClassName() { return "MillraceFaultFs"; }
  const char* Name() const override { return kClassName(); }

  // Power is lost at the `operations`-th change (append, sync, create, rename, delete) from now.
  void crash_after(uint64_t operations);
  bool has_crashed() const;
  // Power comes back: what was not synced is gone. REQUIRES: nobody has a file open.
  void restart();

  enum class Fault { kAppend, kSync };
  // From now on operations of this kind fail, as with ENOSPC or EIO, until clear_fault().
  void fail(Fault fault, rocksdb::IOStatus status);
  void clear_fault();
  // What GetFreeSpace() says from now on.
  void set_free_bytes(uint64_t bytes);

  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReopenWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                       std::unique_ptr<rocksdb::FSWritableFile>* file,
                                       rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus ReuseWritableFile(const std::string& path, const std::string& old_path,
                                      const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSWritableFile>* file,
                                      rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& path, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* directory,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus GetFreeSpace(const std::string& path, const rocksdb::IOOptions& options,
                                 uint64_t* free_bytes, rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to,
                               const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  friend class FaultFile;
  friend class FaultDirectory;

  struct File {
    uint64_t written_bytes = 0;
    uint64_t synced_bytes = 0;
    // The folder entry: made, or put over another file, since the folder was last synced.
    bool is_entry_synced = false;
    std::optional<std::string> replaced;  // contents of the file that a rename replaced
  };

  // Counts one change; an error if power is off or goes off with it.
  rocksdb::IOStatus change();
  rocksdb::IOStatus change(Fault fault);
  void appended(const std::string& path, uint64_t bytes);
  void synced(const std::string& path);
  void folder_synced(const std::string& path);
  void lose_unsynced(const std::string& path, const File& file);

  Rng& rng_;  // guarded by mutex_
  mutable std::mutex mutex_;
  std::map<std::string, File> files_;        // guarded by mutex_
  std::optional<uint64_t> operations_left_;  // guarded by mutex_
  bool has_crashed_ = false;                 // guarded by mutex_
  std::optional<Fault> fault_;               // guarded by mutex_
  rocksdb::IOStatus fault_status_;           // guarded by mutex_
  uint64_t free_bytes_ = UINT64_MAX;         // guarded by mutex_
};

}  // namespace millrace::store
