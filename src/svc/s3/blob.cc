#include "svc/s3/blob.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "svc/s3/blob_file.h"
#include "svc/s3/keys.h"
#include "svc/s3/limits.h"

namespace millrace::s3 {
namespace {

constexpr size_t kCopyBytes = 256 << 10;

// Replaced since this transaction began; the next attempt sees what is there now.
Error source_gone() {
  return Error(store::kConflictCode, 409, "The source of a copy was replaced");
}

bool is_file(const std::string& blob_id) { return blob_id.starts_with('f'); }

std::string keep_inline(svc::Context& ctx, std::string_view bytes) {
  if (bytes.empty()) return "";
  std::string id = "i" + hex_encode(secure_random_bytes(16));
  ctx.txn().put(blob_key(id), bytes);
  return id;
}

std::string keep_file(svc::Context& ctx, std::shared_ptr<PendingFile> file) {
  std::string id = file->blob_id();
  ctx.txn().put(blob_key(id), "");
  PendingFile::attach(std::move(file), ctx);
  return id;
}

Result<std::string> read_spooled(const aws::SpooledFile& file) {
  std::string bytes(file.size, '\0');
  for (size_t have = 0; have < bytes.size();) {
    ssize_t n =
        pread(file.fd(), bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error("Cannot read a received body");
    have += static_cast<size_t>(n);
  }
  return bytes;
}

// The file gets a second name instead of being renamed, so that an operation that has to run again
// still finds it; the server removes the first one with the request.
Result<std::string> keep_spooled(svc::Context& ctx, const aws::SpooledFile& spooled) {
  MR_ASSIGN(std::shared_ptr<PendingFile> file, PendingFile::begin(ctx));
  if (fdatasync(spooled.fd()) != 0) return io_error("Cannot sync a received body");
  if (link(spooled.path().c_str(), file->path().c_str()) != 0) {
    return io_error("Cannot keep a received body");
  }
  MR_TRY(sync_folder_of(file->path()));
  return keep_file(ctx, std::move(file));
}

}  // namespace

Status prepare_objects_dir(const std::string& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(objects_dir(data_dir), error);
  if (error) {
    return Error::internal("Cannot make " + objects_dir(data_dir) + ": " + error.message());
  }
  return ok_status();
}

Status collect_orphans(const svc::Ports& ports) {
  std::error_code error;
  size_t removed = 0;
  std::filesystem::recursive_directory_iterator walk(objects_dir(ports.data_dir), error);
  for (; !error && walk != std::filesystem::recursive_directory_iterator(); walk.increment(error)) {
    std::string id = walk->path().filename().string();
    if (walk.depth() != 1 || !is_file(id)) continue;
    // In this order: a blob that is not pending (any more) has its outcome in the store.
    if (PendingFile::is_pending(id)) continue;
    MR_ASSIGN(std::optional<std::string> known, ports.store->snapshot()->get(blob_key(id)));
    if (known) continue;
    unlink(walk->path().c_str());
    ++removed;
  }
  if (removed > 0) spdlog::info("S3: removed {} object files that nothing refers to", removed);
  return ok_status();
}

Result<std::string> keep_body(svc::Context& ctx, const aws::Body& body) {
  if (body.spooled && body.spooled->size > kInlineBytesMax) {
    return keep_spooled(ctx, *body.spooled);
  }
  if (body.spooled) {
    MR_ASSIGN(std::string bytes, read_spooled(*body.spooled));
    return keep_inline(ctx, bytes);
  }
  if (body.bytes.size() <= kInlineBytesMax) return keep_inline(ctx, body.bytes);
  MR_ASSIGN(std::shared_ptr<PendingFile> file, PendingFile::begin(ctx));
  int fd = open(file->path().c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return io_error("Cannot make an object's file");
  Status status = write_all(fd, body.bytes);
  if (status.ok() && fdatasync(fd) != 0) status = io_error("Cannot sync an object's file");
  close(fd);
  MR_TRY(std::move(status));
  MR_TRY(sync_folder_of(file->path()));
  return keep_file(ctx, std::move(file));
}

Result<std::string> copy_blob(svc::Context& ctx, const std::string& blob_id) {
  if (blob_id.empty()) return std::string();
  if (!is_file(blob_id)) {
    MR_ASSIGN(std::optional<std::string> bytes, ctx.txn().get(blob_key(blob_id)));
    if (!bytes) return source_gone();
    return keep_inline(ctx, *bytes);
  }
  MR_ASSIGN(std::shared_ptr<PendingFile> file, PendingFile::begin(ctx));
  if (link(blob_path(ctx.ports().data_dir, blob_id).c_str(), file->path().c_str()) != 0) {
    return errno == ENOENT ? source_gone() : io_error("Cannot copy an object's file");
  }
  MR_TRY(sync_folder_of(file->path()));
  return keep_file(ctx, std::move(file));
}

void drop_blob(svc::Context& ctx, const std::string& blob_id) {
  if (blob_id.empty()) return;
  ctx.txn().del(blob_key(blob_id));
  if (!is_file(blob_id)) return;
  // Removing a large file takes long; a full pool leaves it to collect_orphans().
  ctx.after_commit([runner = ctx.ports().runner, path = blob_path(ctx.ports().data_dir, blob_id)] {
    (void)runner->post([path] { unlink(path.c_str()); });
  });
}

Result<std::optional<aws::Body>> open_blob(store::Reader& reader, const std::string& data_dir,
                                           const std::string& blob_id, ByteRange range) {
  aws::Body body;
  if (blob_id.empty()) return std::optional<aws::Body>(std::move(body));
  if (!is_file(blob_id)) {
    MR_ASSIGN(std::optional<std::string> bytes, reader.get(blob_key(blob_id)));
    if (!bytes) return std::optional<aws::Body>();
    body.bytes = bytes->substr(range.offset, range.length);
    return std::optional<aws::Body>(std::move(body));
  }
  int fd = open(blob_path(data_dir, blob_id).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<aws::Body>();
  if (fd < 0) return io_error("Cannot open an object's file");
  body.file = std::make_shared<aws::OpenFile>(fd);
  body.offset = range.offset;
  body.length = range.length;
  return std::optional<aws::Body>(std::move(body));
}

BlobWriter::BlobWriter(svc::Context& ctx) : ctx_(ctx) {}

BlobWriter::~BlobWriter() {
  if (fd_ >= 0) close(fd_);
}

void BlobWriter::add_hasher(HashKind kind) { hashers_.emplace(kind, Hasher::create(kind)); }

Status BlobWriter::open_file() {
  MR_ASSIGN(file_, PendingFile::begin(ctx_));
  fd_ = open(file_->path().c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd_ < 0) return io_error("Cannot make an object's file");
  return ok_status();
}

Status BlobWriter::append_bytes(std::string_view bytes) {
  for (auto& [kind, hasher] : hashers_)
    hasher->update(bytes);
  size_ += bytes.size();
  if (fd_ < 0) {
    buffer_.append(bytes);
    if (buffer_.size() <= kInlineBytesMax) return ok_status();
    MR_TRY(open_file());
    MR_TRY(write_all(fd_, buffer_));
    buffer_.clear();
    return ok_status();
  }
  return write_all(fd_, bytes);
}

Status BlobWriter::append(const std::string& blob_id, ByteRange range) {
  MR_ASSIGN(std::optional<aws::Body> source,
            open_blob(ctx_.txn(), ctx_.ports().data_dir, blob_id, range));
  if (!source) return source_gone();
  if (!source->file) return append_bytes(source->bytes);
  std::string buffer(std::min<uint64_t>(kCopyBytes, range.length), '\0');
  while (range.length > 0) {
    ssize_t n =
        pread(source->file->fd(), buffer.data(), std::min<uint64_t>(buffer.size(), range.length),
              static_cast<off_t>(range.offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error("Cannot read an object's file");
    if (n == 0) return Error::internal("An object's file is too short: " + blob_id);
    auto count = static_cast<size_t>(n);
    MR_TRY(append_bytes(std::string_view(buffer).substr(0, count)));
    range.offset += count;
    range.length -= count;
  }
  return ok_status();
}

Result<std::string> BlobWriter::finish() {
  for (auto& [kind, hasher] : hashers_)
    digests_[kind] = hasher->finish();
  if (fd_ < 0) return keep_inline(ctx_, buffer_);
  if (fdatasync(fd_) != 0) return io_error("Cannot sync an object's file");
  MR_TRY(sync_folder_of(file_->path()));
  return keep_file(ctx_, std::move(file_));
}

}  // namespace millrace::s3
