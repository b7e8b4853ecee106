#include "svc/metering/cost.h"

#include <fmt/format.h>

#include <algorithm>

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

// Enough digits to see small amounts, no more.
std::string money(double amount) {
  return amount != 0 && amount < 0.01 ? fmt::format("{:.8f}", amount)
                                      : fmt::format("{:.2f}", amount);
}

std::string quantity_text(double quantity) {
  return quantity == static_cast<double>(static_cast<int64_t>(quantity))
             ? fmt::format("{}", static_cast<int64_t>(quantity))
             : fmt::format("{:.3f}", quantity);
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
  std::string out = fmt::format("Prices: {} {}, list prices of {}\n\n", report.prices.region,
                                report.prices.currency, report.prices.as_of);
  out += fmt::format("{:<40} {:>14} {:>22} {:>14}\n", "what", "quantity", "price", "cost");
  out += std::string(93, '-') + "\n";
  for (const CostLine& line : report.lines) {
    std::string price = fmt::format("{} / {}", line.price.price, quantity_text(line.price.per));
    out += fmt::format("{:<40} {:>14} {:>22} {:>14}\n", line.label, quantity_text(line.quantity),
                       price, money(line.cost));
  }
  for (const auto& meter : report.without_price) {
    out += fmt::format("{:<40} has no price in this list\n", meter);
  }
  out += std::string(93, '-') + "\n";
  out += fmt::format("{:<40} {:>52}\n", fmt::format("on AWS, for these {:.2f} h", report.hours),
                     money(report.serverless));
  out += fmt::format("{:<40} {:>52}\n", report.prices.server_label, money(report.server));
  out += fmt::format("at this rate for a month (730 h): {} on AWS, {} for the server\n",
                     money(report.serverless_month), money(report.server_month));
  return out;
}

}  // namespace millrace::metering
