// The bytes of a connection as the server reads them: heads and bodies, one after another. The
// first byte says where the bytes are cut in two: what is read must not depend on it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "net/http_parser.h"

using namespace millrace::net;  // NOLINT: a fuzz target

namespace {

// What a connection says, written down so that two readings can be compared.
class Reader {
 public:
  void feed(std::string_view bytes) {
    buffer_ += bytes;
    while (step()) {
    }
  }
  const std::string& story() const { return story_; }

 private:
  bool step() {
    if (failed_) return false;
    return in_body_ ? body() : head();
  }

  bool fail(const char* why) {
    failed_ = true;
    story_ += why;
    return false;
  }

  bool head() {
    if (buffer_.empty()) return false;
    HeadScanner::State state = scanner_.scan(buffer_);
    if (state == HeadScanner::State::kIncomplete) return false;
    if (state == HeadScanner::State::kMalformed) return fail("|malformed");
    CHECK(scanner_.begin() <= scanner_.end() && scanner_.end() <= buffer_.size());
    bool keep_alive = false;
    std::string_view text =
        std::string_view(buffer_).substr(scanner_.begin(), scanner_.end() - scanner_.begin());
    auto head = parse_request_head(text, HeadLimits{}, &keep_alive);
    if (!head.ok()) {
      CHECK(head.error().http_status() >= 400 && head.error().http_status() < 500);
      return fail("|refused");
    }
    (void)head->host_name();
    CHECK(!(head->is_chunked && head->content_length));
    story_.append("|").append(head->method).append(" ").append(head->path);
    for (const HeaderView& header : head->headers) {
      CHECK(header.value.find_first_of("\r\n") == std::string_view::npos);
      story_.append("\n").append(header.name).append(":").append(header.value);
    }
    decoder_ = head->is_chunked       ? BodyDecoder::chunked()
               : head->content_length ? BodyDecoder::with_length(*head->content_length)
                                      : BodyDecoder::none();
    buffer_.erase(0, scanner_.end());
    scanner_.reset();
    in_body_ = true;
    return true;
  }

  bool body() {
    if (decoder_.done()) {
      in_body_ = false;
      return true;
    }
    BodyDecoder::Step step = decoder_.step(buffer_);
    if (step.state == BodyDecoder::State::kMalformed) return fail("|bad body");
    CHECK(step.consumed <= buffer_.size());
    story_ += step.payload;
    buffer_.erase(0, step.consumed);
    return step.consumed > 0 || decoder_.done();
  }

  std::string buffer_;
  std::string story_;
  HeadScanner scanner_;
  BodyDecoder decoder_;
  bool in_body_ = false;
  bool failed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > 64 * 1024) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Reader whole;
  whole.feed(bytes);
  Reader parts;
  const size_t cut = bytes.size() * data[0] / 255;
  parts.feed(bytes.substr(0, cut));
  parts.feed(bytes.substr(cut));
  CHECK(whole.story() == parts.story());
  (void)parse_response_head(bytes, HeadLimits{}).ok();
  return 0;
}
