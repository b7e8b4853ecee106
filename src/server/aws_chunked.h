// The content encoding "aws-chunked": how SDKs send S3 bodies whose checksum or signature they compute
// while sending. Chunks may be signed, each signature covering the one before; trailers follow, with
// checksums and, when signed, a signature of their own.
//   https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
//   https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
// Pure; belongs to one request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/result.h"

namespace millrace::server {

// The chain of signatures over the chunks of one body.
class ChunkSignatures {
 public:
  struct Seed {
    std::string signing_key;  // 32 raw bytes
    std::string amz_date;     // "20260131T120000Z"
    std::string scope;        // "20260131/us-east-1/s3/aws4_request"
    std::string signature;    // of the request's head, in hex
  };
  explicit ChunkSignatures(Seed seed) : seed_(std::move(seed)) {}

  // Whether `signature` signs a chunk with this digest, next in the chain; then it is the last.
  bool accept_chunk(std::string_view signature, std::string_view sha256_hex);
  // `canonical`: "name:value\n" of every trailer but the signature.
  bool accept_trailer(std::string_view signature, std::string_view canonical);

 private:
  bool accept(std::string_view signature, const std::string& string_to_sign);
  Seed seed_;
};

// The key that signs for a scope, from a secret access key.
std::string derive_signing_key(std::string_view secret, std::string_view scope);

class AwsChunkedDecoder {
 public:
  // `signatures` is absent for STREAMING-UNSIGNED-PAYLOAD-TRAILER; `trailer` says whether one is announced.
  enum class Trailer { kNone, kExpected };
  AwsChunkedDecoder(std::optional<ChunkSignatures> signatures, Trailer trailer);

  // Gives the payload in `in` to `emit`. Errors: those of `emit`; InvalidRequest, MalformedTrailerError,
  // SignatureDoesNotMatch (all 4xx).
  Status feed(std::string_view in, const std::function<Status(std::string_view)>& emit);
  // Errors: IncompleteBody.
  Status finish() const;
  const std::vector<std::pair<std::string, std::string>>& trailers() const { return trailers_; }

 private:
  enum class Phase { kChunkLine, kData, kDataEnd, kTrailer, kDone };
  Status take_line(std::string_view line);
  Status take_chunk_line(std::string_view line);
  Status take_trailer_line(std::string_view line);
  Status end_chunk();
  Status end_trailers();

  std::optional<ChunkSignatures> signatures_;
  const Trailer trailer_;
  Phase phase_ = Phase::kChunkLine;
  std::string line_;
  uint64_t left_ = 0;
  std::string chunk_signature_;
  std::unique_ptr<Hasher> chunk_hash_;
  std::vector<std::pair<std::string, std::string>> trailers_;
  std::string trailer_signature_;
};

}  // namespace millrace::server
