#include <gtest/gtest.h>

#include "svc/meter.h"
#include "svc/metering/cost.h"
#include "svc/metering/meter_store.h"
#include "svc/testing/harness.h"

namespace millrace::metering {
namespace {

using svc::testing::Harness;

TEST(MeterStoreTest, CountsSurviveAsSumsOfTheirHours) {
  Harness h([](svc::Registry&) {});
  MeterStore meters(h.ports);
  svc::Scope us{"123456789012", "us-east-1"}, eu{"123456789012", "eu-west-1"};
  meters.count(us, svc::meters::kLambdaGbSeconds, 0.125);
  meters.count(us, svc::meters::kLambdaGbSeconds, 0.25);
  meters.count(eu, svc::meters::kLambdaRequests, 1);
  ASSERT_TRUE(meters.flush().ok());
  Instant start = h.clock.now();
  h.clock.advance_ms(2 * 3'600'000);
  meters.count(us, svc::meters::kLambdaGbSeconds, 1);
  ASSERT_TRUE(meters.flush().ok());

  auto all = *read_usage(*h.store->snapshot(), start);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].scope.region, "eu-west-1");
  EXPECT_DOUBLE_EQ(all[1].quantity, 1.375);
  auto recent = *read_usage(*h.store->snapshot(), h.clock.now());
  ASSERT_EQ(recent.size(), 1u);
  EXPECT_DOUBLE_EQ(recent[0].quantity, 1);
}

TEST(CostTest, BuiltInPricesPriceEveryMeter) {
  auto prices = parse_prices(default_prices());
  ASSERT_TRUE(prices.ok()) << prices.error().to_string();
  for (const char* meter :
       {svc::meters::kLambdaRequests, svc::meters::kLambdaGbSeconds, svc::meters::kRestApiRequests,
        svc::meters::kHttpApiRequests, svc::meters::kDynamoDbReadUnits,
        svc::meters::kDynamoDbWriteUnits, svc::meters::kDynamoDbStreamReads, svc::meters::kS3Writes,
        svc::meters::kS3Reads, svc::meters::kEventsPublished, svc::meters::kSesMails}) {
    EXPECT_TRUE(prices->meters.contains(meter)) << meter;
  }
}

TEST(CostTest, AMillionRequestsCostWhatTheListSays) {
  std::vector<Usage> usage{{{"1", "us-east-1"}, svc::meters::kLambdaRequests, 500'000},
                           {{"1", "eu-west-1"}, svc::meters::kLambdaRequests, 500'000},
                           {{"1", "us-east-1"}, svc::meters::kLambdaGbSeconds, 100'000},
                           {{"1", "us-east-1"}, "moon.trips", 1}};
  CostReport report = cost_of(usage, 10, *parse_prices(default_prices()));
  EXPECT_NEAR(report.serverless, 0.20 + 1.66667, 1e-6);
  EXPECT_NEAR(report.server, 0.416, 1e-9);
  EXPECT_NEAR(report.serverless_month, (0.20 + 1.66667) * 73, 1e-4);
  EXPECT_EQ(report.without_price, std::vector<std::string>{"moon.trips"});
  std::string text = to_text(report);
  EXPECT_NE(text.find("List prices of 2025-11-01 in us-east-1, USD"), std::string::npos);
  EXPECT_NE(text.find("1,000,000        0.2 / 1,000,000     0.200000"), std::string::npos) << text;
  EXPECT_NE(text.find("on AWS, for these 10.0 h"), std::string::npos) << text;
  EXPECT_NE(text.find("moon.trips"), std::string::npos);
}

TEST(CostTest, ABrokenPriceFileIsRefusedWithTheMember) {
  auto bad = parse_prices(R"({"region":"r","as_of":"d","meters":{"a":{"per":1}}})");
  ASSERT_FALSE(bad.ok());
  EXPECT_NE(bad.error().message().find("a.price"), std::string::npos);
}

}  // namespace
}  // namespace millrace::metering
