#include "aws/aws_chunked.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/encoding.h"

namespace millrace::aws {
namespace {

constexpr std::string_view kChunkSignature = "chunk-signature=";
constexpr std::string_view kTrailerSignature = "x-amz-trailer-signature";

Error malformed(std::string_view why) {
  return Error("InvalidRequest", 400, fmt::format("The aws-chunked body is malformed: {}", why));
}

Error malformed_trailer() {
  return Error("MalformedTrailerError", 400,
               "The request contained trailing data that was not well-formed or did not conform to "
               "our published schema.");
}

Error incomplete() {
  return Error(
      "IncompleteBody", 400,
      "You did not provide the number of bytes specified by the Content-Length HTTP header");
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<HashKind> checksum_kind(std::string_view header_name) {
  static constexpr std::pair<std::string_view, HashKind> kKinds[] = {
      {"x-amz-checksum-crc32", HashKind::kCrc32},
      {"x-amz-checksum-crc32c", HashKind::kCrc32c},
      {"x-amz-checksum-crc64nvme", HashKind::kCrc64Nvme},
      {"x-amz-checksum-sha1", HashKind::kSha1},
      {"x-amz-checksum-sha256", HashKind::kSha256},
  };
  for (const auto& [name, kind] : kKinds) {
    if (ascii_iequals(name, header_name)) return kind;
  }
  return std::nullopt;
}

AwsChunkedDecoder::AwsChunkedDecoder(Options options) : options_(std::move(options)) {
  if (options_.signing) {
    previous_signature_ = options_.signing->seed_signature;
    chunk_hash_ = Hasher::create(HashKind::kSha256);
  }
  for (const std::string& name : options_.trailer_names) {
    if (auto kind = checksum_kind(name)) {
      checksum_ = Hasher::create(*kind);
      checksum_name_ = ascii_lower(name);
    }
  }
}

AwsChunkedDecoder::Options AwsChunkedDecoder::options_for(const RequestView& request,
                                                          PayloadKind kind,
                                                          const Authorization& authorization,
                                                          const Secret& secret) {
  Options out;
  if (kind == PayloadKind::kStreamingSigned || kind == PayloadKind::kStreamingSignedTrailer) {
    out.signing = ChunkSigning{.secret = secret,
                               .date = authorization.date,
                               .scope = {authorization.region, authorization.service},
                               .amz_date = authorization.amz_date,
                               .seed_signature = authorization.signature};
  }
  const std::string_view length = request.header("x-amz-decoded-content-length");
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), value);
  if (!length.empty() && error == std::errc() && end == length.data() + length.size()) {
    out.decoded_length = value;
  }
  std::string_view names = request.header("x-amz-trailer");
  while (!names.empty()) {
    const size_t comma = names.find(',');
    out.trailer_names.emplace_back(trimmed(names.substr(0, comma)));
    names = comma == names.npos ? std::string_view() : names.substr(comma + 1);
  }
  return out;
}

Status AwsChunkedDecoder::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    if (state_ == State::kDone) return malformed("bytes after its end");
    if (state_ == State::kData) {
      const auto take = static_cast<size_t>(std::min<uint64_t>(chunk_left_, bytes.size()));
      const std::string_view data = bytes.substr(0, take);
      out += data;
      if (chunk_hash_ != nullptr) chunk_hash_->update(data);
      if (checksum_ != nullptr) checksum_->update(data);
      decoded_bytes_ += take;
      chunk_left_ -= take;
      bytes.remove_prefix(take);
      if (chunk_left_ == 0) state_ = State::kDataEnd;
      continue;
    }
    const size_t newline = bytes.find('\n');
    line_ += bytes.substr(0, newline);
    if (line_.size() > kLineBytesMax) return malformed("a line is too long");
    if (newline == bytes.npos) return ok_status();
    bytes.remove_prefix(newline + 1);
    if (line_.ends_with('\r')) line_.pop_back();
    const std::string line = std::exchange(line_, {});
    MR_TRY(on_line(line));
  }
  return ok_status();
}

Status AwsChunkedDecoder::on_line(std::string_view line) {
  switch (state_) {
    case State::kChunkHeader: return on_chunk_header(line);
    case State::kDataEnd:
      if (!line.empty()) return malformed("a chunk is longer than it says");
      MR_TRY(end_chunk());
      state_ = State::kChunkHeader;
      return ok_status();
    case State::kTrailer: return on_trailer(line);
    default: return malformed("unexpected line");
  }
}

