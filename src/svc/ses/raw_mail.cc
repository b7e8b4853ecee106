#include "svc/ses/raw_mail.h"

#include "svc/ses/address.h"
#include "svc/ses/mime.h"

namespace millrace::ses {

Result<Mail> mail_from_raw(const RawSource& source, Instant now) {
  if (source.data.size() > kRawBytesMax) {
    return Error("InvalidParameterValue", 400, "Message length is more than 41943040 bytes long.");
  }
  MR_ASSIGN(MailHeaders headers, read_headers(source.data));
  Mail mail{.message_id = new_message_id(now), .raw = source.data};
  mail.from = source.from.value_or(std::string(header_value(headers, "From")));
  if (mail.from.empty()) {
    return Error("InvalidParameterValue", 400, "Missing required header 'From'.");
  }
  mail.subject = header_value(headers, "Subject");
  if (source.recipients && !source.recipients->empty()) {
    mail.to = *source.recipients;
  } else {
    mail.to = split_address_list(header_value(headers, "To"));
    mail.cc = split_address_list(header_value(headers, "Cc"));
    mail.bcc = split_address_list(header_value(headers, "Bcc"));
  }
  return mail;
}

}  // namespace millrace::ses
