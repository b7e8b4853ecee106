// Streams: what changes put on them, and how they are read.
#include <gtest/gtest.h>

#include "svc/dynamodb/dynamodb_testing.h"
#include "svc/dynamodb/shard_iterator.h"

namespace millrace::dynamodb {
namespace {

class Streams : public DynamoDbTest {
 protected:
  void make_streamed(const std::string& view_type) {
    auto in = table_request("tbl");
    in.stream_specification =
        api::StreamSpecification{.stream_enabled = true, .stream_view_type = view_type};
    create(std::move(in));
  }
  std::string arn() {
    return *call<api::DescribeTable>({.table_name = "tbl"})->table->latest_stream_arn;
  }
  streams_api::Shard shard(const std::string& stream_arn) {
    return (*call<streams_api::DescribeStream>({.stream_arn = stream_arn})
                 ->stream_description->shards)[0];
  }
  Result<streams_api::GetShardIteratorOutput> iterator(
      const std::string& stream_arn, const std::string& type,
      std::optional<std::string> sequence = std::nullopt) {
    return call<streams_api::GetShardIterator>({.stream_arn = stream_arn,
                                                .shard_id = *shard(stream_arn).shard_id,
                                                .shard_iterator_type = type,
                                                .sequence_number = std::move(sequence)});
  }
  streams_api::GetRecordsOutput read(const std::string& iterator_text,
                                     std::optional<int64_t> limit = std::nullopt) {
    auto out = call<streams_api::GetRecords>({.shard_iterator = iterator_text, .limit = limit});
    EXPECT_TRUE(out.ok()) << out.error().to_string();
    return out.ok() ? *out : streams_api::GetRecordsOutput{};
  }
  std::vector<streams_api::Record> all(const std::string& stream_arn) {
    return *read(*iterator(stream_arn, "TRIM_HORIZON")->shard_iterator).records;
  }
  // "INSERT old new" with "-" for an image that is not there.
  static std::string brief(const streams_api::Record& record) {
    const auto image = [](const std::optional<codec::Item>& each) {
      return each ? text(*each) : std::string("-");
    };
    return *record.event_name + " " + image(record.dynamodb->old_image) + " " +
           image(record.dynamodb->new_image);
  }
};

TEST_F(Streams, RecordsOfEveryKind) {
  make_streamed("NEW_AND_OLD_IMAGES");
  put("tbl", R"({"pk":{"S":"a"},"v":{"S":"1"}})");
  put("tbl", R"({"pk":{"S":"a"},"v":{"S":"1"}})");  // changes nothing: no record
  ASSERT_TRUE(update("tbl", R"({"pk":{"S":"a"}})", "SET v = :v", R"({":v":{"S":"2"}})").ok());
  ASSERT_TRUE(update("tbl", R"({"pk":{"S":"a"}})", "SET v = :v", R"({":v":{"S":"2"}})").ok());
  ASSERT_TRUE(
      call<api::DeleteItem>({.table_name = "tbl", .key = item(R"({"pk":{"S":"a"}})")}).ok());
  ASSERT_TRUE(
      call<api::DeleteItem>({.table_name = "tbl", .key = item(R"({"pk":{"S":"a"}})")}).ok());
  const auto records = all(arn());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(brief(records[0]), R"(INSERT - {"pk":{"S":"a"},"v":{"S":"1"}})");
  EXPECT_EQ(brief(records[1]),
            R"(MODIFY {"pk":{"S":"a"},"v":{"S":"1"}} {"pk":{"S":"a"},"v":{"S":"2"}})");
  EXPECT_EQ(brief(records[2]), R"(REMOVE {"pk":{"S":"a"},"v":{"S":"2"}} -)");
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(text(*records[i].dynamodb->keys), R"({"pk":{"S":"a"}})");
    EXPECT_EQ(records[i].event_source, "aws:dynamodb");
    EXPECT_EQ(records[i].event_version, "1.1");
    EXPECT_EQ(records[i].aws_region, "us-east-1");
    EXPECT_EQ(records[i].event_id->size(), 32u);
    EXPECT_EQ(records[i].dynamodb->sequence_number->size(), 25u);
    if (i > 0) {
      EXPECT_LT(*records[i - 1].dynamodb->sequence_number, *records[i].dynamodb->sequence_number);
      EXPECT_NE(*records[i - 1].event_id, *records[i].event_id);
    }
  }
  EXPECT_EQ(records[0].dynamodb->size_bytes, 3 + 5);
}

TEST_F(Streams, ViewTypes) {
  const std::pair<const char*, const char*> kCases[] = {
      {"KEYS_ONLY", "MODIFY - -"},
      {"NEW_IMAGE", R"(MODIFY - {"pk":{"S":"a"},"v":{"S":"2"}})"},
      {"OLD_IMAGE", R"(MODIFY {"pk":{"S":"a"},"v":{"S":"1"}} -)"},
  };
  for (const auto& [view_type, expected] : kCases) {
    make_streamed(view_type);
    put("tbl", R"({"pk":{"S":"a"},"v":{"S":"1"}})");
    put("tbl", R"({"pk":{"S":"a"},"v":{"S":"2"}})");
    EXPECT_EQ(brief(all(arn())[1]), expected);
    EXPECT_EQ(all(arn())[1].dynamodb->stream_view_type, view_type);
    ASSERT_TRUE(call<api::DeleteTable>({.table_name = "tbl"}).ok());
    harness.runner.advance_ms(10);
  }
}

TEST_F(Streams, TransactionsAndBatchesAreOrderedToo) {
  make_streamed("KEYS_ONLY");
  api::TransactWriteItemsInput in;
  for (const char* key : {"a", "b", "c"}) {
    in.transact_items.push_back(
        {.put = api::Put{.item = item(R"({"pk":{"S":")" + std::string(key) + R"("}})"),
                         .table_name = "tbl"}});
  }
  ASSERT_TRUE(call<api::TransactWriteItems>(in).ok());
  const auto records = all(arn());
  ASSERT_EQ(records.size(), 3u);
  EXPECT_LT(*records[0].dynamodb->sequence_number, *records[1].dynamodb->sequence_number);
  EXPECT_LT(*records[1].dynamodb->sequence_number, *records[2].dynamodb->sequence_number);
}

TEST_F(Streams, IteratorTypes) {
  make_streamed("KEYS_ONLY");
  for (const char* key : {"a", "b", "c"}) {
    put("tbl", R"({"pk":{"S":")" + std::string(key) + R"("}})");
  }
  const std::string stream = arn();
  const auto records = all(stream);
  ASSERT_EQ(records.size(), 3u);
  const std::string second = *records[1].dynamodb->sequence_number;
  EXPECT_EQ(read(*iterator(stream, "AT_SEQUENCE_NUMBER", second)->shard_iterator).records->size(),
            2u);
  EXPECT_EQ(
      read(*iterator(stream, "AFTER_SEQUENCE_NUMBER", second)->shard_iterator).records->size(), 1u);
  const std::string latest = *iterator(stream, "LATEST")->shard_iterator;
  EXPECT_EQ(read(latest).records->size(), 0u);
  put("tbl", R"({"pk":{"S":"d"}})");
  auto page = read(latest);
  ASSERT_EQ(page.records->size(), 1u);
  EXPECT_EQ(text(*(*page.records)[0].dynamodb->keys), R"({"pk":{"S":"d"}})");
  EXPECT_EQ(read(*page.next_shard_iterator).records->size(), 0u);

  // One at a time, each once.
  std::string next = *iterator(stream, "TRIM_HORIZON")->shard_iterator;
  std::string seen;
  for (int i = 0; i < 6; ++i) {
    auto one = read(next, 1);
    for (const auto& record : *one.records)
      seen += record.dynamodb->keys->get("pk")->s();
    next = *one.next_shard_iterator;
  }
  EXPECT_EQ(seen, "abcd");
  EXPECT_EQ(iterator(stream, "AT_SEQUENCE_NUMBER").error().code(), "ValidationException");
  EXPECT_EQ(iterator(stream, "AT_SEQUENCE_NUMBER", "12").error().code(), "ValidationException");
}

TEST_F(Streams, IteratorsExpireAndAreChecked) {
  make_streamed("KEYS_ONLY");
  const std::string text_of = *iterator(arn(), "TRIM_HORIZON")->shard_iterator;
  harness.runner.advance_ms(15 * 60 * 1000);
  EXPECT_TRUE(call<streams_api::GetRecords>({.shard_iterator = text_of}).ok());
  harness.runner.advance_ms(1);
  EXPECT_EQ(call<streams_api::GetRecords>({.shard_iterator = text_of}).error().code(),
            "ExpiredIteratorException");
  for (const std::string& bad : {std::string("x"), text_of + "A", "x" + text_of}) {
    EXPECT_EQ(message(call<streams_api::GetRecords>({.shard_iterator = bad})),
              "Invalid ShardIterator");
  }
}

TEST_F(Streams, RecordsAreTrimmedAfterADay) {
  make_streamed("KEYS_ONLY");
  start_background(harness.ports);
  put("tbl", R"({"pk":{"S":"old"}})");
  const std::string stream = arn();
  const std::string old = *all(stream)[0].dynamodb->sequence_number;
  leap_ms(23LL * 3600 * 1000);
  put("tbl", R"({"pk":{"S":"new"}})");
  EXPECT_EQ(all(stream).size(), 2u);
  leap_ms(3600 * 1000);
  const auto left = all(stream);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(text(*left[0].dynamodb->keys), R"({"pk":{"S":"new"}})");
  EXPECT_EQ(iterator(stream, "AT_SEQUENCE_NUMBER", old).error().code(),
            "TrimmedDataAccessException");
  EXPECT_EQ(read(*iterator(stream, "AFTER_SEQUENCE_NUMBER", old)->shard_iterator).records->size(),
            1u);
}

TEST_F(Streams, DisabledStreamStaysReadableAndEnabledAgainIsNew) {
  make_streamed("KEYS_ONLY");
  start_background(harness.ports);
  put("tbl", R"({"pk":{"S":"a"}})");
  const std::string first = arn();
  ASSERT_TRUE(call<api::UpdateTable>(
                  {.table_name = "tbl",
                   .stream_specification = api::StreamSpecification{.stream_enabled = false}})
                  .ok());
  put("tbl", R"({"pk":{"S":"unseen"}})");
  EXPECT_EQ(
      call<streams_api::DescribeStream>({.stream_arn = first})->stream_description->stream_status,
      "DISABLED");
  EXPECT_TRUE(shard(first).sequence_number_range->ending_sequence_number.has_value());
  auto page = read(*iterator(first, "TRIM_HORIZON")->shard_iterator);
  EXPECT_EQ(page.records->size(), 1u);
  EXPECT_FALSE(page.next_shard_iterator.has_value());

  auto again =
      call<api::UpdateTable>({.table_name = "tbl",
                              .stream_specification = api::StreamSpecification{
                                  .stream_enabled = true, .stream_view_type = "NEW_IMAGE"}});
  ASSERT_TRUE(again.ok()) << again.error().message();
  put("tbl", R"({"pk":{"S":"b"}})");
  EXPECT_NE(arn(), first);
  EXPECT_EQ(all(arn()).size(), 1u);
  EXPECT_EQ(call<streams_api::ListStreams>({.table_name = "tbl"})->streams->size(), 2u);
  auto listed = call<streams_api::ListStreams>({.limit = 1});
  EXPECT_EQ(listed->last_evaluated_stream_arn, first);
  EXPECT_EQ((*call<streams_api::ListStreams>({.exclusive_start_stream_arn = first})->streams)[0]
                .stream_arn,
            arn());
  // A day later nothing is left of the first.
  leap_ms(24LL * 3600 * 1000);
  EXPECT_EQ(call<streams_api::DescribeStream>({.stream_arn = first}).error().code(),
            "ResourceNotFoundException");
  EXPECT_EQ(message(call<streams_api::DescribeStream>({.stream_arn = "nonsense"})),
            "Invalid StreamArn: nonsense");
}

TEST_F(Streams, ExpiryShowsWhoDidIt) {
  make_streamed("OLD_IMAGE");
  start_background(harness.ports);
  ASSERT_TRUE(call<api::UpdateTimeToLive>(
                  {.table_name = "tbl", .time_to_live_specification = {true, "exp"}})
                  .ok());
  put("tbl", R"({"pk":{"S":"a"},"exp":{"N":")" +
                 std::to_string(harness.clock.now().seconds() + 10) + R"("}})");
  harness.runner.advance_ms(15'000);
  const auto records = all(arn());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_FALSE(records[0].user_identity.has_value());
  EXPECT_EQ(records[1].event_name, "REMOVE");
  EXPECT_EQ(records[1].user_identity->principal_id, "dynamodb.amazonaws.com");
  EXPECT_EQ(records[1].user_identity->type, "Service");
}

