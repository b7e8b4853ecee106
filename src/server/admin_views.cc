#include "server/admin_views.h"

#include <fmt/format.h>

#include "svc/health/health_monitor.h"
#include "svc/metering/meter_store.h"
#include "svc/ses/outbox.h"

namespace millrace::server {
namespace {

using codec::Json;

Json strings(const std::vector<std::string>& values) {
  Json out = Json::array();
  for (const auto& value : values)
    out.push(value);
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

template <class Visit>
Status for_each_mail(store::Reader& reader, size_t limit, Visit visit) {
  MR_ASSIGN(auto scopes, ses::outbox_scopes(reader));
  for (const svc::Scope& scope : scopes) {
    MR_ASSIGN(auto mails, ses::list_outbox(reader, scope, limit));
    for (const ses::Mail& mail : mails)
      visit(scope, mail);
  }
  return ok_status();
}

}  // namespace

Result<Json> usage_view(store::Reader& reader, Instant since, Instant now) {
  MR_ASSIGN(auto usage, metering::read_usage(reader, since));
  Json rows = Json::array();
  for (const auto& used : usage) {
    Json row;
    row.set("account", used.scope.account)
        .set("region", used.scope.region)
        .set("meter", used.meter)
        .set("quantity", used.quantity);
    rows.push(std::move(row));
  }
  Json out;
  out.set("since", format_iso8601(since))
      .set("now", format_iso8601(now))
      .set("usage", std::move(rows));
  return out;
}

Result<Json> functions_view(store::Reader& reader) {
  MR_ASSIGN(auto functions, health::read_function_health(reader));
  Json out = Json::array();
  for (const auto& function : functions) {
    Json row;
    row.set("account", function.scope.account)
        .set("region", function.scope.region)
        .set("name", function.name)
        .set("healthy", function.healthy)
        .set("failuresInARow", function.failures_in_a_row)
        .set("lastFailure", function.last_failure)
        .set("lastCheck", format_iso8601_ms(function.last_check))
        .set("since", format_iso8601_ms(function.since));
    out.push(std::move(row));
  }
  return out;
}

Result<Json> outbox_view(store::Reader& reader, size_t limit) {
  Json messages = Json::array();
  MR_TRY(for_each_mail(reader, limit, [&](const svc::Scope& scope, const ses::Mail& mail) {
    Json row;
    row.set("id", mail.message_id)
        .set("account", scope.account)
        .set("region", scope.region)
        .set("from", mail.from)
        .set("to", strings(mail.to))
        .set("cc", strings(mail.cc))
        .set("bcc", strings(mail.bcc))
        .set("subject", mail.subject)
        .set("text", mail.text)
        .set("html", mail.html)
        .set("raw", mail.raw)
        .set("sent", format_iso8601_ms(mail.sent));
    messages.push(std::move(row));
  }));
  return Json().set("messages", std::move(messages));
}

Result<Json> ses_messages_view(store::Reader& reader, size_t limit) {
  Json messages = Json::array();
  MR_TRY(for_each_mail(reader, limit, [&](const svc::Scope& scope, const ses::Mail& mail) {
    Json destination, body, row;
    destination.set("ToAddresses", strings(mail.to))
        .set("CcAddresses", strings(mail.cc))
        .set("BccAddresses", strings(mail.bcc));
    body.set("text_part", mail.text).set("html_part", mail.html);
    row.set("Id", mail.message_id)
        .set("Region", scope.region)
        .set("Source", mail.from)
        .set("Destination", std::move(destination))
        .set("Subject", mail.subject)
        .set("Body", std::move(body))
        .set("RawData", mail.raw)
        .set("Timestamp", format_iso8601(mail.sent));
    messages.push(std::move(row));
  }));
  return Json().set("messages", std::move(messages));
}

Result<std::string> outbox_page(store::Reader& reader, size_t limit) {
  std::string rows;
  MR_TRY(for_each_mail(reader, limit, [&](const svc::Scope& scope, const ses::Mail& mail) {
    std::string body =
        !mail.html.empty()
            ? fmt::format("<iframe sandbox srcdoc=\"{}\"></iframe>", escape_html(mail.html))
            : fmt::format("<pre>{}</pre>", escape_html(mail.text.empty() ? mail.raw : mail.text));
    rows += fmt::format(
        "<details><summary><b>{}</b> <span>{} &rarr; {}</span> <time>{} {}</time></summary>{}"
        "</details>\n",
        escape_html(mail.subject), escape_html(mail.from),
        escape_html(fmt::format("{}", fmt::join(mail.to, ", "))), scope.region,
        format_iso8601(mail.sent), body);
  }));
  if (rows.empty()) rows = "<p>No mail has been sent yet.</p>";
  return "<!doctype html><meta charset=utf-8><title>Millrace outbox</title><style>"
         "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
         "details{border-bottom:1px solid #8884;padding:.5rem 0}summary{cursor:pointer}"
         "span,time{color:#888;margin-left:.75rem}iframe{width:100%;height:22rem;border:1px solid "
         "#8884}pre{white-space:pre-wrap}</style><h1>Outbox</h1>\n" +
         rows;
}

}  // namespace millrace::server
