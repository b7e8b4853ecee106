// The decoder of `Content-Encoding: aws-chunked`, which SDKs use for S3 uploads: chunks with or
// without signatures, then trailers with a checksum. Sans I/O: feed it bytes as they come, take the
// payload out. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
//
// Payload is handed out before its chunk's signature can be checked (a chunk may be large, and
// nothing is held back), so whoever stores it must discard it when feed() or finish() fails. Memory
// is bounded by the line lengths. Belongs to one thread at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/credentials.h"
#include "aws/http_message.h"
#include "aws/sigv4.h"
#include "base/hash.h"
#include "base/result.h"

namespace millrace::aws {

// What chunk signatures are chained from.
struct ChunkSigning {
  Secret secret;
  std::string date;
  SigningScope scope;
  std::string amz_date;
  std::string seed_signature;  // of the request itself
};

class AwsChunkedDecoder {
 public:
  struct Options {
    std::optional<ChunkSigning> signing;     // the STREAMING-AWS4-HMAC-SHA256-* kinds
    std::optional<uint64_t> decoded_length;  // x-amz-decoded-content-length
    std::vector<std::string> trailer_names;  // x-amz-trailer, split
  };

  explicit AwsChunkedDecoder(Options options);
  // Options from the request's headers. `secret` is used by the signed kinds only.
  static Options options_for(const RequestView& request, PayloadKind kind,
                             const Authorization& authorization, const Secret& secret);

  // Appends the payload in `bytes` to `out`. Errors (all 4xx): SignatureDoesNotMatch,
  // InvalidRequest, MalformedTrailerError, BadDigest, IncompleteBody.
  Status feed(std::string_view bytes, std::string& out);
  // To be called at the end of the body: fails when something is missing.
  Status finish();

  uint64_t decoded_bytes() const { return decoded_bytes_; }
  // The trailers, x-amz-trailer-signature not among them. A checksum in them has been verified.
  const Headers& trailers() const { return trailers_; }

 private:
  enum class State : uint8_t { kChunkHeader, kData, kDataEnd, kTrailer, kDone };

  Status on_line(std::string_view line);
  Status on_chunk_header(std::string_view line);
  Status on_trailer(std::string_view line);
  Status end_chunk();
  Status end_trailers();
  Status check_trailing_checksum();
  std::string chained_signature(std::string_view what, std::string_view hashes);

  static constexpr size_t kLineBytesMax = 8192;
  static constexpr size_t kTrailersMax = 16;

  Options options_;
  State state_ = State::kChunkHeader;
  std::string line_;
  uint64_t chunk_left_ = 0;
  bool is_last_chunk_ = false;
  std::string chunk_signature_;
  std::string previous_signature_;
  std::string trailer_signature_;
  std::unique_ptr<Hasher> chunk_hash_;
  std::unique_ptr<Hasher> checksum_;  // of the whole payload, when a trailer promises one
  std::string checksum_name_;
  uint64_t decoded_bytes_ = 0;
  Headers trailers_;
};

// The digest behind "x-amz-checksum-crc32" and its kin; none for other names.
std::optional<HashKind> checksum_kind(std::string_view header_name);

}  // namespace millrace::aws
