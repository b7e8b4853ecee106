// Tables: their life, settings and descriptions; indexes made and removed; time to live; tags.
#include <gtest/gtest.h>

#include "svc/dynamodb/dynamodb_testing.h"
#include "svc/dynamodb/store_keys.h"

namespace millrace::dynamodb {
namespace {

class Tables : public DynamoDbTest {
 protected:
  std::string create_fails(api::CreateTableInput in) {
    return message(call<api::CreateTable>(std::move(in)));
  }
  std::string status(const std::string& name) {
    auto described = call<api::DescribeTable>({.table_name = name});
    return described.ok() ? *described->table->table_status : described.error().message();
  }
  // Keys under a part of the store, of any table.
  int keys_in(Part part) {
    auto snapshot = harness.store->snapshot();
    auto cursor = snapshot->scan(
        store::prefix_range(part_key({svc::testing::kAccount, svc::testing::kRegion}, part).key()));
    int count = 0;
    for (; cursor->valid(); cursor->next())
      ++count;
    return count;
  }
};

TEST_F(Tables, LifeFollowsTheClock) {
  auto made = call<api::CreateTable>(table_request("tbl"));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->table_description->table_status, "CREATING");
  EXPECT_EQ(
      call<api::PutItem>({.table_name = "tbl", .item = item(R"({"pk":{"S":"a"}})")}).error().code(),
      "ResourceNotFoundException");
  EXPECT_EQ(create_fails(table_request("tbl")), "Table already exists: tbl");
  harness.runner.advance_ms(5);
  EXPECT_EQ(status("tbl"), "ACTIVE");
  put("tbl", R"({"pk":{"S":"a"}})");
  auto deleted = call<api::DeleteTable>({.table_name = "tbl"});
  EXPECT_EQ(deleted->table_description->table_status, "DELETING");
  harness.runner.advance_ms(5);
  EXPECT_EQ(status("tbl"), "Requested resource not found: Table: tbl not found");
  EXPECT_EQ(call<api::ListTables>({})->table_names->size(), 0u);
  // A new table of the name has nothing of the old one, and the old one's data is cleared away.
  make_table("tbl");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), "none");
  EXPECT_EQ(keys_in(Part::kItem), 0);
  EXPECT_EQ(keys_in(Part::kCounter), 0);
}

