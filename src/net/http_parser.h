// The parsing half of HTTP/1.1, shared by server and client; pure, no I/O.
//
// Three steps, so that each can be strict about one thing:
//   HeadScanner  finds where a head ends and refuses what line-based readers disagree about: bare
//   CR
//                or LF, NUL, folded lines.
//   parse_*_head gives the complete head to llhttp (strict mode) and takes the views.
//   BodyDecoder  cuts a body by length or by chunks, and refuses chunk lines that are not exact.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/http_message.h"

namespace millrace::net {

// Finds the end of a head in bytes that arrive in pieces. Belongs to one connection.
class HeadScanner {
 public:
  enum class State { kIncomplete, kComplete, kMalformed };
  // `bytes` starts with the head and has grown since the last call.
  State scan(std::string_view bytes);
  // After kComplete: where the head begins (empty lines before it are skipped) and ends.
  size_t begin() const { return begin_; }
  size_t end() const { return position_; }
  void reset() { *this = HeadScanner(); }

 private:
  size_t begin_ = 0;
  size_t line_ = 0;      // where the current line starts
  size_t position_ = 0;  // all before it is scanned
};

struct HeadLimits {
  size_t header_count_max = 200;
  size_t target_bytes_max = 16 * 1024;
};

// REQUIRES: `text` is what HeadScanner found complete. `keep_alive` is what the version and the
// Connection header ask for. Errors are 4xx and end the connection.
Result<RequestHead> parse_request_head(std::string_view text, const HeadLimits& limits,
                                       bool* keep_alive);

struct ResponseHead {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<uint64_t> content_length;
  bool is_chunked = false;
  bool keep_alive = false;
};
Result<ResponseHead> parse_response_head(std::string_view text, const HeadLimits& limits);

class BodyDecoder {
 public:
  enum class Framing { kNone, kLength, kChunked, kUntilEof };
  enum class State { kMore, kDone, kMalformed };
  struct Step {
    size_t consumed = 0;
    std::string_view payload;  // part of the input
    State state = State::kMore;
  };

  BodyDecoder() = default;
  static BodyDecoder none() { return BodyDecoder(Framing::kNone, 0); }
  static BodyDecoder with_length(uint64_t n) { return BodyDecoder(Framing::kLength, n); }
  static BodyDecoder chunked() { return BodyDecoder(Framing::kChunked, 0); }
  static BodyDecoder until_eof() { return BodyDecoder(Framing::kUntilEof, 0); }

  // Takes one step into `in`: call again until it consumes nothing. Trailers are read and dropped.
  Step step(std::string_view in);
  bool done() const { return phase_ == Phase::kDone; }
  Framing framing() const { return framing_; }

 private:
  enum class Phase {
    kData,
    kSize,
    kExtension,
    kSizeLf,
    kDataCr,
    kDataLf,
    kTrailer,
    kTrailerLf,
    kDone,
    kBad
  };
  BodyDecoder(Framing framing, uint64_t length);
  Step step_data(std::string_view in);
  // One byte of chunk framing; false: malformed.
  bool step_framing(char c);

  Framing framing_ = Framing::kNone;
  Phase phase_ = Phase::kDone;
  uint64_t left_ = 0;        // bytes of the body or of the chunk
  uint32_t line_bytes_ = 0;  // of the chunk line or of the current trailer line
  uint32_t trailer_bytes_ = 0;
};

}  // namespace millrace::net
