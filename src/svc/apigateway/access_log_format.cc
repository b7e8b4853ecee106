#include "svc/apigateway/access_log_format.h"

#include <fmt/format.h>

namespace millrace::apigateway {
namespace {

constexpr std::string_view kPrefix = "$context.";
constexpr size_t kFormatBytesMax = 3 * 1024;
constexpr size_t kValueBytesMax = 1024;

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

Error bad_format(std::string_view why) {
  return Error("BadRequestException", 400, fmt::format("Access Log format {}", why));
}

void append_escaped(std::string& out, std::string_view value) {
  for (char c : value.substr(0, kValueBytesMax)) {
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

Result<AccessLogFormat> AccessLogFormat::parse(std::string_view text) {
  if (text.size() > kFormatBytesMax) return bad_format("must be at most 3 KB long");
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  if (text.find('\n') != std::string_view::npos) {
    return bad_format("must be single line");
  }
  if (text.find("$context.requestId") == std::string_view::npos &&
      text.find("$context.extendedRequestId") == std::string_view::npos) {
    return bad_format(
        "must contain at least one of $context.requestId or "
        "$context.extendedRequestId");
  }
  AccessLogFormat format;
  while (!text.empty()) {
    size_t at = text.find(kPrefix);
    if (at != 0) format.parts_.push_back({false, std::string(text.substr(0, at))});
    if (at == std::string_view::npos) break;
    text.remove_prefix(at + kPrefix.size());
    size_t end = 0;
    while (end < text.size() && is_name(text[end]))
      ++end;
    // A full stop at the end of a sentence is text.
    while (end > 0 && (text[end - 1] == '.' || text[end - 1] == '-'))
      --end;
    format.parts_.push_back({true, std::string(text.substr(0, end))});
    text.remove_prefix(end);
  }
  return format;
}

std::string AccessLogFormat::render(
    const std::function<std::optional<std::string>(std::string_view)>& variable) const {
  std::string line;
  for (const Part& part : parts_) {
    if (!part.is_variable) {
      line += part.text;
      continue;
    }
    auto value = variable(part.text);
    if (value && !value->empty())
      append_escaped(line, *value);
    else
      line.push_back('-');
  }
  return line;
}

}  // namespace millrace::apigateway
