#include "svc/ses/send_counts.h"

#include "svc/ses/outbox.h"

namespace millrace::ses {

Result<double> sent_last_24_hours(svc::Context& ctx) {
  MR_ASSIGN(auto mails, list_outbox(ctx.txn(), ctx.scope(), kKeptMailsMax));
  double sent = 0;
  for (const Mail& mail : mails) {
    if (mail.sent.plus_ms(24 * 3600 * 1000) < ctx.now()) break;
    sent += static_cast<double>(mail.to.size() + mail.cc.size() + mail.bcc.size());
  }
  return sent;
}

}  // namespace millrace::ses
