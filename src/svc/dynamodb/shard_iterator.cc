#include "svc/dynamodb/shard_iterator.h"

#include <charconv>

#include "base/encoding.h"
#include "base/hash.h"

namespace millrace::dynamodb {

namespace {

// Behind the ARN, as in AWS's iterators, whose clients cut the text at it.
constexpr std::string_view kSeparator = "|1|";
constexpr size_t kPositionDigits = 25;

}  // namespace

std::string ShardIterator::to_string() const {
  std::string body(1, static_cast<char>('0' + static_cast<int>(start)));
  body += position.to_string();
  body += std::to_string(issued.ms());
  // Not a secret: the reader's permission is checked against the ARN in it. The sum finds damage.
  const std::string sum = std::to_string(crc32(body, crc32(stream_arn)));
  return stream_arn + std::string(kSeparator) + base64_encode(body + "/" + sum);
}

std::optional<ShardIterator> ShardIterator::parse(std::string_view text) {
  const size_t separator = text.find(kSeparator);
  if (separator == std::string_view::npos) return std::nullopt;
  ShardIterator out;
  out.stream_arn = text.substr(0, separator);
  const auto decoded = base64_decode(text.substr(separator + kSeparator.size()));
  if (!decoded) return std::nullopt;
  const size_t slash = decoded->find('/');
  if (slash == std::string::npos || slash < 1 + kPositionDigits) return std::nullopt;
  const std::string_view body = std::string_view(*decoded).substr(0, slash);
  if (decoded->substr(slash + 1) != std::to_string(crc32(body, crc32(out.stream_arn)))) {
    return std::nullopt;
  }
  out.start = static_cast<Start>(body[0] - '0');
  const auto position = SequencePosition::parse(body.substr(1, kPositionDigits));
  if (!position || out.start > Start::kAfter) return std::nullopt;
  out.position = *position;
  const std::string_view issued = body.substr(1 + kPositionDigits);
  int64_t ms = 0;
  std::from_chars(issued.data(), issued.data() + issued.size(), ms);
  out.issued = Instant::from_ms(ms);
  return out;
}

}  // namespace millrace::dynamodb
