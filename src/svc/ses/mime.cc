#include "svc/ses/mime.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/hash.h"

namespace millrace::ses {
namespace {

constexpr size_t kBase64LineChars = 76;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string single_line(std::string_view value) {
  std::string out(value);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  return out;
}

// RFC 2047 encoded words of at most 75 characters, cut at UTF-8 boundaries.
std::string encode_header_text(std::string_view value) {
  std::string line = single_line(value);
  if (is_ascii(line)) return line;
  std::string out;
  for (size_t i = 0; i < line.size();) {
    size_t end = std::min(i + 42, line.size());
    while (end < line.size() && (line[end] & 0xC0) == 0x80)
      --end;
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64_encode(std::string_view(line).substr(i, end - i)) + "?=";
    i = end;
  }
  return out;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += fmt::format("{}: {}\r\n", name, encode_header_text(value));
}

void append_addresses(std::string& out, std::string_view name,
                      const std::vector<std::string>& addresses) {
  if (addresses.empty()) return;
  std::string joined;
  for (const std::string& address : addresses) {
    if (!joined.empty()) joined += ",\r\n ";
    joined += single_line(address);
  }
  out += fmt::format("{}: {}\r\n", name, joined);
}

void append_base64(std::string& out, std::string_view bytes) {
  std::string encoded = base64_encode(bytes);
  for (size_t i = 0; i < encoded.size(); i += kBase64LineChars) {
    out += std::string_view(encoded).substr(i, kBase64LineChars);
    out += "\r\n";
  }
}

std::string text_part(std::string_view type, std::string_view text) {
  std::string out = fmt::format(
      "Content-Type: text/{}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", type);
  append_base64(out, text);
  return out;
}

std::string attachment_part(const MimeAttachment& attachment) {
  std::string type = attachment.content_type.empty() ? "application/octet-stream"
                                                     : single_line(attachment.content_type);
  std::string name = single_line(attachment.file_name);
  std::erase(name, '"');
  std::string out = fmt::format(
      "Content-Type: {}; name=\"{}\"\r\nContent-Transfer-Encoding: base64\r\n"
      "Content-Disposition: {}; filename=\"{}\"\r\n",
      type, name, attachment.disposition, name);
  if (!attachment.content_id.empty()) {
    out += fmt::format("Content-ID: <{}>\r\n", single_line(attachment.content_id));
  }
  out += "\r\n";
  append_base64(out, attachment.bytes);
  return out;
}

std::string multipart(std::string_view subtype, const std::string& seed,
                      const std::vector<std::string>& parts) {
  std::string boundary = "=_" + hex_encode(sha256(seed + std::string(subtype))).substr(0, 32);
  std::string out =
      fmt::format("Content-Type: multipart/{}; boundary=\"{}\"\r\n\r\n", subtype, boundary);
  for (const std::string& part : parts)
    out += fmt::format("--{}\r\n{}", boundary, part);
  out += fmt::format("--{}--\r\n", boundary);
  return out;
}

}  // namespace

std::string compose(const SimpleMessage& message) {
  std::string out;
  append_header(out, "From", message.from);
  append_addresses(out, "To", message.to);
  append_addresses(out, "Cc", message.cc);
  append_addresses(out, "Reply-To", message.reply_to);
  append_header(out, "Subject", message.subject);
  append_header(out, "Message-ID", "<" + message.message_id + "@email.amazonses.com>");
  append_header(out, "Date", message.date);
  for (const auto& [name, value] : message.headers)
    append_header(out, single_line(name), value);
  out += "MIME-Version: 1.0\r\n";

  std::vector<std::string> bodies;
  if (!message.text.empty()) bodies.push_back(text_part("plain", message.text));
  if (!message.html.empty()) bodies.push_back(text_part("html", message.html));
  if (bodies.empty()) bodies.push_back(text_part("plain", ""));
  std::string body =
      bodies.size() == 1 ? bodies[0] : multipart("alternative", message.message_id, bodies);
  if (!message.attachments.empty()) {
    std::vector<std::string> parts{body};
    for (const auto& attachment : message.attachments)
      parts.push_back(attachment_part(attachment));
    body = multipart("mixed", message.message_id, parts);
  }
  return out + body;
}

Result<MailHeaders> read_headers(std::string_view raw) {
  MailHeaders headers;
  while (!raw.empty()) {
    size_t end = raw.find('\n');
    std::string_view line = raw.substr(0, end);
    raw = end == std::string_view::npos ? std::string_view() : raw.substr(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) break;
    if ((line[0] == ' ' || line[0] == '\t') && !headers.empty()) {
      headers.back().second += ' ';
      headers.back().second += line.substr(line.find_first_not_of(" \t") == std::string_view::npos
                                               ? line.size()
                                               : line.find_first_not_of(" \t"));
      continue;
    }
    size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return Error("InvalidParameterValue", 400,
                   "Expected 'header: value', got: " + std::string(line.substr(0, 60)));
    }
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    headers.emplace_back(line.substr(0, colon), value);
  }
  if (headers.empty()) {
    return Error("InvalidParameterValue", 400, "Message has no header");
  }
  return headers;
}

std::string_view header_value(const MailHeaders& headers, std::string_view name) {
  for (const auto& [field, value] : headers) {
    if (ascii_iequals(field, name)) return value;
  }
  return {};
}

}  // namespace millrace::ses
