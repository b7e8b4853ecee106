#include "server/body_receiver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/disk_room.h"
#include "base/encoding.h"
#include "base/random.h"

namespace millrace::server {
namespace {

constexpr size_t kMemoryBytesMax = 64 * 1024;
constexpr uint64_t kPartBytesMax = uint64_t{5} << 30;  // the most that one PUT may carry

constexpr std::array<std::pair<std::string_view, HashKind>, 5> kChecksums = {{
    {"x-amz-checksum-crc32", HashKind::kCrc32},
    {"x-amz-checksum-crc32c", HashKind::kCrc32c},
    {"x-amz-checksum-crc64nvme", HashKind::kCrc64Nvme},
    {"x-amz-checksum-sha1", HashKind::kSha1},
    {"x-amz-checksum-sha256", HashKind::kSha256},
}};

Error missing_length() {
  return Error("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

Error entity_too_large(uint64_t proposed_bytes) {
  return Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
      .with_member("ProposedSize", fmt::format("\"{}\"", proposed_bytes))
      .with_member("MaxSizeAllowed", fmt::format("\"{}\"", kPartBytesMax));
}

Result<BodyExpectation> expect_body(const net::RequestHead& head, const aws::RequestView& sent,
                                    const Identity& identity) {
  BodyExpectation expectation;
  std::string_view declared = head.header("x-amz-content-sha256");
  if (is_sha256_hex(declared)) expectation.content_sha256 = declared;
  MR_ASSIGN(aws::PayloadKind kind, aws::payload_kind(sent));
  if (aws::is_streaming(kind)) {
    aws::Authorization authorization = identity.authorization.value_or(aws::Authorization{});
    expectation.chunked =
        aws::AwsChunkedDecoder::options_for(sent, kind, authorization, identity.secret);
    if (identity.secret.empty()) expectation.chunked->signing.reset();  // nobody could verify them
    if (!expectation.chunked->decoded_length) return missing_length();
    uint64_t decoded = *expectation.chunked->decoded_length;
    if (decoded > kPartBytesMax) return entity_too_large(decoded);
  } else if (!head.content_length && head.is_chunked) {
    return missing_length();
  } else if (head.content_length.value_or(0) > kPartBytesMax) {
    return entity_too_large(*head.content_length);
  }
  expectation.digests.push_back(HashKind::kMd5);  // the ETag
  bool has_checksum = false;
  for (const auto& [name, checksum] : kChecksums) {
    if (!head.has_header(name) && !ascii_iequals(head.header("x-amz-trailer"), name)) continue;
    expectation.digests.push_back(checksum);
    has_checksum = true;
  }
  // S3's own default; a part needs it besides, for the checksum over the whole object.
  bool is_part = head.query.find("uploadId=") != std::string_view::npos;
  if (is_part || !has_checksum) expectation.digests.push_back(HashKind::kCrc64Nvme);
  return expectation;
}

BodyReceiver::BodyReceiver(BodyExpectation expectation, std::string dir)
    : expectation_(std::move(expectation)), dir_(std::move(dir)) {
  if (expectation_.chunked) decoder_.emplace(*expectation_.chunked);
  for (HashKind kind : expectation_.digests)
    hashers_[kind] = Hasher::create(kind);
  if (!expectation_.content_sha256.empty()) {
    hashers_[HashKind::kSha256] = Hasher::create(HashKind::kSha256);
  }
}

BodyReceiver::~BodyReceiver() = default;

Status BodyReceiver::write(std::string_view bytes) {
  if (!decoder_) return take_payload(bytes);
  decoded_.clear();
  MR_TRY(decoder_->feed(bytes, decoded_));
  return take_payload(decoded_);
}

Status BodyReceiver::open_file() {
  std::string path = dir_ + "/" + random_uuid(thread_rng());
  int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error::internal(fmt::format("cannot receive a body into {}: {}", dir_, strerror(errno)));
  }
  file_ = std::make_shared<aws::SpooledFile>(fd, std::move(path));
  return ok_status();
}

Status BodyReceiver::take_payload(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > kPartBytesMax) return entity_too_large(size_);
  for (auto& [kind, hasher] : hashers_)
    hasher->update(bytes);
  if (!file_ && bytes_.size() + bytes.size() <= kMemoryBytesMax) {
    bytes_ += bytes;
    return ok_status();
  }
  if (!file_) {
    MR_TRY(open_file());
    bytes_ += bytes;
    bytes = bytes_;
  }
  if (!has_room_for_bulk(dir_)) return Error::internal("The disk of the server is nearly full.");
  while (!bytes.empty()) {
    ssize_t n = ::write(file_->fd(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return Error("InternalError", 500, fmt::format("cannot store the body: {}", strerror(errno)));
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  bytes_ = std::string();
  return ok_status();
}

Status BodyReceiver::finish() {
  if (decoder_) MR_TRY(decoder_->finish());
  std::map<HashKind, std::string> digests;
  for (auto& [kind, hasher] : hashers_)
    digests[kind] = hasher->finish();
  if (!expectation_.content_sha256.empty()) {
    std::string computed = hex_encode(digests[HashKind::kSha256]);
    if (computed != expectation_.content_sha256) {
      return Error("XAmzContentSHA256Mismatch", 400,
                   "The provided 'x-amz-content-sha256' header does not match what was computed.")
          .with_member("ClientComputedContentSHA256", "\"" + expectation_.content_sha256 + "\"")
          .with_member("S3ComputedContentSHA256", "\"" + computed + "\"");
    }
  }
  if (file_) {
    file_->size = size_;
    file_->digests = std::move(digests);
  }
  return ok_status();
}

aws::Body BodyReceiver::take_body() {
  aws::Body body;
  body.bytes = std::move(bytes_);
  body.spooled = std::move(file_);
  return body;
}

aws::Headers BodyReceiver::trailers() const {
  return decoder_ ? decoder_->trailers() : aws::Headers();
}

}  // namespace millrace::server
