// The poller over a stream that the test writes by hand.
#include "svc/lambda/stream_poller.h"

#include "svc/lambda/lambda_testing.h"

namespace millrace::lambda {
namespace {

namespace streams = aws::dynamodbstreams;

constexpr char kStream[] =
    "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-01-01T00:00:00.000";

// Records 1, 2, 3 ...; an iterator is the number of records before it.
int records_written = 0;

Result<streams::DescribeStreamOutput> describe_stream(svc::Context&,
                                                      const streams::DescribeStreamInput&) {
  streams::DescribeStreamOutput out;
  out.stream_description = streams::StreamDescription{
      .shards = std::vector<streams::Shard>{streams::Shard{.shard_id = "shard-1"}}};
  return out;
}
Result<streams::GetShardIteratorOutput> get_shard_iterator(
    svc::Context&, const streams::GetShardIteratorInput& in) {
  return streams::GetShardIteratorOutput{.shard_iterator = in.sequence_number.value_or("0")};
}
Result<streams::GetRecordsOutput> get_records(svc::Context& ctx,
                                              const streams::GetRecordsInput& in) {
  streams::GetRecordsOutput out;
  out.records.emplace();
  int at = std::stoi(in.shard_iterator);
  for (; at < records_written && std::ssize(*out.records) < in.limit.value_or(1000); ++at) {
    streams::StreamRecord change{.approximate_creation_date_time = ctx.now(),
                                 .sequence_number = std::to_string(at + 1)};
    out.records->push_back(
        {.event_id = std::to_string(at + 1), .event_name = "INSERT", .dynamodb = change});
  }
  out.next_shard_iterator = std::to_string(at);
  return out;
}

class StreamPollerTest : public LambdaTest {
 protected:
  StreamPollerTest()
      : LambdaTest([](svc::Registry& r) {
          r.add<streams::DescribeStream>({.run = describe_stream});
          r.add<streams::GetShardIterator>({.run = get_shard_iterator});
          r.add<streams::GetRecords>({.run = get_records});
        }) {
    records_written = 0;
    create("f");
  }
  std::string map(api::CreateEventSourceMapping::Input in) {
    in.function_name = "f";
    in.event_source_arn = kStream;
    in.starting_position = "TRIM_HORIZON";
    auto made = h.call<api::CreateEventSourceMapping>(std::move(in));
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    poller.start();
    return made.ok() ? *made->uuid : "";
  }
  void enable(const std::string& uuid, bool enabled) {
    ASSERT_TRUE(h.call<api::UpdateEventSourceMapping>({.uuid = uuid, .enabled = enabled}).ok());
    h.runner.advance_ms(2'000);
  }
  // The sequence numbers that each invoke carried: "1 2".
  std::vector<std::string> batches() {
    std::vector<std::string> out;
    for (const auto& request : host.requests) {
      std::string numbers;
      auto json = codec::Json::parse(request.payload);
      for (const codec::Json& record : *json->find("Records")->as_array()) {
        if (!numbers.empty()) numbers += " ";
        numbers += record.get_string("eventID");
      }
      out.push_back(numbers);
    }
    return out;
  }
  static sandbox::InvokeResult ok() { return {.payload = "null"}; }
  static sandbox::InvokeResult failed() {
    return {.payload = "null", .function_error = "Unhandled"};
  }
  static Error throttled() { return Error("TooManyRequestsException", 429, "Rate Exceeded."); }

  StreamPoller poller{h.ports};
};

TEST_F(StreamPollerTest, SendsInOrderAndOnce) {
  records_written = 3;
  map({.batch_size = 2});
  h.runner.advance_ms(2'000);
  records_written = 4;
  h.runner.advance_ms(2'000);
  EXPECT_EQ(batches(), (std::vector<std::string>{"1 2", "3", "4"}));
}

// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html: the retries are of
// function errors; a throttled batch is sent again until it has run.
TEST_F(StreamPollerTest, ThrottlesDoNotEatTheRetries) {
  records_written = 1;
  host.hold = true;
  map({.maximum_retry_attempts = 2});
  h.runner.advance_ms(1'000);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(host.held.size(), 1U);
    auto done = std::exchange(host.held, {});
    done[0](throttled());
    h.runner.advance_ms(120'000);
  }
  records_written = 2;
  host.hold = false;
  host.requests.clear();
  host.answer = [](const auto&, const sandbox::InvokeRequest& request) {
    return request.payload.find("\"eventID\":\"1\"") == std::string::npos ? ok() : failed();
  };
  ASSERT_EQ(host.held.size(), 1U);
  host.held[0](failed());  // the first real run
  h.runner.advance_ms(600'000);
  EXPECT_EQ(batches(), (std::vector<std::string>{"1", "1", "2"}))
      << "two retries, then passed over";
}

TEST_F(StreamPollerTest, ABusyPoolLosesNoBatch) {
  records_written = 1;
  host.hold = true;
  map({.maximum_retry_attempts = 0});
  h.runner.advance_ms(1'000);
  ASSERT_EQ(host.held.size(), 1U);
  h.runner.is_full = true;
  host.held[0](ok());
  h.runner.advance_ms(10'000);
  h.runner.is_full = false;
  records_written = 2;
  host.hold = false;
  h.runner.advance_ms(120'000);
  EXPECT_EQ(batches(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(StreamPollerTest, AMappingThatIsEnabledAgainWaitsForItsBatch) {
  records_written = 1;
  host.hold = true;
  std::string uuid = map({});
  h.runner.advance_ms(1'000);
  ASSERT_EQ(host.held.size(), 1U);
  enable(uuid, false);
  enable(uuid, true);
  EXPECT_EQ(host.held.size(), 1U) << "one batch of a shard at a time";
  records_written = 2;
  host.hold = false;
  host.held[0](ok());
  h.runner.advance_ms(5'000);
  EXPECT_EQ(batches(), (std::vector<std::string>{"1", "2"}));
}

TEST_F(StreamPollerTest, ADisabledMappingStopsAfterItsBatch) {
  records_written = 2;
  host.hold = true;
  std::string uuid = map({.batch_size = 1});
  h.runner.advance_ms(1'000);
  ASSERT_EQ(host.held.size(), 1U);
  enable(uuid, false);
  host.hold = false;
  host.held[0](ok());
  h.runner.advance_ms(60'000);
  EXPECT_EQ(batches(), (std::vector<std::string>{"1"}));
  enable(uuid, true);
  EXPECT_EQ(batches(), (std::vector<std::string>{"1", "2"}));
}

}  // namespace
}  // namespace millrace::lambda
