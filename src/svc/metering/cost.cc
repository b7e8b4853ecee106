#include "svc/metering/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "svc/metering/prices_data.h"

namespace millrace::metering {
namespace {

using codec::Json;

constexpr double kHoursPerMonth = 730;

Error bad_prices(std::string_view what) {
  return Error("InvalidPrices", 400, fmt::format("price file: {}", what));
}

Result<double> number(const Json* parent, std::string_view name, std::string_view where) {
  const Json* member = parent == nullptr ? nullptr : parent->find(name);
  if (member == nullptr || !member->is_number() || member->number() < 0) {
    return bad_prices(fmt::format("{}.{} must be a number that is not negative", where, name));
  }
  return member->number();
}

// Digits to see the cost of a single request, as long as the amount is small.
std::string money(double amount) {
  constexpr double kSmall = 100;
  return amount < kSmall ? fmt::format("{:.6f}", amount) : fmt::format("{:.2f}", amount);
}

std::string quantity_text(double quantity) {
  return quantity == static_cast<double>(static_cast<int64_t>(quantity))
             ? with_commas(static_cast<int64_t>(quantity))
             : fmt::format("{:.3f}", quantity);
}

std::string time_text(double hours) {
  return hours < 2 ? fmt::format("{:.1f} min", hours * 60) : fmt::format("{:.1f} h", hours);
}

}  // namespace

std::string_view default_prices() { return kPricesJson; }

Result<PriceList> parse_prices(std::string_view text) {
  MR_ASSIGN(Json json, Json::parse(text));
  PriceList list{.region = std::string(json.get_string("region")),
                 .as_of = std::string(json.get_string("as_of")),
                 .source = std::string(json.get_string("source")),
                 .currency = std::string(json.get_string("currency", "USD"))};
  if (list.region.empty() || list.as_of.empty()) return bad_prices("region and as_of are required");
  const Json* meters = json.find("meters");
  if (meters == nullptr || !meters->is_object()) return bad_prices("meters must be an object");
  for (const auto& [name, entry] : *meters->as_object()) {
    Price price{.label = std::string(entry.get_string("label", name))};
    MR_ASSIGN(price.per, number(&entry, "per", name));
    MR_ASSIGN(price.price, number(&entry, "price", name));
    if (price.per == 0) return bad_prices(name + ".per must not be 0");
    list.meters[name] = std::move(price);
  }
  const Json* server = json.find("server");
  MR_ASSIGN(list.server_per_hour, number(server, "price_per_hour", "server"));
  list.server_label = server->get_string("label", "always-on server");
  return list;
}

CostReport cost_of(const std::vector<Usage>& usage, double hours, PriceList prices) {
  CostReport report{.hours = hours};
  std::map<std::string, double> totals;
  for (const Usage& used : usage)
    totals[used.meter] += used.quantity;
  for (const auto& [meter, quantity] : totals) {
    auto price = prices.meters.find(meter);
    if (price == prices.meters.end()) {
      report.without_price.push_back(meter);
      continue;
    }
    double cost = quantity / price->second.per * price->second.price;
    report.lines.push_back({price->second.label, quantity, price->second, cost});
    report.serverless += cost;
  }
  std::sort(report.lines.begin(), report.lines.end(),
            [](const CostLine& a, const CostLine& b) { return a.cost > b.cost; });
  report.server = hours * prices.server_per_hour;
  report.server_month = kHoursPerMonth * prices.server_per_hour;
  report.serverless_month = hours > 0 ? report.serverless / hours * kHoursPerMonth : 0;
  report.prices = std::move(prices);
  return report;
}

Json to_json(const CostReport& report) {
  Json lines = Json::array();
  for (const CostLine& line : report.lines) {
    Json entry;
    entry.set("label", line.label)
        .set("quantity", line.quantity)
        .set("per", line.price.per)
        .set("price", line.price.price)
        .set("cost", line.cost);
    lines.push(std::move(entry));
  }
  Json missing = Json::array();
  for (const auto& meter : report.without_price)
    missing.push(meter);
  Json out;
  out.set("region", report.prices.region)
      .set("asOf", report.prices.as_of)
      .set("currency", report.prices.currency)
      .set("hours", report.hours)
      .set("lines", std::move(lines))
      .set("withoutPrice", std::move(missing))
      .set("serverless", report.serverless)
      .set("server", report.server)
      .set("serverlessPerMonth", report.serverless_month)
      .set("serverPerMonth", report.server_month)
      .set("serverLabel", report.prices.server_label);
  return out;
}

std::string to_text(const CostReport& report) {
  std::string out = fmt::format("List prices of {} in {}, {}\n\n", report.prices.as_of,
                                report.prices.region, report.prices.currency);
  const auto row = [&out](std::string_view what, std::string_view quantity, std::string_view price,
                          std::string_view cost) {
    out += fmt::format("{:<40} {:>14} {:>22} {:>12}\n", what, quantity, price, cost);
  };
  const std::string rule = std::string(91, '-') + "\n";
  row("what", "quantity", "price", "cost");
  out += rule;
  for (const CostLine& line : report.lines) {
    row(line.label, quantity_text(line.quantity),
        fmt::format("{} / {}", line.price.price, quantity_text(line.price.per)), money(line.cost));
  }
  for (const auto& meter : report.without_price)
    row(meter, "", "not in this list", "");
  out += rule;
  row("on AWS, for these " + time_text(report.hours), "", "", money(report.serverless));
  row(report.prices.server_label, "", "", money(report.server));
  out += fmt::format("a month at this rate: {:.2f} on AWS, {:.2f} for the server\n",
                     report.serverless_month, report.server_month);
  return out;
}

}  // namespace millrace::metering
