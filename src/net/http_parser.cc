#include "net/http_parser.h"

#include <fmt/format.h>
#include <llhttp.h>

#include <cstring>

#include "base/encoding.h"

namespace millrace::net {
namespace {

constexpr uint32_t kChunkLineBytesMax = 1024;
constexpr uint32_t kTrailerBytesMax = 16 * 1024;

Error bad_request(std::string message) { return Error("BadRequest", 400, std::move(message)); }

// What llhttp reports while it walks over one head.
struct HeadCollector {
  const HeadLimits* limits;
  std::string_view method;
  std::string_view target;
  std::vector<HeaderView> headers;
  bool too_many = false;
};

// A span may be reported in pieces; they are contiguous because the head is in one buffer.
void extend(std::string_view& view, const char* at, size_t length) {
  view = view.empty() ? std::string_view(at, length)
                      : std::string_view(view.data(), at + length - view.data());
}

HeadCollector& collector(llhttp_t* parser) { return *static_cast<HeadCollector*>(parser->data); }

int on_header_field(llhttp_t* parser, const char* at, size_t length) {
  HeadCollector& c = collector(parser);
  bool is_new = c.headers.empty() || c.headers.back().value.data() != nullptr;
  if (is_new) {
    if (c.headers.size() >= c.limits->header_count_max) {
      c.too_many = true;
      return -1;
    }
    c.headers.emplace_back();
  }
  extend(c.headers.back().name, at, length);
  return 0;
}

int on_header_value(llhttp_t* parser, const char* at, size_t length) {
  HeaderView& header = collector(parser).headers.back();
  if (header.value.data() == nullptr) header.value = std::string_view(at, 0);
  header.value = std::string_view(header.value.data(), at + length - header.value.data());
  return 0;
}

int on_header_value_complete(llhttp_t* parser) {
  HeaderView& header = collector(parser).headers.back();
  if (header.value.data() == nullptr) header.value = std::string_view("", 0);
  while (!header.value.empty() && (header.value.back() == ' ' || header.value.back() == '\t')) {
    header.value.remove_suffix(1);
  }
  return 0;
}

const llhttp_settings_t& head_settings() {
  static const llhttp_settings_t settings = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_method = [](llhttp_t* p, const char* at, size_t n) {
      extend(collector(p).method, at, n);
      return 0;
    };
    s.on_url = [](llhttp_t* p, const char* at, size_t n) {
      extend(collector(p).target, at, n);
      return 0;
    };
    s.on_header_field = on_header_field;
    s.on_header_value = on_header_value;
    s.on_header_value_complete = on_header_value_complete;
    // The body is ours to cut: stop before llhttp looks at it.
    s.on_headers_complete = [](llhttp_t*) -> int { return HPE_PAUSED; };
    return s;
  }();
  return settings;
}

// Runs llhttp over the whole of `text`.
Status run_llhttp(llhttp_t& parser, llhttp_type_t type, std::string_view text, HeadCollector& c) {
  llhttp_init(&parser, type, &head_settings());
  parser.data = &c;
  c.headers.reserve(16);
  llhttp_errno_t code = llhttp_execute(&parser, text.data(), text.size());
  if (c.too_many) {
    return bad_request(fmt::format("More than {} headers", c.limits->header_count_max));
  }
  for (const HeaderView& header : c.headers) {
    if (header.name.empty()) return bad_request("A header has no name");
  }
  if (code != HPE_PAUSED) {
    const char* reason = llhttp_get_error_reason(&parser);
    return bad_request(reason != nullptr && *reason != 0 ? reason : "Malformed HTTP message");
  }
  return ok_status();
}

// Content-Length and Transfer-Encoding must leave exactly one reading of where the body ends.
Status check_framing(const std::vector<HeaderView>& headers, int version_minor) {
  bool has_length = false;
  bool has_encoding = false;
  for (const HeaderView& header : headers) {
    if (ascii_iequals(header.name, "content-length")) {
      if (has_length) return bad_request("Content-Length is given twice");
      has_length = true;
    } else if (ascii_iequals(header.name, "transfer-encoding")) {
      if (has_encoding) return bad_request("Transfer-Encoding is given twice");
      has_encoding = true;
      if (!ascii_iequals(header.value, "chunked")) {
        return bad_request("The only Transfer-Encoding supported is chunked");
      }
    }
  }
  if (has_length && has_encoding) {
    return bad_request("Both Content-Length and Transfer-Encoding are given");
  }
  if (has_encoding && version_minor == 0) {
    return bad_request("Transfer-Encoding needs HTTP/1.1");
  }
  return ok_status();
}

// Fills path, query and, from an absolute target or the Host header, host.
Status split_target(RequestHead& head) {
  std::string_view host;
  size_t hosts = 0;
  for (const HeaderView& header : head.headers) {
    if (!ascii_iequals(header.name, "host")) continue;
    host = header.value;
    ++hosts;
  }
  if (hosts > 1) return bad_request("Host is given twice");
  if (hosts == 0 && head.version_minor == 1) return bad_request("Host is missing");
  head.host = host;
  std::string_view rest = head.target;
  if (head.method == "CONNECT") {
    head.path = rest;
    return ok_status();
  }
  size_t scheme = rest.find("://");
  if (!rest.starts_with('/') && scheme != std::string_view::npos) {
    rest.remove_prefix(scheme + 3);
    size_t end = std::min(rest.find('/'), rest.find('?'));
    head.host = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view("/") : rest.substr(end);
  } else if (!rest.starts_with('/') && rest != "*") {
    return bad_request("Malformed request target");
  }
  size_t question = rest.find('?');
  head.path = rest.substr(0, question);
  if (head.path.empty()) head.path = "/";
  if (question != std::string_view::npos) head.query = rest.substr(question + 1);
  return ok_status();
}

}  // namespace

