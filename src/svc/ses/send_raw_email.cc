#include "svc/ses/operations.h"
#include "svc/ses/raw_mail.h"

namespace millrace::ses {

// https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html
Result<v1::SendRawEmailResponse> send_raw_email(svc::Context& ctx,
                                                const v1::SendRawEmailRequest& in) {
  if (in.configuration_set_name && !in.configuration_set_name->empty()) {
    return v1::errors::configuration_set_does_not_exist_exception(
        "Configuration set <" + *in.configuration_set_name + "> does not exist.");
  }
  MR_ASSIGN(
      Mail mail,
      mail_from_raw({.data = in.raw_message.data, .from = in.source, .recipients = in.destinations},
                    ctx.now()));
  std::string id = mail.message_id;
  MR_TRY(send(ctx, std::move(mail)));
  return v1::SendRawEmailResponse{.message_id = id};
}

}  // namespace millrace::ses
