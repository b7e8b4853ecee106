#include "server/admin_api.h"

#include <algorithm>
#include <memory>

#include "aws/http_message.h"
#include "codec/json.h"
#include "server/admin_views.h"

namespace millrace::server {
namespace {

using codec::Json;

constexpr size_t kMailsShown = 1000;
constexpr int64_t kAdvanceSecondsMax = int64_t{10} * 366 * 86'400;

net::Response json_response(int status, const Json& json) {
  return net::Response(status, json.dump() + "\n", "application/json");
}

net::Response error_response(int status, std::string_view message) {
  Json json;
  json.set("message", message);
  return json_response(status, json);
}

net::Response from_result(Result<Json> json) {
  if (json.ok()) return json_response(200, *json);
  return error_response(json.error().http_status(), json.error().message());
}

}  // namespace

bool AdminApi::is_public(std::string_view path) const {
  return path == "/_millrace/health" || path == "/_localstack/health";
}

net::Response AdminApi::health() const {
  Json json;
  json.set("status", "running")
      .set("version", MILLRACE_VERSION)
      .set("uptimeSeconds", clock_.now().seconds() - started_.seconds());
  return json_response(200, json);
}

net::Response AdminApi::clock(const net::Request& request) {
  if (request.head.method == "POST") {
    auto json = Json::parse(request.body);
    const Json* seconds = json.ok() ? json->find("advance_seconds") : nullptr;
    bool usable = seconds != nullptr && seconds->is_number() && seconds->number() >= 0 &&
                  seconds->number() <= static_cast<double>(kAdvanceSecondsMax);
    if (!usable) {
      return error_response(400, "Send {\"advance_seconds\": N}; time moves forward only");
    }
    clock_.advance_ms(static_cast<int64_t>(seconds->number() * 1'000));
  }
  Json json;
  json.set("now", format_iso8601_ms(clock_.now()))
      .set("aheadSeconds", static_cast<double>(clock_.offset_ms()) / 1'000);
  return json_response(200, json);
}

net::Response AdminApi::view(const net::Request& request) const {
  std::string_view path = request.head.path;
  auto snapshot = store_.snapshot();
  if (path == "/_millrace/functions") return from_result(functions_view(*snapshot));
  if (path == "/_aws/ses") return from_result(ses_messages_view(*snapshot, kMailsShown));
  if (path == "/_millrace/outbox") {
    bool page = request.head.header("accept").find("text/html") != std::string_view::npos;
    if (!page) return from_result(outbox_view(*snapshot, kMailsShown));
    auto html = outbox_page(*snapshot, kMailsShown);
    if (html.ok()) return net::Response(200, std::move(*html), "text/html; charset=utf-8");
    return error_response(500, html.error().message());
  }
  Instant since = created_;
  auto parameters = aws::parse_query_string(request.head.query);
  if (const std::string* text = aws::find_parameter(parameters, "since")) {
    auto parsed = parse_iso8601(*text);
    if (!parsed.ok()) return error_response(400, parsed.error().message());
    since = *parsed;
  }
  return from_result(usage_view(*snapshot, since, clock_.now()));
}

void AdminApi::handle(net::Request request, net::Responder responder) {
  std::string_view path = request.head.path;
  bool is_get = request.head.method == "GET" || request.head.method == "HEAD";
  bool is_clock = path == "/_millrace/clock";
  if (!is_get && !(is_clock && request.head.method == "POST")) {
    return responder.send(
        error_response(405, "This path does not take " + std::string(request.head.method)));
  }
  if (path == "/_millrace/health") return responder.send(health());
  if (path == "/_localstack/health") {
    Json services;
    for (const aws::Service* service : aws::all_services())
      services.set(std::string(service->id), "available");
    Json json;
    json.set("services", std::move(services))
        .set("edition", "millrace")
        .set("version", MILLRACE_VERSION);
    return responder.send(json_response(200, json));
  }
  if (is_clock) return responder.send(clock(request));
  static constexpr std::string_view kViews[] = {"/_millrace/usage", "/_millrace/functions",
                                                "/_millrace/outbox", "/_aws/ses"};
  if (std::ranges::find(kViews, path) == std::end(kViews)) {
    return responder.send(
        error_response(404, "There are /_millrace/health, clock, usage, functions and outbox"));
  }
  auto shared = std::make_shared<net::Request>(std::move(request));
  Status posted = runtime_.try_post([this, shared, responder] { responder.send(view(*shared)); });
  if (!posted.ok()) responder.send(error_response(503, posted.error().message()));
}

}  // namespace millrace::server
