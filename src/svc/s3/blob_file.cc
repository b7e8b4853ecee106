#include "svc/s3/blob_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

#include "base/encoding.h"
#include "base/random.h"
#include "svc/s3/keys.h"

namespace millrace::s3 {
namespace {

// Blobs of this process whose transaction is not decided.
struct Pending {
  std::mutex mutex;
  std::set<std::string, std::less<>> ids;
};
Pending& pending() {
  static Pending instance;
  return instance;
}

// Who reads which file, and which files go. A file is here only while something happens to it.
struct Leases {
  struct State {
    size_t readers = 0;
    bool is_doomed = false;  // goes when the last reader has gone
    bool is_going = false;   // is being removed: takes no more readers
  };
  std::mutex mutex;
  std::map<std::string, State, std::less<>> files;
};
Leases& leases() {
  static Leases instance;
  return instance;
}

// "f" and 128 random bits in hexadecimal: never the name of another blob.
std::string new_blob_id() { return "f" + hex_encode(secure_random_bytes(16)); }

// The transaction was given up, lost a race, or the disk failed under it. Only in the last case
// might the blob be there after all, and then the store commits nothing any more: so a commit that
// finds no such blob proves that the file is nobody's.
void remove_if_unknown(store::Store& store, const std::string& blob_id, const std::string& path) {
  auto proof = store::transact(store, [&](store::Txn& txn) -> Status {
    MR_ASSIGN(std::optional<std::string> known, txn.get(blob_key(blob_id)));
    if (known) return Error::internal("in use");
    txn.del(blob_key(blob_id));
    return ok_status();
  });
  if (proof.ok()) unlink(path.c_str());
}

}  // namespace

std::string objects_dir(const std::string& data_dir) { return data_dir + "/objects"; }

std::string blob_path(const std::string& data_dir, std::string_view blob_id) {
  return objects_dir(data_dir) + "/" + std::string(blob_id.substr(1, 2)) + "/" +
         std::string(blob_id);
}

Error io_error(std::string_view what) {
  return Error::internal(std::string(what) + ": " + std::strerror(errno));
}

Status sync_folder_of(const std::string& path) {
  std::string folder = path.substr(0, path.rfind('/'));
  int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_error("Cannot open " + folder);
  int result = fsync(fd);
  close(fd);
  if (result != 0) return io_error("Cannot sync " + folder);
  return ok_status();
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error("Cannot write an object's file");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return ok_status();
}

void remove_file(const std::string& data_dir, const std::string& blob_id) {
  {
    std::lock_guard lock(leases().mutex);
    Leases::State& state = leases().files[blob_id];
    if (state.readers > 0) {
      state.is_doomed = true;
      return;
    }
    state.is_going = true;
  }
  unlink(blob_path(data_dir, blob_id).c_str());
  std::lock_guard lock(leases().mutex);
  leases().files.erase(blob_id);
}

std::shared_ptr<const FileLease> FileLease::take(std::string data_dir,
                                                 std::vector<std::string> blob_ids) {
  {
    std::lock_guard lock(leases().mutex);
    for (const std::string& id : blob_ids) {
      auto found = leases().files.find(id);
      if (found != leases().files.end() && (found->second.is_going || found->second.is_doomed)) {
        return nullptr;
      }
    }
    for (const std::string& id : blob_ids)
      ++leases().files[id].readers;
  }
  auto lease = std::make_shared<const FileLease>(std::move(data_dir), std::move(blob_ids));
  for (const std::string& id : lease->blob_ids_) {
    if (access(blob_path(lease->data_dir_, id).c_str(), F_OK) != 0) return nullptr;
  }
  return lease;
}

FileLease::FileLease(std::string data_dir, std::vector<std::string> blob_ids)
    : data_dir_(std::move(data_dir)), blob_ids_(std::move(blob_ids)) {}

FileLease::~FileLease() {
  std::vector<std::string> doomed;
  {
    std::lock_guard lock(leases().mutex);
    for (const std::string& id : blob_ids_) {
      auto found = leases().files.find(id);
      if (--found->second.readers > 0) continue;
      if (found->second.is_doomed) doomed.push_back(id);
      leases().files.erase(found);
    }
  }
  for (const std::string& id : doomed)
    remove_file(data_dir_, id);
}

Result<std::shared_ptr<PendingFile>> PendingFile::begin(svc::Context& ctx) {
  auto file = std::make_shared<PendingFile>(ctx.ports(), new_blob_id());
  std::string folder = file->path().substr(0, file->path().rfind('/'));
  // prepare_objects_dir() has made it, unless somebody has taken it away since.
  if (mkdir(folder.c_str(), 0700) == 0) {
    MR_TRY(sync_folder_of(folder));
  } else if (errno != EEXIST) {
    return io_error("Cannot make " + folder);
  }
  return file;
}

PendingFile::PendingFile(const svc::Ports& ports, std::string blob_id)
    : ports_(ports), blob_id_(std::move(blob_id)), path_(blob_path(ports.data_dir, blob_id_)) {
  std::lock_guard lock(pending().mutex);
  pending().ids.insert(blob_id_);
}

PendingFile::~PendingFile() {
  {
    std::lock_guard lock(pending().mutex);
    pending().ids.erase(blob_id_);
  }
  if (is_committed_ || access(path_.c_str(), F_OK) != 0) return;
  ports_.runner->post(
      [store = ports_.store, id = blob_id_, path = path_] { remove_if_unknown(*store, id, path); });
}

void PendingFile::attach(std::shared_ptr<PendingFile> file, svc::Context& ctx) {
  ctx.after_commit([file = std::move(file)] { file->is_committed_ = true; });
}

bool PendingFile::is_pending(std::string_view blob_id) {
  std::lock_guard lock(pending().mutex);
  return pending().ids.contains(blob_id);
}

}  // namespace millrace::s3
