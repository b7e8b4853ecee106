#include <gtest/gtest.h>

#include "svc/cloudwatch/metric_writer.h"
#include "svc/cloudwatch/operations.h"
#include "svc/testing/harness.h"

namespace millrace::cloudwatch {
namespace {

using svc::testing::Harness;

TEST(StatisticsTest, PercentilesAreWithinABucketAndExtremesExact) {
  Statistics s;
  for (int i = 1; i <= 1000; ++i)
    s.add(i);
  EXPECT_NEAR(s.percentile(50), 500, 25);
  EXPECT_NEAR(s.percentile(99), 990, 50);
  EXPECT_EQ(s.percentile(100), 1000);
  EXPECT_EQ(*s.value_of("Average"), 500.5);
  EXPECT_FALSE(s.value_of("Median"));
  EXPECT_FALSE(s.value_of("p101"));
}

TEST(StatisticsTest, EncodesMergesAndBoundsItsSize) {
  Statistics a, b;
  a.add(-1);
  a.add(0);
  b.add(5, 3);
  a.merge(Statistics::decode(b.encode()));
  EXPECT_EQ(a.count(), 5);
  EXPECT_EQ(a.sum(), 14);
  EXPECT_EQ(a.minimum(), -1);
  EXPECT_EQ(a.maximum(), 5);
  for (double v = 1e-30; v < 1e60; v *= 1.06)
    b.add(v);
  EXPECT_LT(b.encode().size(), 6'000u);
}

class CloudWatchTest : public ::testing::Test {
 protected:
  api::PutMetricDataInput one(double value) {
    api::PutMetricDataInput in{.namespace_ = "App"};
    in.metric_data = {
        {api::MetricDatum{.metric_name = "Latency", .value = value, .unit = "Milliseconds"}}};
    in.metric_data->front().dimensions = {{{"Stage", "dev"}, {"Api", "notes"}}};
    return in;
  }
  api::GetMetricStatisticsInput statistics() {
    api::GetMetricStatisticsInput in{.namespace_ = "App", .metric_name = "Latency"};
    in.dimensions = {{{"Api", "notes"}, {"Stage", "dev"}}};  // any order names the same series
    in.start_time = h_.clock.now().plus_ms(-3'600'000);
    in.end_time = h_.clock.now().plus_ms(60'000);
    in.period = 60;
    in.statistics = {{"Sum", "SampleCount", "Maximum"}};
    return in;
  }
  Harness h_{register_operations};
};

TEST_F(CloudWatchTest, WhatWasPutComesBackByPeriod) {
  ASSERT_TRUE(h_.call<api::PutMetricData>(one(3)).ok());
  ASSERT_TRUE(h_.call<api::PutMetricData>(one(7)).ok());
  h_.clock.advance_ms(60'000);
  ASSERT_TRUE(h_.call<api::PutMetricData>(one(1)).ok());
  auto out = h_.call<api::GetMetricStatistics>(statistics());
  ASSERT_EQ(out->datapoints->size(), 2u);
  const auto& first = out->datapoints->at(0);
  EXPECT_EQ(*first.sum, 10);
  EXPECT_EQ(*first.sample_count, 2);
  EXPECT_EQ(*first.maximum, 7);
  EXPECT_EQ(*first.unit, "Milliseconds");
  EXPECT_FALSE(first.average);

  api::GetMetricDataInput query{.start_time = statistics().start_time,
                                .end_time = statistics().end_time};
  query.metric_data_queries = {api::MetricDataQuery{.id = "a"}};
  query.metric_data_queries[0].metric_stat = api::MetricStat{.period = 3600, .stat = "Sum"};
  query.metric_data_queries[0].metric_stat->metric = {
      .namespace_ = "App", .metric_name = "Latency", .dimensions = statistics().dimensions};
  auto data = h_.call<api::GetMetricData>(query);
  EXPECT_EQ(data->metric_data_results->at(0).values->at(0), 11);
}

TEST_F(CloudWatchTest, BadInputGetsCloudWatchsErrors) {
  auto in = one(1);
  in.namespace_ = "AWS/Lambda";
  EXPECT_EQ(h_.call<api::PutMetricData>(in).error().message(),
            "The value AWS/ for parameter Namespace is invalid.");
  EXPECT_EQ(
      h_.call<api::PutMetricData>(one(std::numeric_limits<double>::infinity())).error().code(),
      "InvalidParameterValue");
  auto old = one(1);
  old.metric_data->front().timestamp = h_.clock.now().plus_ms(-15ll * 24 * 3600 * 1000);
  EXPECT_FALSE(h_.call<api::PutMetricData>(old).ok());
  auto wide = statistics();
  wide.start_time = wide.end_time.plus_ms(-2'880ll * 60'000);
  EXPECT_EQ(h_.call<api::GetMetricStatistics>(wide).error().message(),
            "You have requested up to 2,880 datapoints, which exceeds the limit of 1,440. You may "
            "reduce the datapoints requested by increasing Period, or decreasing the time range.");
  auto odd = statistics();
  odd.period = 61;
  EXPECT_EQ(h_.call<api::GetMetricStatistics>(odd).error().code(), "InvalidParameterValue");
}

TEST_F(CloudWatchTest, ListMetricsFiltersByDimensionAndForgetsTheOld) {
  ASSERT_TRUE(h_.call<api::PutMetricData>(one(1)).ok());
  api::ListMetricsInput in{.namespace_ = "App"};
  in.dimensions = {{api::DimensionFilter{.name = "Api", .value = "notes"}}};
  EXPECT_EQ(h_.call<api::ListMetrics>(in)->metrics->size(), 1u);
  in.dimensions->front().value = "other";
  EXPECT_TRUE(h_.call<api::ListMetrics>(in)->metrics->empty());
  h_.clock.advance_ms(15ll * 24 * 3600 * 1000);
  EXPECT_TRUE(h_.call<api::ListMetrics>({})->metrics->empty());
}

TEST_F(CloudWatchTest, ServicesMetricsAreWrittenInBatchesAndSweptAfterRetention) {
  MetricWriter writer(h_.ports);
  for (int i = 0; i < 3; ++i) {
    writer.record(Harness::root_call().scope, "AWS/Lambda", "Invocations", {{"FunctionName", "f"}},
                  "Count", 1);
  }
  ASSERT_TRUE(writer.flush().ok());
  api::GetMetricStatisticsInput in = statistics();
  in.namespace_ = "AWS/Lambda";
  in.metric_name = "Invocations";
  in.dimensions = {{{"FunctionName", "f"}}};
  EXPECT_EQ(*h_.call<api::GetMetricStatistics>(in)->datapoints->at(0).sum, 3);
  h_.clock.advance_ms(kRetentionMs + 120'000);
  ASSERT_TRUE(writer.sweep().ok());
  in.end_time = in.start_time.plus_ms(2 * 3'600'000);
  EXPECT_TRUE(h_.call<api::GetMetricStatistics>(in)->datapoints->empty());
}

}  // namespace
}  // namespace millrace::cloudwatch
