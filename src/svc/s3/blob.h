// Blobs: the bytes of objects and parts. A small one lies in the store under its id; a larger one
// is a file DATA/objects/<two digits>/<id>, on disk before the transaction that refers to it
// commits. A blob belongs to one object or part, is never changed, and goes with it. An object that
// was uploaded in parts is the list of their blobs: completing an upload moves no bytes.
//
// Files whose transaction did not commit, and files of blobs that are gone, are removed: at once
// where the outcome is known, else by collect_orphans() at the next start.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/body.h"
#include "base/hash.h"
#include "svc/operation.h"
#include "svc/s3/s3.h"

namespace millrace::s3 {

Status prepare_objects_dir(const std::string& data_dir);
// Removes files that no object refers to; may run beside requests. For the worker pool.
Status collect_orphans(const svc::Ports& ports);

// One of the blobs that an object's bytes lie in, one behind the other.
struct Segment {
  std::string blob_id;
  uint64_t size = 0;
};
using Segments = std::vector<Segment>;  // none: an empty object

// Bytes [offset, offset + length) of an object.
struct ByteRange {
  uint64_t offset = 0;
  uint64_t length = 0;
};

// Makes a received body a blob of this transaction. Returns its id: empty for an empty body.
Result<std::string> keep_body(svc::Context& ctx, const aws::Body& body);
// Second blobs with the same bytes; files are linked, not copied.
Result<Segments> copy_segments(svc::Context& ctx, const Segments& segments);
// Deletes a blob with this transaction. An empty id is ignored.
void drop_blob(svc::Context& ctx, const std::string& blob_id);
// Opens a range for an answer, which may be sent to its end even if the object is deleted
// meanwhile. Nothing when it has been deleted since `reader`'s moment: look again from a new one.
// REQUIRES: `range` lies within the segments.
Result<std::optional<aws::Body>> open_range(store::Reader& reader, const std::string& data_dir,
                                            const Segments& segments, ByteRange range);

class PendingFile;

// Writes a new blob piece by piece out of others, hashing on the way.
class BlobWriter {
 public:
  explicit BlobWriter(svc::Context& ctx);
  ~BlobWriter();

  // Digests over all that is appended; at most one per kind. REQUIRES: before the first append.
  void add_hasher(HashKind kind);
  Status append(const Segments& segments, ByteRange range);
  // Makes what was appended a blob of the transaction. Returns its id: empty if nothing was
  // appended.
  Result<std::string> finish();
  // Raw bytes. REQUIRES: finish() was called, and `kind` added.
  const std::string& digest(HashKind kind) const { return digests_.at(kind); }
  uint64_t size() const { return size_; }

 private:
  Status append_bytes(std::string_view bytes);
  Status open_file();

  svc::Context& ctx_;
  std::shared_ptr<PendingFile> file_;  // once it is larger than what is kept inline
  int fd_ = -1;
  std::string buffer_;  // until then
  uint64_t size_ = 0;
  std::map<HashKind, std::unique_ptr<Hasher>> hashers_;
  std::map<HashKind, std::string> digests_;
};

}  // namespace millrace::s3
