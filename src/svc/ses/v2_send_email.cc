#include "svc/ses/mime.h"
#include "svc/ses/operations.h"
#include "svc/ses/outbox.h"
#include "svc/ses/raw_mail.h"

namespace millrace::ses {
namespace {

using Strings = std::vector<std::string>;

// v2 says BadRequestException where v1 says InvalidParameterValue.
Error as_v2(Error error) {
  if (error.code() == "InvalidParameterValue") {
    return v2::errors::bad_request_exception(error.message());
  }
  return error;
}

Result<Mail> simple_mail(const v2::SendEmailRequest& in, Instant now) {
  const v2::Message& given = *in.content.simple;
  const v2::Destination to = in.destination.value_or(v2::Destination());
  SimpleMessage message{.from = in.from_email_address.value_or(""),
                        .to = to.to_addresses.value_or(Strings()),
                        .cc = to.cc_addresses.value_or(Strings()),
                        .reply_to = in.reply_to_addresses.value_or(Strings()),
                        .subject = given.subject.data,
                        .message_id = new_message_id(now),
                        .date = format_http_date(now)};
  if (given.body.text) message.text = given.body.text->data;
  if (given.body.html) message.html = given.body.html->data;
  for (const auto& header : given.headers.value_or(std::vector<v2::MessageHeader>())) {
    message.headers.emplace_back(header.name, header.value);
  }
  for (const auto& given_file : given.attachments.value_or(std::vector<v2::Attachment>())) {
    bool is_inline = given_file.content_disposition.value_or("ATTACHMENT") == "INLINE";
    message.attachments.push_back({.file_name = given_file.file_name,
                                   .content_type = given_file.content_type.value_or(""),
                                   .disposition = is_inline ? "inline" : "attachment",
                                   .content_id = given_file.content_id.value_or(""),
                                   .bytes = given_file.raw_content});
  }
  Mail mail{.message_id = message.message_id,
            .from = message.from,
            .to = message.to,
            .cc = message.cc,
            .subject = message.subject,
            .text = message.text,
            .html = message.html,
            .raw = compose(message)};
  mail.bcc = to.bcc_addresses.value_or(Strings());
  return mail;
}

Result<Mail> raw_mail(const v2::SendEmailRequest& in, Instant now) {
  RawSource source{.data = in.content.raw->data, .from = in.from_email_address};
  if (in.destination) {
    auto& all = source.recipients.emplace();
    for (const auto* list : {&in.destination->to_addresses, &in.destination->cc_addresses,
                             &in.destination->bcc_addresses}) {
      if (*list) all.insert(all.end(), (*list)->begin(), (*list)->end());
    }
  }
  return mail_from_raw(source, now);
}

Status refuse_unsupported(const v2::SendEmailRequest& in) {
  if (in.content.template_) {
    return v2::errors::bad_request_exception("Content.Template is not supported by Millrace.");
  }
  if (in.list_management_options) {
    return v2::errors::bad_request_exception("ListManagementOptions is not supported by Millrace.");
  }
  if (in.endpoint_id || in.tenant_name) {
    return v2::errors::bad_request_exception(
        "EndpointId and TenantName are not supported by Millrace.");
  }
  if (in.configuration_set_name && !in.configuration_set_name->empty()) {
    return v2::errors::not_found_exception("Configuration set <" + *in.configuration_set_name +
                                           "> does not exist.");
  }
  if (in.content.simple.has_value() == in.content.raw.has_value()) {
    return v2::errors::bad_request_exception(
        "Exactly one of Simple, Raw and Template is required.");
  }
  return ok_status();
}

}  // namespace

// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
Result<v2::SendEmailResponse> v2_send_email(svc::Context& ctx, const v2::SendEmailRequest& in) {
  MR_TRY(refuse_unsupported(in));
  auto mail = in.content.simple ? simple_mail(in, ctx.now()) : raw_mail(in, ctx.now());
  if (!mail.ok()) return as_v2(std::move(mail).error());
  std::string id = mail->message_id;
  Status sent = send(ctx, *std::move(mail));
  if (!sent.ok()) return as_v2(std::move(sent).error());
  return v2::SendEmailResponse{.message_id = id};
}

}  // namespace millrace::ses
