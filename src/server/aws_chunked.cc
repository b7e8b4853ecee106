#include "server/aws_chunked.h"

#include <algorithm>
#include <charconv>

#include "base/encoding.h"

namespace millrace::server {
namespace {

constexpr size_t kLineBytesMax = 4096;
constexpr size_t kTrailersMax = 16;
constexpr uint64_t kChunkBytesMax = uint64_t{5} << 30;  // no object part is larger

Error malformed_chunk() {
  return Error("InvalidRequest", 400, "The aws-chunked encoding of the request body is not valid.");
}

Error malformed_trailer() {
  return Error("MalformedTrailerError", 400,
               "The request contained trailing data that was not well-formed or did not conform to "
               "our published schema.");
}

Error signature_mismatch() {
  return Error("SignatureDoesNotMatch", 403,
               "The request signature we calculated does not match the signature you provided. Check "
               "your key and signing method.");
}

}  // namespace

std::string derive_signing_key(std::string_view secret, std::string_view scope) {
  std::string key = "AWS4" + std::string(secret);
  while (!scope.empty()) {
    std::string_view part = scope.substr(0, scope.find('/'));
    scope.remove_prefix(std::min(scope.size(), part.size() + 1));
    key = hmac_sha256(key, part);
  }
  return key;
}

bool ChunkSignatures::accept(std::string_view signature, const std::string& string_to_sign) {
  std::string expected = hex_encode(hmac_sha256(seed_.signing_key, string_to_sign));
  if (!constant_time_equals(expected, signature)) return false;
  seed_.signature = std::move(expected);
  return true;
}

bool ChunkSignatures::accept_chunk(std::string_view signature, std::string_view sha256_hex) {
  return accept(signature, "AWS4-HMAC-SHA256-PAYLOAD\n" + seed_.amz_date + "\n" + seed_.scope + "\n" +
                               seed_.signature + "\n" + kEmptySha256Hex + "\n" +
                               std::string(sha256_hex));
}

bool ChunkSignatures::accept_trailer(std::string_view signature, std::string_view canonical) {
  return accept(signature, "AWS4-HMAC-SHA256-TRAILER\n" + seed_.amz_date + "\n" + seed_.scope + "\n" +
                               seed_.signature + "\n" + hex_encode(sha256(canonical)));
}

AwsChunkedDecoder::AwsChunkedDecoder(std::optional<ChunkSignatures> signatures, Trailer trailer)
    : signatures_(std::move(signatures)), trailer_(trailer) {}

Status AwsChunkedDecoder::feed(std::string_view in,
                               const std::function<Status(std::string_view)>& emit) {
  while (!in.empty()) {
    if (phase_ == Phase::kDone) return malformed_chunk();
    if (phase_ == Phase::kData) {
      std::string_view part = in.substr(0, std::min<uint64_t>(left_, in.size()));
      in.remove_prefix(part.size());
      left_ -= part.size();
      if (chunk_hash_) chunk_hash_->update(part);
      MR_TRY(emit(part));
      if (left_ == 0) MR_TRY(end_chunk());
      continue;
    }
    size_t lf = in.find('\n');
    size_t take = lf == std::string_view::npos ? in.size() : lf + 1;
    if (line_.size() + take > kLineBytesMax) return malformed_chunk();
    line_ += in.substr(0, take);
    in.remove_prefix(take);
    if (lf == std::string_view::npos) break;
    if (!line_.ends_with("\r\n")) return malformed_chunk();
    line_.resize(line_.size() - 2);
    std::string line = std::move(line_);
    line_.clear();
    MR_TRY(take_line(line));
  }
  return ok_status();
}

Status AwsChunkedDecoder::take_line(std::string_view line) {
  switch (phase_) {
    case Phase::kChunkLine: return take_chunk_line(line);
    case Phase::kDataEnd:
      if (!line.empty()) return malformed_chunk();
      phase_ = Phase::kChunkLine;
      return ok_status();
    case Phase::kTrailer: return line.empty() ? end_trailers() : take_trailer_line(line);
    case Phase::kData:
    case Phase::kDone: break;
  }
  return malformed_chunk();
}

// "10000;chunk-signature=ad80c730..."
Status AwsChunkedDecoder::take_chunk_line(std::string_view line) {
  std::string_view size_text = line.substr(0, line.find(';'));
  std::string_view extension = line.substr(size_text.size());
  auto [end, ec] = std::from_chars(size_text.data(), size_text.data() + size_text.size(), left_, 16);
  if (ec != std::errc() || end != size_text.data() + size_text.size() || left_ > kChunkBytesMax) {
    return malformed_chunk();
  }
  if (signatures_) {
    constexpr std::string_view kSignature = ";chunk-signature=";
    if (!extension.starts_with(kSignature)) return signature_mismatch();
    chunk_signature_ = extension.substr(kSignature.size());
    chunk_hash_ = Hasher::create(HashKind::kSha256);
  }
  if (left_ > 0) {
    phase_ = Phase::kData;
    return ok_status();
  }
  if (signatures_ && !signatures_->accept_chunk(chunk_signature_, kEmptySha256Hex)) {
    return signature_mismatch();
  }
  phase_ = Phase::kTrailer;
  return ok_status();
}

Status AwsChunkedDecoder::end_chunk() {
  if (signatures_) {
    std::string digest = hex_encode(chunk_hash_->finish());
    chunk_hash_.reset();
    if (!signatures_->accept_chunk(chunk_signature_, digest)) return signature_mismatch();
  }
  phase_ = Phase::kDataEnd;
  return ok_status();
}

Status AwsChunkedDecoder::take_trailer_line(std::string_view line) {
  if (trailer_ == Trailer::kNone || trailers_.size() >= kTrailersMax) return malformed_trailer();
  size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return malformed_trailer();
  std::string name = ascii_lower(line.substr(0, colon));
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (name == "x-amz-trailer-signature") {
    trailer_signature_ = value;
  } else {
    trailers_.emplace_back(std::move(name), std::string(value));
  }
  return ok_status();
}

Status AwsChunkedDecoder::end_trailers() {
  phase_ = Phase::kDone;
  if (!signatures_ || trailers_.empty()) return ok_status();
  std::string canonical;
  for (const auto& [name, value] : trailers_) canonical += name + ":" + value + "\n";
  if (!signatures_->accept_trailer(trailer_signature_, canonical)) return signature_mismatch();
  return ok_status();
}

Status AwsChunkedDecoder::finish() const {
  if (phase_ == Phase::kDone) return ok_status();
  // Some clients leave out the empty line behind the last chunk when they announce no trailer.
  if (phase_ == Phase::kTrailer && line_.empty() && trailer_ == Trailer::kNone) return ok_status();
  return Error("IncompleteBody", 400, "The request body terminated unexpectedly");
}

}  // namespace millrace::server
