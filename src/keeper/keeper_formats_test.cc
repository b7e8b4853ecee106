#include <gtest/gtest.h>

#include "base/manual_runner.h"
#include "codec/attribute_value_json.h"
#include "keeper/export_format.h"
#include "keeper/progress.h"
#include "keeper/s3_uri.h"
#include "keeper/table_settings.h"
#include "keeper/verify.h"

namespace millrace::keeper {
namespace {

codec::Item item(const char* json) { return *codec::item_from_json_text(json); }

TEST(S3UriTest, TakesBucketAndPrefix) {
  EXPECT_EQ(parse_s3_uri("s3://b/a/c/")->key("x"), "a/c/x");
  EXPECT_EQ(parse_s3_uri("s3://b")->key("x"), "x");
  EXPECT_FALSE(parse_s3_uri("b/a").ok());
  EXPECT_FALSE(parse_s3_uri("s3:///a").ok());
}

TEST(ExportFormatTest, LinesRoundTrip) {
  codec::Item original =
      item(R"({"pk":{"S":"ü\n"},"n":{"N":"1.50"},"l":{"L":[{"B":"AQI="},{"NULL":true}]}})");
  std::string line;
  append_item_line(line, original);
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(*item_from_line(line), original);
  EXPECT_FALSE(item_from_line("{\"Keys\":{}}").ok());
}

TEST(ExportFormatTest, ReadsAwsManifests) {
  // The examples of AWS's developer guide, "DynamoDB table export output format".
  auto summary = summary_from_json(
      R"({"version":"2020-06-30",
          "exportArn":"arn:aws:dynamodb:us-east-1:1:table/T/export/01234567890123-a1b2c3d4",
          "startTime":"2020-11-04T07:28:34.028Z","endTime":"2020-11-04T07:33:43.897Z",
          "tableArn":"arn:aws:dynamodb:us-east-1:1:table/T",
          "tableId":"12345a12-abcd-123a-ab12-1234abc12345",
          "exportTime":"2020-11-04T07:28:34.028Z","s3Bucket":"b","s3Prefix":"",
          "s3SseAlgorithm":"AES256","s3SseKmsKeyId":null,
          "manifestFilesS3Key":"AWSDynamoDB/01693685827463-2d8752fd/manifest-files.json",
          "billedSizeBytes":0,"itemCount":8,"outputFormat":"DYNAMODB_JSON",
          "exportType":"FULL_EXPORT"})");
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->item_count, 8);
  auto files = data_files_from_lines(
      R"({"itemCount":8,"md5Checksum":"sQMSpEILNgoQmarvDFonGQ==",)"
      R"("etag":"af83d6f217c19b8b0fff8023d8ca4716-1",)"
      R"("dataFileS3Key":"AWSDynamoDB/01693685827463-2d8752fd/data/asdl123dasas.json.gz"})"
      "\n");
  ASSERT_EQ(files->size(), 1u);
  EXPECT_EQ(files->at(0).item_count, 8);
}

TEST(ExportFormatTest, WhatCannotBeRestoredIsRefusedByName) {
  EXPECT_NE(summary_from_json(R"({"manifestFilesS3Key":"k","outputFormat":"ION"})")
                .error()
                .message()
                .find("ION"),
            std::string::npos);
  EXPECT_NE(summary_from_json(R"({"exportType":"INCREMENTAL_EXPORT"})")
                .error()
                .message()
                .find("incremental"),
            std::string::npos);
  EXPECT_FALSE(data_files_from_lines("{}\n").ok());
}

TEST(ExportFormatTest, IdsSortByTime) {
  SeededRng rng(1);
  std::string early = new_export_id(Instant::from_ms(1'693'685'827'463), rng);
  EXPECT_EQ(early.substr(0, 15), "01693685827463-");
  EXPECT_LT(early, new_export_id(Instant::from_ms(1'793'685'827'463), rng));
}

TEST(TableSettingsTest, ATableLikeAnotherKeepsWhatMatters) {
  auto settings = settings_from_json(
      R"({"FormatVersion":1,"Table":{"TableName":"T","TableId":"x","KeySchema":[
            {"AttributeName":"sk","KeyType":"RANGE"},{"AttributeName":"pk","KeyType":"HASH"}],
          "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
          "ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":6},
          "GlobalSecondaryIndexes":[{"IndexName":"g",
            "KeySchema":[{"AttributeName":"sk","KeyType":"HASH"}],
            "Projection":{"ProjectionType":"ALL"},"IndexStatus":"ACTIVE","ItemCount":3,
            "ProvisionedThroughput":{"ReadCapacityUnits":7,"WriteCapacityUnits":8}}]},
          "Tags":{"a":"b"},"TimeToLiveAttribute":"expires"})");
  ASSERT_TRUE(settings.ok()) << settings.error().to_string();
  EXPECT_EQ(key_names(settings->table), (std::vector<std::string>{"pk", "sk"}));
  auto create = create_like(*settings, "R");
  EXPECT_EQ(create.table_name, "R");
  EXPECT_EQ(*create.billing_mode, "PROVISIONED");
  EXPECT_EQ(create.provisioned_throughput->write_capacity_units, 6);
  EXPECT_EQ(create.global_secondary_indexes->at(0).provisioned_throughput->read_capacity_units, 7);
  EXPECT_EQ(create.tags->at(0).value, "b");
  EXPECT_EQ(settings_to_json(*settings_from_json(settings_to_json(*settings))),
            settings_to_json(*settings));
}

TEST(TableSettingsTest, KeySchemaFromTheCommandLine) {
  auto settings = settings_from_key_schema("pk:S,sk:N");
  EXPECT_EQ(*create_like(*settings, "R").billing_mode, "PAY_PER_REQUEST");
  EXPECT_EQ(settings->table.key_schema->at(1).key_type, "RANGE");
  for (const char* bad : {"", "pk", "pk:X", ":S", "a:S,b:S,c:S"}) {
    EXPECT_FALSE(settings_from_key_schema(bad).ok()) << bad;
  }
}

TEST(VerifyTest, DigestsFindMissingExtraAndDifferentItems) {
  auto entry = [](const char* key, const char* value) {
    return ItemDigest{digest_of(item(key)), digest_of(item(value))};
  };
  ItemDigest same = entry(R"({"k":{"N":"1"}})", R"({"k":{"N":"1"},"v":{"SS":["a","b"]}})");
  ItemDigest same_again =
      entry(R"({"k":{"N":"1.0"}})", R"({"v":{"SS":["b","a"]},"k":{"N":"1.00"}})");
  ItemDigest left = entry(R"({"k":{"N":"2"}})", R"({"k":{"N":"2"}})");
  ItemDigest right = entry(R"({"k":{"N":"3"}})", R"({"k":{"N":"3"}})");
  ItemDigest changed = left;
  changed.key = digest_of(item(R"({"k":{"N":"4"}})"));
  ItemDigest changed_too = right;
  changed_too.key = changed.key;
  std::vector<ItemDigest> source{same, left, changed}, target{changed_too, right, same_again};
  auto keys = differing_keys(source, target);
  std::vector<Digest> expected{left.key, right.key, changed.key};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(keys, expected);
}

TEST(ProgressTest, SaysShareRateAndTimeToGo) {
  ManualClock clock;
  Progress progress("copying", 40'000, clock, nullptr);
  clock.advance_ms(1'000);
  progress.add(10'000);
  EXPECT_EQ(progress.line(), "copying: 10,000 of about 40,000 items, 10,000/s, 4 s to go");
}

}  // namespace
}  // namespace millrace::keeper
