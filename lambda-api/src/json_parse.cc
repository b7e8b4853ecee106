#include <charconv>

#include "lambda_api/json.h"
#include "utf8.h"

namespace lambda_api {

namespace {

// Recursive descent over RFC 8259. The first mistake sets error_ and ends everything.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Json> parse() {
    Json json = value(0);
    skip_space();
    if (!error_ && at_ != text_.size()) error_ = "text after the value";
    if (error_) {
      return failure(400, "InvalidJson", std::string(error_) + " at offset " + std::to_string(at_));
    }
    return json;
  }

 private:
  Json value(int depth) {
    skip_space();
    if (depth > Json::kDepthMax) return wrong("nested too deeply");
    switch (peek()) {
      case '{': return object(depth);
      case '[': return array(depth);
      case '"': return Json(string());
      case 't': return word("true", Json(true));
      case 'f': return word("false", Json(false));
      case 'n': return word("null", Json());
      default: return number();
    }
  }

  Json object(int depth) {
    std::vector<Json::Member> members;
    ++at_;
    skip_space();
    if (take('}')) return Json::object();
    do {
      skip_space();
      if (peek() != '"') return wrong("expected a member name");
      std::string name = string();
      skip_space();
      if (!take(':')) return wrong("expected ':'");
      Json member = value(depth + 1);
      if (error_) return {};
      members.emplace_back(std::move(name), std::move(member));
      skip_space();
    } while (take(','));
    if (!take('}')) return wrong("expected ',' or '}'");
    return Json::object_of(std::move(members));
  }

  Json array(int depth) {
    Json json = Json::array();
    ++at_;
    skip_space();
    if (take(']')) return json;
    do {
      Json item = value(depth + 1);
      if (error_) return {};
      json.push(std::move(item));
      skip_space();
    } while (take(','));
    return take(']') ? json : wrong("expected ',' or ']'");
  }

  std::string string() {
    std::string out;
    ++at_;
    while (!error_) {
      if (at_ >= text_.size()) return wrong("unfinished string"), out;
      const char c = text_[at_];
      if (c == '"') return ++at_, out;
      if (c == '\\') {
        escape(out);
      } else if (static_cast<unsigned char>(c) < 0x20) {
        wrong("control character in a string");
      } else {
        const size_t length = utf8_length(text_.substr(at_));
        if (length == 0) return wrong("invalid UTF-8"), out;
        out.append(text_, at_, length);
        at_ += length;
      }
    }
    return out;
  }

  void escape(std::string& out) {
    static constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
    ++at_;
    const char c = peek();
    ++at_;
    if (const size_t i = c ? kNames.find(c) : std::string_view::npos; i != std::string_view::npos) {
      out += kValues[i];
      return;
    }
    if (c != 'u') return void(wrong("unknown escape"));
    uint32_t code = hex4();
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      const uint32_t low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) return void(wrong("lone surrogate"));
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      return void(wrong("lone surrogate"));
    }
    if (!error_) append_utf8(out, code);
  }

  uint32_t hex4() {
    uint32_t code = 0;
    const char* begin = text_.data() + std::min(at_, text_.size());
    const char* end = begin + std::min<size_t>(4, text_.size() - (begin - text_.data()));
    const auto [ptr, status] = std::from_chars(begin, end, code, 16);
    if (status != std::errc() || ptr != begin + 4) wrong("expected four hexadecimal digits");
    at_ += 4;
    return code;
  }

  Json number() {
    const size_t start = at_;
    bool whole = true;
    take('-');
    if (!take('0') && !digits()) return wrong("expected a value");
    if (take('.')) {
      whole = false;
      if (!digits()) return wrong("expected digits");
    }
    if (take('e') || take('E')) {
      whole = false;
      if (!take('-')) take('+');
      if (!digits()) return wrong("expected digits");
    }
    const char* begin = text_.data() + start;
    const char* end = text_.data() + at_;
    int64_t integer = 0;
    if (whole && std::from_chars(begin, end, integer).ec == std::errc()) return Json(integer);
    double real = 0;
    if (std::from_chars(begin, end, real).ec != std::errc()) return wrong("number out of range");
    return Json(real);
  }

  bool digits() {
    const size_t start = at_;
    while (peek() >= '0' && peek() <= '9')
      ++at_;
    return at_ > start;
  }

  Json word(std::string_view expected, Json json) {
    if (!text_.substr(at_).starts_with(expected)) return wrong("expected a value");
    at_ += expected.size();
    return json;
  }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  Json wrong(const char* what) {
    if (!error_) error_ = what;
    return {};
  }

  std::string_view text_;
  size_t at_ = 0;
  const char* error_ = nullptr;
};

}  // namespace

Result<Json> Json::parse(std::string_view text) { return Parser(text).parse(); }

}  // namespace lambda_api
