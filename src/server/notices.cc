#include "server/notices.h"

#include <fmt/format.h>

#include <utility>

namespace millrace::server {
namespace {

constexpr int64_t kWebhookTimeoutMs = 10'000;
constexpr uint64_t kWebhookAnswerBytesMax = 64 * 1024;  // nobody reads it

}  // namespace

Notices::Notices(NoticeOptions options, net::Runtime& runtime, svc::Ports& ports)
    : options_(std::move(options)), ports_(ports), client_(runtime, {}) {
  ports.webhooks = this;
  ports.relay_mail = !options_.smtp_relay.empty();
}

Notices::~Notices() { stop(); }

Status Notices::start() {
  // Functions may ask to be watched by their tags, so the monitor runs without a section too.
  monitor_ = std::make_unique<health::HealthMonitor>(
      ports_, options_.health.value_or(health::HealthConfig{}));
  monitor_->start();
  if (options_.smtp_relay.empty()) return ok_status();
  MR_ASSIGN(net::SmtpServer server, net::parse_smtp_url(options_.smtp_relay));
  auto deliver = [server](ses::MailRelay::Delivery mail) {
    return net::send_mail(server, net::MailEnvelope{.from = std::move(mail.from),
                                                    .to = std::move(mail.to),
                                                    .message = std::move(mail.message)});
  };
  relay_ = std::make_unique<ses::MailRelay>(ports_, std::move(deliver));
  relay_->start();
  return ok_status();
}

void Notices::stop() {
  if (monitor_) monitor_->stop();
  if (relay_) relay_->stop();
  client_.stop();
}

void Notices::post(const std::string& url, const std::string& json,
                   std::function<void(Status)> done) {
  net::ClientRequest request;
  request.method = "POST";
  request.url = url;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = json;
  request.connect_timeout_ms = kWebhookTimeoutMs;
  request.response_timeout_ms = kWebhookTimeoutMs;
  request.response_bytes_max = kWebhookAnswerBytesMax;
  client_.send(std::move(request), [url, done = std::move(done)](net::ClientOutcome outcome) {
    if (!outcome.response.ok()) return done(std::move(outcome.response).error());
    int status = outcome.response->status;
    if (status / 100 == 2) return done(ok_status());
    done(Error("WebhookRefused", 502, fmt::format("{} answered with status {}", url, status)));
  });
}

}  // namespace millrace::server