HeadScanner::State HeadScanner::scan(std::string_view bytes) {
  while (position_ < bytes.size()) {
    const char* from = bytes.data() + position_;
    const char* lf = static_cast<const char*>(memchr(from, '\n', bytes.size() - position_));
    if (lf == nullptr) {
      position_ = bytes.size();
      return State::kIncomplete;
    }
    size_t at = static_cast<size_t>(lf - bytes.data());
    if (at == line_ || bytes[at - 1] != '\r') return State::kMalformed;
    std::string_view line = bytes.substr(line_, at - 1 - line_);
    if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos) {
      return State::kMalformed;
    }
    position_ = at + 1;
    bool first = line_ == begin_;
    line_ = position_;
    if (line.empty()) {
      if (!first) return State::kComplete;
      begin_ = position_;  // an empty line before the request line: skipped, as RFC 9112 asks
      if (begin_ > 8) return State::kMalformed;
    } else if (!first && (line[0] == ' ' || line[0] == '\t')) {
      return State::kMalformed;  // a folded header line
    }
  }
  return State::kIncomplete;
}

Result<RequestHead> parse_request_head(std::string_view text, const HeadLimits& limits,
                                       bool* keep_alive) {
  RequestHead head;
  head.text = std::make_unique_for_overwrite<char[]>(text.size());
  memcpy(head.text.get(), text.data(), text.size());
  std::string_view own(head.text.get(), text.size());
  HeadCollector c{&limits, {}, {}, {}, false};
  llhttp_t parser;
  MR_TRY(run_llhttp(parser, HTTP_REQUEST, own, c));
  if (parser.http_major != 1 || parser.http_minor > 1) {
    return bad_request("Only HTTP/1.0 and HTTP/1.1 are supported");
  }
  if (c.target.size() > limits.target_bytes_max) {
    return Error(
        "URITooLong", 414,
        fmt::format("The request target is longer than {} bytes", limits.target_bytes_max));
  }
  head.method = c.method;
  head.target = c.target;
  head.headers = std::move(c.headers);
  head.version_minor = parser.http_minor;
  MR_TRY(check_framing(head.headers, head.version_minor));
  MR_TRY(split_target(head));
  head.is_chunked = (parser.flags & F_CHUNKED) != 0;
  if ((parser.flags & F_CONTENT_LENGTH) != 0) head.content_length = parser.content_length;
  std::string_view expect = head.header("expect");
  if (!expect.empty()) {
    if (!ascii_iequals(expect, "100-continue")) {
      return Error("ExpectationFailed", 417, "The only expectation supported is 100-continue");
    }
    head.expects_continue = head.version_minor == 1;
  }
  bool close = (parser.flags & F_CONNECTION_CLOSE) != 0;
  bool keep = (parser.flags & F_CONNECTION_KEEP_ALIVE) != 0;
  *keep_alive = head.version_minor == 1 ? !close : keep && !close;
  return head;
}