TEST(SequencePosition, TextKeepsOrderAndValue) {
  const SequencePosition positions[] = {{0, 0}, {0, 65535},         {1, 0},
                                        {7, 3}, {1'000'000, 65535}, {INT64_MAX, 1}};
  std::string last;
  for (const auto& position : positions) {
    const std::string as_text = position.to_string();
    EXPECT_EQ(as_text.size(), 25u);
    EXPECT_LT(last, as_text);
    EXPECT_EQ(SequencePosition::parse(as_text), position);
    last = as_text;
  }
  for (const char* bad : {"", "0", "1", "2000000000000000000000000", "100000000000000000000000x",
                          "1000000000000000000099999"}) {
    EXPECT_FALSE(SequencePosition::parse(bad).has_value()) << bad;
  }
}

TEST(ShardIteratorText, RoundTripsAndFindsDamage) {
  const ShardIterator iterator{.stream_arn = "arn:aws:dynamodb:r:1:table/t/stream/l",
                               .start = ShardIterator::Start::kAfter,
                               .position = {9, 4},
                               .issued = Instant::from_ms(1234567)};
  const std::string as_text = iterator.to_string();
  const auto back = ShardIterator::parse(as_text);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->stream_arn, iterator.stream_arn);
  EXPECT_EQ(back->position, iterator.position);
  EXPECT_EQ(back->issued, iterator.issued);
  for (size_t i = 0; i < as_text.size(); ++i) {
    std::string damaged = as_text;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ShardIterator::parse(damaged).has_value()) << i;
  }
}

}  // namespace
}  // namespace millrace::dynamodb
