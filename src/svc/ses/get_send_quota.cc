#include "svc/ses/operations.h"
#include "svc/ses/send_counts.h"

namespace millrace::ses {

Result<v1::GetSendQuotaResponse> get_send_quota(svc::Context& ctx, const v1::GetSendQuota::Input&) {
  MR_ASSIGN(double sent, sent_last_24_hours(ctx));
  return v1::GetSendQuotaResponse{
      .max24_hour_send = kMax24HourSend, .max_send_rate = kMaxSendRate, .sent_last24_hours = sent};
}

}  // namespace millrace::ses
