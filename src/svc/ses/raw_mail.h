// A raw message as a Mail: sender, recipients and subject from its headers where the request does
// not name them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "svc/ses/outbox.h"

namespace millrace::ses {

struct RawSource {
  std::string data;
  std::optional<std::string> from;                     // overrides the From header
  std::optional<std::vector<std::string>> recipients;  // overrides To, Cc and Bcc
};
Result<Mail> mail_from_raw(const RawSource& source, Instant now);

}  // namespace millrace::ses
