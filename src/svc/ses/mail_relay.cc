#include "svc/ses/mail_relay.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/log.h"
#include "codec/json.h"
#include "store/key.h"
#include "svc/scope_index.h"
#include "svc/ses/address.h"
#include "svc/ses/outbox.h"

namespace millrace::ses {
namespace {

using codec::Json;

std::string queue_prefix(const svc::Scope& scope) {
  return store::KeyWriter(scope.account, scope.region, store::Space::kSes).str("relay").key();
}

struct QueueRow {
  std::string mail_key;
  int64_t tries = 0;
  int64_t next_try_ms = 0;

  std::string encode() const {
    return Json()
        .set("mail", base64_encode(mail_key))
        .set("tries", tries)
        .set("nextTryMs", next_try_ms)
        .dump();
  }
  static Result<QueueRow> decode(std::string_view text) {
    MR_ASSIGN(Json json, Json::parse(text));
    QueueRow row{.mail_key = base64_decode(json.get_string("mail")).value_or("")};
    if (const Json* tries = json.find("tries")) row.tries = static_cast<int64_t>(tries->number());
    if (const Json* next = json.find("nextTryMs"))
      row.next_try_ms = static_cast<int64_t>(next->number());
    return row;
  }
};

Result<MailRelay::Delivery> delivery_of(const Mail& mail) {
  MailRelay::Delivery delivery{.message = mail.raw};
  MR_ASSIGN(delivery.from, bare_address(mail.from));
  for (const auto* list : {&mail.to, &mail.cc, &mail.bcc}) {
    for (const std::string& address : *list) {
      MR_ASSIGN(std::string bare, bare_address(address));
      delivery.to.push_back(std::move(bare));
    }
  }
  return delivery;
}

int64_t retry_delay_ms(int64_t tries) {
  return std::min(MailRelay::kFirstRetryMs << std::min<int64_t>(tries, 20), MailRelay::kRetryMaxMs);
}

}  // namespace

void queue_for_relay(store::Txn& txn, const svc::Scope& scope, const std::string& mail_key) {
  txn.append(queue_prefix(scope), QueueRow{.mail_key = mail_key}.encode());
}

MailRelay::MailRelay(const svc::Ports& ports, Deliver deliver)
    : ports_(ports),
      deliver_(std::move(deliver)),
      relaying_(ports, {.name = "mail relay", .interval_ms = kTickMs},
                [this] { return relay_due(); }) {}

Status MailRelay::relay_due() {
  auto snapshot = ports_.store->snapshot();
  MR_ASSIGN(auto scopes, svc::noted_scopes(*snapshot, store::Space::kSes));
  for (const svc::Scope& scope : scopes)
    MR_TRY(relay_scope(scope));
  return ok_status();
}

Status MailRelay::relay_scope(const svc::Scope& scope) {
  std::vector<std::pair<std::string, QueueRow>> due;
  auto snapshot = ports_.store->snapshot();
  const int64_t now_ms = ports_.clock->now().ms();
  auto cursor = snapshot->scan(store::prefix_range(queue_prefix(scope)));
  for (; cursor->valid() && due.size() < kBatchMax; cursor->next()) {
    MR_ASSIGN(QueueRow row, QueueRow::decode(cursor->value()));
    if (row.next_try_ms <= now_ms) due.emplace_back(std::string(cursor->key()), std::move(row));
  }
  MR_TRY(cursor->status());
  for (auto& [key, row] : due) {
    MR_ASSIGN(auto value, snapshot->get(row.mail_key));
    Status outcome;
    if (value) {
      MR_ASSIGN(Mail mail, decode_mail(*value));
      auto delivery = delivery_of(mail);
      outcome =
          delivery.ok() ? deliver_(*std::move(delivery)) : Status(std::move(delivery).error());
    }
    bool give_up =
        !outcome.ok() && (outcome.error().code() == "MailRejected" || row.tries + 1 >= kTriesMax);
    if (!outcome.ok()) {
      spdlog::warn("mail relay: {}{}", outcome.error().message(), give_up ? "; given up" : "");
    }
    row.next_try_ms = now_ms + retry_delay_ms(row.tries);
    ++row.tries;
    auto written = store::transact(*ports_.store, [&](store::Txn& txn) {
      if (outcome.ok() || give_up) {
        txn.del(key);
      } else {
        txn.put(key, row.encode());
      }
      return ok_status();
    });
    if (!written.ok()) return std::move(written).error();
  }
  return ok_status();
}

}  // namespace millrace::ses
