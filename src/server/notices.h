// Notices: what the server does to reach people: the monitor that checks functions, the webhooks it
// posts to, and the relay that passes mail on to an SMTP server.
// Thread safety: start() and stop() once each, from the owner's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "net/smtp_client.h"
#include "svc/health/health_monitor.h"
#include "svc/ports.h"
#include "svc/ses/mail_relay.h"

namespace millrace::server {

struct NoticeOptions {
  std::optional<health::HealthConfig> health;  // the `health` section of millrace.yaml
  std::string smtp_relay;                      // smtp:// or smtps:// URL; empty: mail stays here
};

class Notices final : public svc::WebhookPort {
 public:
  // `runtime` and `ports` outlive this. Fills its places in `ports`.
  Notices(NoticeOptions options, net::Runtime& runtime, svc::Ports& ports);
  ~Notices() override;

  // Once all ports are wired. Errors: InvalidConfiguration for a relay URL that cannot be used.
  Status start();
  void stop();

  void post(const std::string& url, const std::string& json,
            std::function<void(Status)> done) override;

 private:
  const NoticeOptions options_;
  const svc::Ports& ports_;
  net::HttpClient client_;
  std::unique_ptr<health::HealthMonitor> monitor_;
  std::unique_ptr<ses::MailRelay> relay_;
};

}  // namespace millrace::server
