#include "svc/ses/outbox.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "codec/json.h"
#include "store/key.h"
#include "svc/meter.h"
#include "svc/scope_index.h"
#include "svc/ses/address.h"
#include "svc/ses/identities.h"
#include "svc/ses/mail_relay.h"

namespace millrace::ses {
namespace {

using codec::Json;

store::KeyWriter mail_prefix(const svc::Scope& scope) {
  return store::KeyWriter(scope.account, scope.region, store::Space::kSes).str("mail");
}

Json strings(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values)
    out.push(value);
  return out;
}

std::vector<std::string> strings_of(const Json* array) {
  std::vector<std::string> out;
  if (array == nullptr || !array->is_array()) return out;
  for (const Json& item : *array->as_array()) {
    if (const auto* text = item.as_string()) out.push_back(*text);
  }
  return out;
}

std::string encode_mail(const Mail& mail) {
  Json json;
  json.set("id", mail.message_id)
      .set("from", mail.from)
      .set("to", strings(mail.to))
      .set("cc", strings(mail.cc))
      .set("bcc", strings(mail.bcc))
      .set("subject", mail.subject)
      .set("text", mail.text)
      .set("html", mail.html)
      .set("raw", base64_encode(mail.raw))
      .set("sentUs", mail.sent.us);
  return json.dump();
}

// Keeps the outbox bounded: removes the oldest mail once the count is past the limit.
Status make_room(svc::Context& ctx) {
  std::string count_key =
      store::KeyWriter(ctx.account(), ctx.region(), store::Space::kSes).str("mail-count").key();
  ctx.txn().add(count_key, 1);
  MR_ASSIGN(auto count, ctx.txn().get_untracked(count_key));
  if (!count || store::decode_counter(*count) < kKeptMailsMax) return ok_status();
  auto oldest = ctx.txn().scan_untracked(store::prefix_range(mail_prefix(ctx.scope()).key()));
  if (oldest->valid()) {
    ctx.txn().del(oldest->key());
    ctx.txn().add(count_key, -1);
  }
  return oldest->status();
}

}  // namespace

Result<Mail> decode_mail(std::string_view value) {
  MR_ASSIGN(Json json, Json::parse(value));
  Mail mail;
  mail.message_id = json.get_string("id");
  mail.from = json.get_string("from");
  mail.to = strings_of(json.find("to"));
  mail.cc = strings_of(json.find("cc"));
  mail.bcc = strings_of(json.find("bcc"));
  mail.subject = json.get_string("subject");
  mail.text = json.get_string("text");
  mail.html = json.get_string("html");
  mail.raw = base64_decode(json.get_string("raw")).value_or("");
  if (const Json* sent = json.find("sentUs"); sent != nullptr && sent->is_int()) {
    mail.sent = Instant{*sent->as_int()};
  }
  return mail;
}

std::string new_message_id(Instant now) {
  return fmt::format("0100{:012x}-{}-000000", now.ms(), random_uuid(thread_rng()));
}

Status send(svc::Context& ctx, Mail mail) {
  size_t recipients = mail.to.size() + mail.cc.size() + mail.bcc.size();
  if (recipients == 0) {
    return Error("InvalidParameterValue", 400, "Missing required header 'To'.");
  }
  if (recipients > kRecipientsMax) {
    return Error("InvalidParameterValue", 400, "Recipient count exceeds 50.");
  }
  for (const auto* list : {&mail.to, &mail.cc, &mail.bcc}) {
    for (const std::string& address : *list)
      MR_TRY(bare_address(address));
  }
  MR_ASSIGN(std::string sender, bare_address(mail.from));
  MR_TRY(require_verified(ctx, sender));
  mail.sent = ctx.now();
  std::string key =
      mail_prefix(ctx.scope()).u64(static_cast<uint64_t>(mail.sent.us)).str(mail.message_id).key();
  ctx.txn().put(key, encode_mail(mail));
  if (ctx.ports().relay_mail) queue_for_relay(ctx.txn(), ctx.scope(), key);
  MR_TRY(make_room(ctx));
  MR_TRY(svc::note_scope(ctx.txn(), store::Space::kSes, ctx.scope()));
  if (auto* meter = ctx.ports().meter) {
    ctx.after_commit([meter, scope = ctx.scope(), recipients] {
      meter->count(scope, svc::meters::kSesMails, static_cast<double>(recipients));
    });
  }
  return ok_status();
}

Result<std::vector<Mail>> list_outbox(store::Reader& reader, const svc::Scope& scope,
                                      size_t limit) {
  std::vector<Mail> mails;
  auto cursor =
      reader.scan(store::prefix_range(mail_prefix(scope).key()), store::Direction::kReverse);
  for (; cursor->valid() && mails.size() < limit; cursor->next()) {
    MR_ASSIGN(Mail mail, decode_mail(cursor->value()));
    mails.push_back(std::move(mail));
  }
  MR_TRY(cursor->status());
  return mails;
}

Result<std::vector<svc::Scope>> outbox_scopes(store::Reader& reader) {
  return svc::noted_scopes(reader, store::Space::kSes);
}

}  // namespace millrace::ses
