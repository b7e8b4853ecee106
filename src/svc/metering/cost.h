// Cost: usage times prices, beside a server that would run all the time. Pure. The prices are data
// (prices.json, built in; a user may give another file), with the region and date they are of.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/json.h"
#include "svc/metering/meter_store.h"

namespace millrace::metering {

struct Price {
  double per = 1;    // so many units ...
  double price = 0;  // ... cost this
  std::string label;
};
struct PriceList {
  std::string region, as_of, source, currency;
  std::map<std::string, Price> meters;
  std::string server_label;
  double server_per_hour = 0;
};
// Errors: InvalidPrices (400), saying which member is missing or no number.
Result<PriceList> parse_prices(std::string_view json);
// The built-in list.
std::string_view default_prices();

struct CostLine {
  std::string label;
  double quantity = 0;
  Price price;
  double cost = 0;
};
struct CostReport {
  PriceList prices;
  std::vector<CostLine> lines;  // of used meters, by cost, dearest first
  std::vector<std::string>
      without_price;                  // meters that the list does not know: never dropped silently
  double hours = 0;                   // that the usage covers
  double serverless = 0, server = 0;  // for these hours
  double serverless_month = 0, server_month = 0;  // the same rate for 730 hours
};
CostReport cost_of(const std::vector<Usage>& usage, double hours, PriceList prices);

codec::Json to_json(const CostReport& report);
// A table for people.
std::string to_text(const CostReport& report);

}  // namespace millrace::metering
