#include "svc/ses/operations.h"
#include "svc/ses/send_counts.h"

namespace millrace::ses {

Result<v2::GetAccountResponse> get_account(svc::Context& ctx, const v2::GetAccountRequest&) {
  MR_ASSIGN(double sent, sent_last_24_hours(ctx));
  v2::GetAccountResponse out{.dedicated_ip_auto_warmup_enabled = false,
                             .enforcement_status = "HEALTHY",
                             .production_access_enabled = true,
                             .sending_enabled = true};
  out.send_quota = v2::SendQuota{
      .max24_hour_send = kMax24HourSend, .max_send_rate = kMaxSendRate, .sent_last24_hours = sent};
  return out;
}

}  // namespace millrace::ses
