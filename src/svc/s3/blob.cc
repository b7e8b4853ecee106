#include "svc/s3/blob.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>

#include "base/encoding.h"
#include "base/log.h"
#include "base/random.h"
#include "svc/s3/blob_file.h"
#include "svc/s3/keys.h"
#include "svc/s3/limits.h"

namespace millrace::s3 {
namespace {

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
  const std::string root = objects_dir(data_dir);
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) return Error::internal("Cannot make " + root + ": " + error.message());
  if (chmod(root.c_str(), 0700) != 0) return io_error("Cannot close " + root + " to others");
  // All of them now: a file must not be committed in a folder that another writer has made, but
  // not made durable yet.
  for (int i = 0; i < 256; ++i) {
    const std::string folder = fmt::format("{}/{:02x}", root, i);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return io_error("Cannot make " + folder);
    }
  }
  MR_TRY(sync_folder_of(root + "/00"));
  return sync_folder_of(root);
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
    remove_file(ports.data_dir, id);
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
    MR_ASSIGN(std::string bytes, aws::read_whole(body));
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

Result<Segments> copy_segments(svc::Context& ctx, const Segments& segments) {
  Segments copies;
  std::map<std::string, std::string> folders;  // folder -> a file in it: each is synced once
  for (const Segment& segment : segments) {
    Segment& copy = copies.emplace_back(Segment{.size = segment.size});
    if (!is_file(segment.blob_id)) {
      MR_ASSIGN(std::optional<std::string> bytes, ctx.txn().get(blob_key(segment.blob_id)));
      if (!bytes) return source_gone();
      copy.blob_id = keep_inline(ctx, *bytes);
      continue;
    }
    MR_ASSIGN(std::shared_ptr<PendingFile> file, PendingFile::begin(ctx));
    std::string source = blob_path(ctx.ports().data_dir, segment.blob_id);
    if (link(source.c_str(), file->path().c_str()) != 0) {
      return errno == ENOENT ? source_gone() : io_error("Cannot copy an object's file");
    }
    folders[file->path().substr(0, file->path().rfind('/'))] = file->path();
    copy.blob_id = keep_file(ctx, std::move(file));
  }
  for (const auto& [folder, path] : folders)
    MR_TRY(sync_folder_of(path));
  return copies;
}

void drop_blob(svc::Context& ctx, const std::string& blob_id) {
  if (blob_id.empty()) return;
  ctx.txn().del(blob_key(blob_id));
  if (!is_file(blob_id)) return;
  // Removing a large file takes long.
  ctx.after_commit([runner = ctx.ports().runner, dir = ctx.ports().data_dir, blob_id] {
    runner->post([dir, blob_id] { remove_file(dir, blob_id); });
  });
}

namespace {

// The parts of `segments` that `range` covers.
std::vector<std::pair<Segment, ByteRange>> cut(const Segments& segments, ByteRange range) {
  std::vector<std::pair<Segment, ByteRange>> cuts;
  for (const Segment& segment : segments) {
    if (range.length == 0) break;
    if (range.offset >= segment.size) {
      range.offset -= segment.size;
      continue;
    }
    uint64_t length = std::min(range.length, segment.size - range.offset);
    cuts.emplace_back(segment, ByteRange{range.offset, length});
    range = {0, range.length - length};
  }
  return cuts;
}

Result<std::optional<aws::Body>> open_file_range(const std::string& path, ByteRange range) {
  int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return std::optional<aws::Body>();
  if (fd < 0) return io_error("Cannot open an object's file");
  return std::optional(aws::Body{
      .file = std::make_shared<aws::OpenFile>(fd), .offset = range.offset, .length = range.length});
}

}  // namespace

Result<std::optional<aws::Body>> open_range(store::Reader& reader, const std::string& data_dir,
                                            const Segments& segments, ByteRange range) {
  auto cuts = cut(segments, range);
  if (cuts.size() == 1 && is_file(cuts.front().first.blob_id)) {
    return open_file_range(blob_path(data_dir, cuts.front().first.blob_id), cuts.front().second);
  }
  auto pieces = std::make_shared<aws::Pieces>();
  std::vector<std::string> files;
  for (const auto& [segment, part] : cuts) {
    aws::Pieces::Piece& piece = pieces->list.emplace_back();
    piece.length = part.length;
    if (is_file(segment.blob_id)) {
      piece.path = blob_path(data_dir, segment.blob_id);
      piece.offset = part.offset;
      files.push_back(segment.blob_id);
      continue;
    }
    MR_ASSIGN(std::optional<std::string> bytes, reader.get(blob_key(segment.blob_id)));
    if (!bytes) return std::optional<aws::Body>();
    piece.bytes = bytes->substr(part.offset, part.length);
  }
  if (files.empty()) {
    MR_ASSIGN(std::string bytes, aws::read_whole(aws::Body{.pieces = std::move(pieces)}));
    return std::optional(aws::Body{.bytes = std::move(bytes)});
  }
  pieces->lease = FileLease::take(data_dir, std::move(files));
  if (!pieces->lease) return std::optional<aws::Body>();
  return std::optional(aws::Body{.pieces = std::move(pieces)});
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

Status BlobWriter::append(const Segments& segments, ByteRange range) {
  MR_ASSIGN(std::optional<aws::Body> source,
            open_range(ctx_.txn(), ctx_.ports().data_dir, segments, range));
  if (!source) return source_gone();
  return aws::for_each_part(*source,
                            [this](std::string_view bytes) { return append_bytes(bytes); });
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