TEST_F(Tables, DescriptionIsComplete) {
  make_table("tbl", "N");
  auto table = *call<api::DescribeTable>({.table_name = "tbl"})->table;
  EXPECT_EQ(table.table_arn, "arn:aws:dynamodb:us-east-1:123456789012:table/tbl");
  EXPECT_EQ(table.table_id->size(), 36u);
  EXPECT_EQ(table.billing_mode_summary->billing_mode, "PAY_PER_REQUEST");
  EXPECT_EQ(table.provisioned_throughput->number_of_decreases_today, 0);
  EXPECT_EQ(table.provisioned_throughput->read_capacity_units, 0);
  EXPECT_EQ(table.warm_throughput->read_units_per_second, 12'000);
  EXPECT_EQ(table.warm_throughput->status, "ACTIVE");
  EXPECT_EQ(table.deletion_protection_enabled, false);
  EXPECT_EQ(table.item_count, 0);
  EXPECT_EQ((*table.key_schema)[1].key_type, "RANGE");
  EXPECT_FALSE(table.global_secondary_indexes.has_value());
}

// [dynalite] createTable.
TEST_F(Tables, CreateRefusesInAwsWords) {
  constexpr char kInvalid[] = "One or more parameter values were invalid: ";
  auto in = table_request("tbl");
  in.billing_mode = "PROVISIONED";
  EXPECT_EQ(
      create_fails(in),
      kInvalid + std::string("ReadCapacityUnits and WriteCapacityUnits must both be specified "
                             "when BillingMode is PROVISIONED"));
  in = table_request("tbl");
  in.provisioned_throughput = api::ProvisionedThroughput{1, 1};
  EXPECT_EQ(
      create_fails(in),
      kInvalid + std::string("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
                             "when BillingMode is PAY_PER_REQUEST"));
  in = table_request("tbl");
  in.key_schema->push_back({"sk", "RANGE"});
  EXPECT_EQ(create_fails(in), "Invalid KeySchema: Some index key attribute have no definition");
  (*in.attribute_definitions).push_back({"other", "S"});
  EXPECT_EQ(create_fails(in),
            kInvalid + std::string("Some index key attributes are not defined in "
                                   "AttributeDefinitions. Keys: [pk, sk], AttributeDefinitions: "
                                   "[other, pk]"));
  in = table_request("tbl");
  in.attribute_definitions->push_back({"unused", "S"});
  EXPECT_EQ(
      create_fails(in),
      kInvalid + std::string("Number of attributes in KeySchema does not exactly match number "
                             "of attributes defined in AttributeDefinitions"));
  in = table_request("tbl");
  (*in.key_schema)[0].key_type = "RANGE";
  EXPECT_EQ(create_fails(in),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
  in = table_request("tbl");
  in.local_secondary_indexes =
      std::vector<api::LocalSecondaryIndex>{{.index_name = "lsi",
                                             .key_schema = {{"pk", "HASH"}},
                                             .projection = {.projection_type = "ALL"}}};
  EXPECT_EQ(
      create_fails(in),
      kInvalid + std::string("Table KeySchema does not have a range key, which is required when "
                             "specifying a LocalSecondaryIndex"));
  EXPECT_EQ(create_fails(table_request("bad!name")),
            "1 validation error detected: Value 'bad!name' at 'tableName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  in = table_request("tbl");
  in.warm_throughput = api::WarmThroughput{.read_units_per_second = 1};
  EXPECT_EQ(create_fails(in),
            kInvalid + std::string("Requested ReadUnitsPerSecond for WarmThroughput for table is "
                                   "lower than initial throughput for OnDemand. See: "
                                   "https://docs.aws.amazon.com/amazondynamodb/latest/"
                                   "developerguide/on-demand-capacity-mode.html"
                                   "#on-demand-capacity-mode-initial"));
}

TEST_F(Tables, ListPages) {
  for (const char* name : {"tbl-c", "tbl-a", "tbl-b"})
    make_table(name);
  auto first = call<api::ListTables>({.limit = 2});
  EXPECT_EQ(*first->table_names, (std::vector<std::string>{"tbl-a", "tbl-b"}));
  EXPECT_EQ(first->last_evaluated_table_name, "tbl-b");
  auto rest = call<api::ListTables>({.exclusive_start_table_name = "tbl-b"});
  EXPECT_EQ(*rest->table_names, std::vector<std::string>{"tbl-c"});
  EXPECT_FALSE(rest->last_evaluated_table_name.has_value());
}

TEST_F(Tables, DeletionProtection) {
  make_table("tbl");
  ASSERT_TRUE(
      call<api::UpdateTable>({.table_name = "tbl", .deletion_protection_enabled = true}).ok());
  EXPECT_EQ(message(call<api::DeleteTable>({.table_name = "tbl"})),
            "Resource cannot be deleted as it is currently protected against deletion. Disable "
            "deletion protection first.");
  ASSERT_TRUE(
      call<api::UpdateTable>({.table_name = "tbl", .deletion_protection_enabled = false}).ok());
  EXPECT_TRUE(call<api::DeleteTable>({.table_name = "tbl"}).ok());
}

TEST_F(Tables, BillingModeChanges) {
  make_table("tbl");
  auto changed =
      call<api::UpdateTable>({.table_name = "tbl",
                              .billing_mode = "PROVISIONED",
                              .provisioned_throughput = api::ProvisionedThroughput{5, 6}});
  ASSERT_TRUE(changed.ok()) << changed.error().message();
  EXPECT_EQ(changed->table_description->table_status, "UPDATING");
  EXPECT_EQ(changed->table_description->provisioned_throughput->write_capacity_units, 6);
  EXPECT_EQ(changed->table_description->billing_mode_summary->billing_mode, "PROVISIONED");
  EXPECT_TRUE(
      message(call<api::UpdateTable>({.table_name = "tbl",
                                      .provisioned_throughput = api::ProvisionedThroughput{5, 6}}))
          .starts_with("The provisioned throughput for the table will not change."));
  EXPECT_EQ(message(call<api::UpdateTable>({.table_name = "tbl"})),
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
            "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, "
            "MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
            "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is "
            "required");
}

api::UpdateTableInput add_index(const std::string& name) {
  api::UpdateTableInput in{.table_name = "tbl"};
  in.attribute_definitions = std::vector<api::AttributeDefinition>{{"g", "S"}};
  in.global_secondary_index_updates = std::vector<api::GlobalSecondaryIndexUpdate>{
      {.create = api::CreateGlobalSecondaryIndexAction{.index_name = name,
                                                       .key_schema = {{"g", "HASH"}},
                                                       .projection = {.projection_type = "ALL"}}}};
  return in;
}

TEST_F(Tables, IndexIsFilledFromWhatIsThere) {
  make_table("tbl");
  constexpr int kItems = 250;  // more than one step
  for (int i = 0; i < kItems; ++i) {
    put("tbl", R"({"pk":{"S":")" + std::to_string(i) + R"("},"g":)" +
                   (i % 2 == 0 ? R"({"S":"even"}})" : R"({"N":"1"}})"));
  }
  auto added = call<api::UpdateTable>(add_index("by_g"));
  ASSERT_TRUE(added.ok()) << added.error().message();
  const auto& index = (*added->table_description->global_secondary_indexes)[0];
  EXPECT_EQ(index.index_status, "CREATING");
  EXPECT_EQ(index.backfilling, true);
  api::QueryInput query{.table_name = "tbl",
                        .index_name = "by_g",
                        .key_condition_expression = "g = :g",
                        .expression_attribute_values = item(R"({":g":{"S":"even"}})")};
  EXPECT_EQ(message(call<api::UpdateTable>(add_index("by_h"))),
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table");
  EXPECT_EQ(message(call<api::DeleteTable>({.table_name = "tbl"})),
            "Attempt to change a resource which is still in use: Cannot delete table while indexes "
            "are being created, updated, or deleted.");
  // Writes go on meanwhile, and are in the index once.
  put("tbl", R"({"pk":{"S":"0"},"g":{"S":"even"},"again":{"BOOL":true}})");
  ASSERT_TRUE(
      call<api::DeleteItem>({.table_name = "tbl", .key = item(R"({"pk":{"S":"2"}})")}).ok());
  harness.runner.advance_ms(2000);
  auto table = *call<api::DescribeTable>({.table_name = "tbl"})->table;
  EXPECT_EQ((*table.global_secondary_indexes)[0].index_status, "ACTIVE");
  EXPECT_EQ((*table.global_secondary_indexes)[0].item_count, kItems / 2 - 1);
  EXPECT_EQ(call<api::Query>(query)->count, kItems / 2 - 1);

  api::UpdateTableInput remove{.table_name = "tbl"};
  remove.global_secondary_index_updates = std::vector<api::GlobalSecondaryIndexUpdate>{
      {.delete_ = api::DeleteGlobalSecondaryIndexAction{"by_g"}}};
  ASSERT_TRUE(call<api::UpdateTable>(remove).ok());
  harness.runner.advance_ms(2000);
  EXPECT_EQ(keys_in(Part::kIndexEntry), 0);
  table = *call<api::DescribeTable>({.table_name = "tbl"})->table;
  EXPECT_FALSE(table.global_secondary_indexes.has_value());
  EXPECT_EQ(table.attribute_definitions->size(), 1u);
}

TEST_F(Tables, ItemsExpire) {
  auto in = table_request("tbl");
  in.stream_specification =
      api::StreamSpecification{.stream_enabled = true, .stream_view_type = "OLD_IMAGE"};
  create(std::move(in));
  start_background(harness.ports);
  const int64_t now = harness.clock.now().seconds();
  const auto expiring = [&](const std::string& key, int64_t at) {
    put("tbl", R"({"pk":{"S":")" + key + R"("},"exp":{"N":")" + std::to_string(at) + R"("}})");
  };
  expiring("before", now + 100);  // there before TTL is switched on
  ASSERT_TRUE(call<api::UpdateTimeToLive>(
                  {.table_name = "tbl", .time_to_live_specification = {true, "exp"}})
                  .ok());
  harness.runner.advance_ms(2000);
  EXPECT_EQ(call<api::DescribeTimeToLive>({.table_name = "tbl"})
                ->time_to_live_description->time_to_live_status,
            "ENABLED");
  expiring("soon", now + 100);
  expiring("later", now + 1000);
  expiring("kept", now + 100);
  expiring("kept", now + 5000);  // moved
  expiring("ancient", now - 6LL * 365 * 24 * 3600);
  put("tbl", R"({"pk":{"S":"text"},"exp":{"S":"100"}})");
  leap_ms(100'000);
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"before"}})"), "none");
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"soon"}})"), "none");
  EXPECT_NE(get("tbl", R"({"pk":{"S":"later"}})"), "none");
  EXPECT_NE(get("tbl", R"({"pk":{"S":"kept"}})"), "none");
  EXPECT_NE(get("tbl", R"({"pk":{"S":"ancient"}})"), "none");
  EXPECT_NE(get("tbl", R"({"pk":{"S":"text"}})"), "none");
  EXPECT_EQ(message(call<api::UpdateTimeToLive>(
                {.table_name = "tbl", .time_to_live_specification = {true, "exp"}})),
            "TimeToLive is already enabled");
  ASSERT_TRUE(call<api::UpdateTimeToLive>(
                  {.table_name = "tbl", .time_to_live_specification = {false, "exp"}})
                  .ok());
  leap_ms(2'000'000);
  EXPECT_NE(get("tbl", R"({"pk":{"S":"later"}})"), "none");
  EXPECT_EQ(keys_in(Part::kExpiry), 0);
}

