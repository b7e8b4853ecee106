#include "svc/ses/mime.h"
#include "svc/ses/operations.h"
#include "svc/ses/outbox.h"

namespace millrace::ses {
namespace {

Status refuse_configuration_set(const std::optional<std::string>& name) {
  if (!name || name->empty()) return ok_status();
  return v1::errors::configuration_set_does_not_exist_exception("Configuration set <" + *name +
                                                                "> does not exist.");
}

}  // namespace

// https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html
Result<v1::SendEmailResponse> send_email(svc::Context& ctx, const v1::SendEmailRequest& in) {
  MR_TRY(refuse_configuration_set(in.configuration_set_name));
  SimpleMessage message;
  message.from = in.source;
  message.to = in.destination.to_addresses.value_or(std::vector<std::string>());
  message.cc = in.destination.cc_addresses.value_or(std::vector<std::string>());
  message.reply_to = in.reply_to_addresses.value_or(std::vector<std::string>());
  message.subject = in.message.subject.data;
  if (in.message.body.text) message.text = in.message.body.text->data;
  if (in.message.body.html) message.html = in.message.body.html->data;
  message.message_id = new_message_id(ctx.now());
  message.date = format_http_date(ctx.now());

  Mail mail{.message_id = message.message_id,
            .from = message.from,
            .to = message.to,
            .cc = message.cc,
            .subject = message.subject,
            .text = message.text,
            .html = message.html,
            .raw = compose(message)};
  mail.bcc = in.destination.bcc_addresses.value_or(std::vector<std::string>());
  MR_TRY(send(ctx, std::move(mail)));
  return v1::SendEmailResponse{.message_id = message.message_id};
}

}  // namespace millrace::ses