Result<RequestHead> parse_request_head(std::string_view text) {
  HeadScanner scanner;
  if (scanner.scan(text) != HeadScanner::State::kComplete || scanner.end() != text.size()) {
    return bad_request("Malformed HTTP head");
  }
  bool keep_alive = false;
  return parse_request_head(text.substr(scanner.begin()), HeadLimits{}, &keep_alive);
}

Result<ResponseHead> parse_response_head(std::string_view text, const HeadLimits& limits) {
  HeadCollector c{&limits, {}, {}, {}, false};
  llhttp_t parser;
  MR_TRY(run_llhttp(parser, HTTP_RESPONSE, text, c));
  if (parser.http_major != 1) return bad_request("Only HTTP/1.x answers are supported");
  ResponseHead head;
  head.status = parser.status_code;
  MR_TRY(check_framing(c.headers, 1));
  for (const HeaderView& header : c.headers) {
    head.headers.emplace_back(std::string(header.name), std::string(header.value));
  }
  head.is_chunked = (parser.flags & F_CHUNKED) != 0;
  if ((parser.flags & F_CONTENT_LENGTH) != 0) head.content_length = parser.content_length;
  bool close = (parser.flags & F_CONNECTION_CLOSE) != 0;
  bool keep = (parser.flags & F_CONNECTION_KEEP_ALIVE) != 0;
  head.keep_alive = parser.http_minor >= 1 ? !close : keep && !close;
  return head;
}

BodyDecoder::BodyDecoder(Framing framing, uint64_t length) : framing_(framing), left_(length) {
  switch (framing) {
    case Framing::kNone: phase_ = Phase::kDone; break;
    case Framing::kLength: phase_ = length == 0 ? Phase::kDone : Phase::kData; break;
    case Framing::kChunked: phase_ = Phase::kSize; break;
    case Framing::kUntilEof:
      phase_ = Phase::kData;
      left_ = UINT64_MAX;
      break;
  }
}

BodyDecoder::Step BodyDecoder::step_data(std::string_view in) {
  size_t take = static_cast<size_t>(std::min<uint64_t>(left_, in.size()));
  if (framing_ != Framing::kUntilEof) left_ -= take;
  if (left_ == 0) phase_ = framing_ == Framing::kChunked ? Phase::kDataCr : Phase::kDone;
  return Step{take, in.substr(0, take), done() ? State::kDone : State::kMore};
}

bool BodyDecoder::step_framing(char c) {
  switch (phase_) {
    case Phase::kSize: {
      int digit = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                         : -1;
      if (digit >= 0) {
        if (++line_bytes_ > 15) return false;  // 60 bits: no overflow
        left_ = left_ * 16 + static_cast<uint64_t>(digit);
        return true;
      }
      if (line_bytes_ == 0) return false;
      phase_ = c == ';' ? Phase::kExtension : Phase::kSizeLf;
      return c == ';' || c == '\r';
    }
    case Phase::kExtension:
      if (c == '\r') phase_ = Phase::kSizeLf;
      return c != '\n' && c != '\0' && ++line_bytes_ <= kChunkLineBytesMax;
    case Phase::kSizeLf:
      line_bytes_ = 0;
      phase_ = left_ == 0 ? Phase::kTrailer : Phase::kData;
      return c == '\n';
    case Phase::kDataCr: phase_ = Phase::kDataLf; return c == '\r';
    case Phase::kDataLf:
      phase_ = Phase::kSize;
      left_ = 0;
      line_bytes_ = 0;
      return c == '\n';
    case Phase::kTrailer:
      if (c == '\r') {
        phase_ = Phase::kTrailerLf;
        return true;
      }
      ++line_bytes_;
      return c != '\n' && c != '\0' && ++trailer_bytes_ <= kTrailerBytesMax;
    case Phase::kTrailerLf:
      phase_ = line_bytes_ == 0 ? Phase::kDone : Phase::kTrailer;
      line_bytes_ = 0;
      return c == '\n';
    case Phase::kData:
    case Phase::kDone:
    case Phase::kBad: break;
  }
  return false;
}

BodyDecoder::Step BodyDecoder::step(std::string_view in) {
  size_t used = 0;
  while (used < in.size() && phase_ != Phase::kDone) {
    if (phase_ == Phase::kData) {
      Step step = step_data(in.substr(used));
      step.consumed += used;
      return step;
    }
    if (!step_framing(in[used])) {
      phase_ = Phase::kBad;
      return Step{used, {}, State::kMalformed};
    }
    ++used;
  }
  return Step{used, {}, done() ? State::kDone : State::kMore};
}

}  // namespace millrace::net