Status AwsChunkedDecoder::on_chunk_header(std::string_view line) {
  const size_t semicolon = line.find(';');
  const std::string_view size_text = trimmed(line.substr(0, semicolon));
  uint64_t size = 0;
  const auto [end, error] =
      std::from_chars(size_text.data(), size_text.data() + size_text.size(), size, 16);
  if (size_text.empty() || error != std::errc() || end != size_text.data() + size_text.size()) {
    return malformed("bad chunk size");
  }
  chunk_signature_.clear();
  if (semicolon != line.npos) {
    const std::string_view extension = trimmed(line.substr(semicolon + 1));
    if (extension.starts_with(kChunkSignature)) {
      chunk_signature_ = extension.substr(kChunkSignature.size());
    }
  }
  if (options_.signing && chunk_signature_.empty()) return malformed("a chunk has no signature");
  if (options_.decoded_length && size > *options_.decoded_length - decoded_bytes_) {
    return incomplete();
  }
  chunk_left_ = size;
  is_last_chunk_ = size == 0;
  if (!is_last_chunk_) {
    state_ = State::kData;
    return ok_status();
  }
  MR_TRY(end_chunk());
  state_ = State::kTrailer;
  return ok_status();
}

std::string AwsChunkedDecoder::chained_signature(std::string_view what, std::string_view hashes) {
  const ChunkSigning& signing = *options_.signing;
  return sigv4_signature(
      signing.secret, signing.date, signing.scope,
      fmt::format("{}\n{}\n{}/{}/{}/aws4_request\n{}\n{}", what, signing.amz_date, signing.date,
                  signing.scope.region, signing.scope.service, previous_signature_, hashes));
}

Status AwsChunkedDecoder::end_chunk() {
  if (!options_.signing) return ok_status();
  const std::string hash = hex_encode(chunk_hash_->finish());
  chunk_hash_ = Hasher::create(HashKind::kSha256);
  const std::string expected =
      chained_signature("AWS4-HMAC-SHA256-PAYLOAD", fmt::format("{}\n{}", kEmptySha256Hex, hash));
  if (!constant_time_equals(expected, chunk_signature_)) {
    return signature_mismatch(AuthStyle::kS3, {.signature = chunk_signature_});
  }
  previous_signature_ = expected;
  return ok_status();
}

Status AwsChunkedDecoder::on_trailer(std::string_view line) {
  if (line.empty()) return end_trailers();
  const size_t colon = line.find(':');
  if (colon == line.npos || trailers_.size() >= kTrailersMax) return malformed_trailer();
  const std::string name = ascii_lower(trimmed(line.substr(0, colon)));
  std::string value(trimmed(line.substr(colon + 1)));
  if (name == kTrailerSignature) {
    trailer_signature_ = std::move(value);
    return ok_status();
  }
  const bool announced = std::ranges::any_of(
      options_.trailer_names, [&](const std::string& known) { return ascii_iequals(known, name); });
  if (!announced) return malformed_trailer();
  trailers_.emplace_back(name, std::move(value));
  return ok_status();
}

Status AwsChunkedDecoder::end_trailers() {
  state_ = State::kDone;
  if (trailers_.size() < options_.trailer_names.size()) return malformed_trailer();
  if (options_.signing && !options_.trailer_names.empty()) {
    std::string canonical;
    for (const auto& [name, value] : trailers_)
      canonical += fmt::format("{}:{}\n", name, value);
    const std::string expected =
        chained_signature("AWS4-HMAC-SHA256-TRAILER", hex_encode(sha256(canonical)));
    if (!constant_time_equals(expected, trailer_signature_)) {
      return signature_mismatch(AuthStyle::kS3, {.signature = trailer_signature_});
    }
  }
  return check_trailing_checksum();
}

Status AwsChunkedDecoder::check_trailing_checksum() {
  if (checksum_ == nullptr) return ok_status();
  const std::string expected = base64_encode(checksum_->finish());
  if (find_header(trailers_, checksum_name_) == expected) return ok_status();
  std::string algorithm = checksum_name_.substr(checksum_name_.rfind('-') + 1);
  std::ranges::transform(algorithm, algorithm.begin(), [](char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  });
  return Error(
      "BadDigest", 400,
      fmt::format("The {} you specified did not match the calculated checksum.", algorithm));
}

Status AwsChunkedDecoder::finish() {
  // Some clients leave out the empty line behind the last chunk when there are no trailers.
  if (state_ == State::kTrailer && line_.empty()) MR_TRY(end_trailers());
  if (state_ != State::kDone) return incomplete();
  if (options_.decoded_length && *options_.decoded_length != decoded_bytes_) return incomplete();
  return ok_status();
}

}  // namespace millrace::aws
