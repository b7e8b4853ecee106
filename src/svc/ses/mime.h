// MIME messages: writing the simple ones that SendEmail describes, reading the headers of raw ones.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace millrace::ses {

struct MimeAttachment {
  std::string file_name;
  std::string content_type;  // empty: application/octet-stream
  std::string disposition;   // "attachment" or "inline"
  std::string content_id;
  std::string bytes;
};

struct SimpleMessage {
  std::string from;
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> reply_to;
  std::string subject;
  std::string text;  // UTF-8; empty when there is none
  std::string html;
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<MimeAttachment> attachments;
  std::string message_id;
  std::string date;  // RFC 5322
};

// A complete RFC 5322 message with CRLF line ends. Header injection is impossible: line breaks in
// values become spaces.
std::string compose(const SimpleMessage& message);

using MailHeaders = std::vector<std::pair<std::string, std::string>>;
// The header fields of a raw message, unfolded, in order. Errors: InvalidParameterValue when there
// is no header at all.
Result<MailHeaders> read_headers(std::string_view raw);
// First value of a field, by case-insensitive name; empty when absent.
std::string_view header_value(const MailHeaders& headers, std::string_view name);

}  // namespace millrace::ses
