// MailRelay: passes accepted mails on to a mail server, when the operator names one. Each mail is
// queued in the transaction that accepts it, so that none is lost; it is tried until the server
// takes it, refuses it for good, or kTriesMax is reached. A mail may be delivered twice when the
// process dies between the server's yes and ours, as with every mail system.
//
// Rows: (account, region, ses, "relay", append suffix) -> mail id, tries, next try.
//
// Thread safety: start() once; stop() once. The runner must have drained before destruction.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "svc/periodic.h"
#include "svc/ports.h"

namespace millrace::ses {

class MailRelay {
 public:
  static constexpr int64_t kTickMs = 1'000;
  static constexpr int kTriesMax = 12;              // with the delays below: about a day
  static constexpr int64_t kFirstRetryMs = 30'000;  // doubles each time
  static constexpr int64_t kRetryMaxMs = 4ll * 3600 * 1000;
  static constexpr size_t kBatchMax = 20;  // mails of one scope in one tick

  struct Delivery {
    std::string from;  // bare addresses
    std::vector<std::string> to;
    std::string message;
  };
  // Delivers one mail, blocking. Error code MailRejected: never to be tried again.
  using Deliver = std::function<Status(Delivery)>;

  MailRelay(const svc::Ports& ports, Deliver deliver);

  void start() { relaying_.start(); }
  void stop() { relaying_.stop(); }
  // Tries what is due; on a worker, since it blocks.
  Status relay_due();

 private:
  Status relay_scope(const svc::Scope& scope);

  const svc::Ports& ports_;
  const Deliver deliver_;
  svc::Periodic relaying_;
};

// Queues a mail, in the transaction that stores it.
void queue_for_relay(store::Txn& txn, const svc::Scope& scope, const std::string& mail_key);

}  // namespace millrace::ses