TEST_F(Tables, AnItemThatIsPutExpiredGoesToo) {
  make_table("tbl");
  start_background(harness.ports);
  ASSERT_TRUE(call<api::UpdateTimeToLive>(
                  {.table_name = "tbl", .time_to_live_specification = {true, "exp"}})
                  .ok());
  harness.runner.advance_ms(2000);
  const int64_t now = harness.clock.now().seconds();
  const auto expiring = [&](int64_t at) {
    put("tbl", R"({"pk":{"S":"a"},"exp":{"N":")" + std::to_string(at) + R"("}})");
  };
  expiring(now + 100);
  leap_ms(200'000);
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), "none");
  expiring(now - 1000);  // before what has been looked at
  harness.runner.advance_ms(2000);
  EXPECT_EQ(get("tbl", R"({"pk":{"S":"a"}})"), "none");
  EXPECT_EQ(keys_in(Part::kExpiry), 0);
}

TEST_F(Tables, ADeletedTableLeavesNothing) {
  auto in = table_request("tbl");
  in.attribute_definitions->push_back({"g", "S"});
  in.global_secondary_indexes =
      std::vector<api::GlobalSecondaryIndex>{{.index_name = "by_g",
                                              .key_schema = {{"g", "HASH"}},
                                              .projection = {.projection_type = "KEYS_ONLY"}}};
  create(std::move(in));
  for (int i = 0; i < 1500; ++i)  // more than one step
    put("tbl", R"({"pk":{"S":")" + std::to_string(i) + R"("},"g":{"S":"x"}})");
  make_table("tbm");
  put("tbm", R"({"pk":{"S":"kept"}})");
  ASSERT_TRUE(call<api::DeleteTable>({.table_name = "tbl"}).ok());
  start_background(harness.ports);
  leap_ms(100'000);
  EXPECT_EQ(keys_in(Part::kItem), 1);
  EXPECT_EQ(keys_in(Part::kIndexEntry), 0);
  EXPECT_EQ(keys_in(Part::kCounter), 2);
}

TEST_F(Tables, Tags) {
  auto in = table_request("tbl");
  in.tags = std::vector<api::Tag>{{"team", "a"}};
  create(std::move(in));
  const std::string arn = "arn:aws:dynamodb:us-east-1:123456789012:table/tbl";
  ASSERT_TRUE(
      call<api::TagResource>({.resource_arn = arn, .tags = {{"cost", "1"}, {"team", "b"}}}).ok());
  ASSERT_TRUE(call<api::UntagResource>({.resource_arn = arn, .tag_keys = {"cost"}}).ok());
  auto tags = *call<api::ListTagsOfResource>({.resource_arn = arn})->tags;
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].value, "b");
  EXPECT_EQ(message(call<api::TagResource>({.resource_arn = arn, .tags = {{"aws:x", "1"}}})),
            "Tag Key cannot be prefixed with aws:, Key: aws:x");
  EXPECT_EQ(message(call<api::ListTagsOfResource>({.resource_arn = arn + "x"})),
            "Requested resource not found: ResourcArn: " + arn + "x not found");
  EXPECT_EQ(message(call<api::ListTagsOfResource>({.resource_arn = "abc"})),
            "One or more parameter values were invalid: ARNs must start with 'arn:': abc");
}

TEST_F(Tables, EveryOperationIsRegistered) {
  for (const auto& name : harness.registry.missing()) {
    EXPECT_FALSE(name.starts_with("dynamodb")) << name;
  }
}

}  // namespace
}  // namespace millrace::dynamodb
