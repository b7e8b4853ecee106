// `millrace cost`: what a running server's work would have cost on AWS.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "aws/sigv4.h"
#include "base/clock.h"
#include "base/encoding.h"
#include "client/settings.h"
#include "codec/json.h"
#include "main/commands.h"
#include "net/http_client.h"
#include "net/runtime.h"
#include "svc/metering/cost.h"

namespace millrace {
namespace {

struct CostOptions {
  std::string endpoint_url = "http://127.0.0.1:4566";
  std::string prices_file;
  std::string since;
  bool json = false;
};

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) return Error("FileNotFound", 400, "cannot read " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Signed where credentials are found: a server with --auth enforce answers the root key alone.
Result<net::ClientRequest> usage_request(const CostOptions& options) {
  std::string base = options.endpoint_url;
  while (base.ends_with('/'))
    base.pop_back();
  aws::HttpRequest request{.method = "GET", .path = "/_millrace/usage"};
  if (!options.since.empty()) {
    MR_TRY(parse_iso8601(options.since));
    request.query = "since=" + percent_encode(options.since);
  }
  net::ClientRequest out{.response_timeout_ms = 10'000};
  out.url = base + request.path;
  if (!request.query.empty()) out.url += "?" + request.query;
  auto settings = client::load_settings(client::process_environment(), {.region = "us-east-1"});
  if (!settings.ok() && settings.error().code() != "NoCredentials") {
    return std::move(settings).error();
  }
  if (settings.ok()) {
    request.headers.emplace_back("host", base.substr(base.find("//") + 2));
    aws::sign_request(request, settings->credentials, {settings->region, "millrace"},
                      system_clock().now());
    out.headers = std::move(request.headers);
  }
  return out;
}

Result<std::string> fetch(net::ClientRequest request) {
  const std::string url = request.url;
  net::Runtime runtime(system_clock(), {.io_threads = 1});
  MR_TRY(runtime.start());
  net::HttpClient client(runtime, {});
  auto outcome = client.send_blocking(std::move(request));
  client.stop();
  runtime.stop();
  if (!outcome.response.ok()) return std::move(outcome.response).error();
  if (outcome.response->status == 403) {
    return Error("AccessDenied", 403,
                 "the server shows its usage to its root key alone (--auth enforce): set "
                 "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to it");
  }
  if (outcome.response->status != 200) {
    return Error("UnexpectedAnswer", 400,
                 fmt::format("status {} from {}", outcome.response->status, url));
  }
  return std::move(outcome.response->body);
}

Result<metering::CostReport> make_report(const CostOptions& options) {
  std::string price_text(metering::default_prices());
  if (!options.prices_file.empty()) {
    MR_ASSIGN(price_text, read_file(options.prices_file));
  }
  MR_ASSIGN(auto prices, metering::parse_prices(price_text));
  MR_ASSIGN(net::ClientRequest request, usage_request(options));
  MR_ASSIGN(std::string body, fetch(std::move(request)));
  MR_ASSIGN(codec::Json answer, codec::Json::parse(body));
  MR_ASSIGN(Instant since, parse_iso8601(answer.get_string("since")));
  MR_ASSIGN(Instant now, parse_iso8601(answer.get_string("now")));
  std::vector<metering::Usage> usage;
  const codec::Json* rows = answer.find("usage");
  if (rows == nullptr || !rows->is_array()) {
    return Error("UnexpectedAnswer", 400, "the server's answer holds no usage");
  }
  for (const codec::Json& row : *rows->as_array()) {
    const codec::Json* quantity = row.find("quantity");
    usage.push_back(
        {.scope = {std::string(row.get_string("account")), std::string(row.get_string("region"))},
         .meter = std::string(row.get_string("meter")),
         .quantity = quantity == nullptr ? 0 : quantity->number()});
  }
  double hours = static_cast<double>(now.us - since.us) / 3.6e9;
  return metering::cost_of(usage, hours, std::move(prices));
}

}  // namespace

void add_cost_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "cost", "What a running server's work would have cost on AWS, beside an always-on server");
  command->footer(
      "Counts every request, GB-second (in 1 ms steps) and read and write unit since the server's\n"
      "data folder was made, or since --since. Prices are list prices of one region and date; "
      "give\n"
      "--prices FILE for others (the built-in file shows the format: millrace cost "
      "--print-prices).");
  auto options = std::make_shared<CostOptions>();
  auto print_prices = std::make_shared<bool>(false);
  command->add_option("--endpoint-url", options->endpoint_url, "The server")
      ->envname("AWS_ENDPOINT_URL")
      ->capture_default_str();
  command->add_option("--prices", options->prices_file, "A price file instead of the built-in one");
  command->add_option("--since", options->since,
                      "Count from this time on, e.g. 2026-01-31T12:00:00Z");
  command->add_flag("--json", options->json, "Print JSON");
  command->add_flag("--print-prices", *print_prices, "Print the built-in price file and stop");
  command->callback([options, print_prices, &exit_code] {
    if (*print_prices) {
      fmt::print("{}", metering::default_prices());
      return;
    }
    auto report = make_report(*options);
    if (!report.ok()) {
      fmt::print(stderr, "millrace cost: {}\n", report.error().message());
      exit_code = 1;
      return;
    }
    fmt::print("{}", options->json ? metering::to_json(*report).dump_pretty() + "\n"
                                   : metering::to_text(*report));
  });
}

}  // namespace millrace
