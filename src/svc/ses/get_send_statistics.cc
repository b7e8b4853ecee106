#include <map>

#include "svc/ses/operations.h"
#include "svc/ses/outbox.h"

namespace millrace::ses {

// One point for every 15 minutes in which mail was sent, over two weeks:
// https://docs.aws.amazon.com/ses/latest/APIReference/API_GetSendStatistics.html
Result<v1::GetSendStatisticsResponse> get_send_statistics(svc::Context& ctx,
                                                          const v1::GetSendStatistics::Input&) {
  constexpr int64_t kPointMs = 15 * 60 * 1000;
  constexpr int64_t kWindowMs = 14ll * 24 * 3600 * 1000;
  MR_ASSIGN(auto mails, list_outbox(ctx.txn(), ctx.scope(), kKeptMailsMax));
  std::map<int64_t, int64_t> attempts;
  for (const Mail& mail : mails) {
    if (mail.sent.plus_ms(kWindowMs) < ctx.now()) break;
    attempts[mail.sent.ms() / kPointMs] +=
        static_cast<int64_t>(mail.to.size() + mail.cc.size() + mail.bcc.size());
  }
  v1::GetSendStatisticsResponse out;
  auto& points = out.send_data_points.emplace();
  for (auto [slot, count] : attempts) {
    points.push_back({.timestamp = Instant::from_ms(slot * kPointMs),
                      .delivery_attempts = count,
                      .bounces = 0,
                      .complaints = 0,
                      .rejects = 0});
  }
  return out;
}

}  // namespace millrace::ses
